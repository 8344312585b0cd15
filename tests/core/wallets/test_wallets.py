from datetime import timedelta
from uuid import uuid4

import pytest

from core.ledger import book
from core.ledger.account_no import is_account_no
from core.money import Money
from core.wallets.wallets import (
    TooManyWallets,
    WalletGone,
    WalletNameTaken,
    default_wallet,
    open_wallet,
    own_wallets,
    set_default,
)
from tests.core.people import counter, fund, someone


def test_several_currencies_home_first(unit):
    amina = someone(unit, holds="KES 12400.00")
    dollars = open_wallet(unit, amina.id, "USD")
    open_wallet(unit, amina.id, "EUR")
    fund(unit, dollars.id, "USD 250.00")
    assert is_account_no(dollars.account_no)
    assert counter(unit).balances() == [
        Money.load("KES 12400.00"),
        Money(0, "EUR"),
        Money.load("USD 250.00"),
    ]
    assert default_wallet(unit, amina.id) == amina.wallet


def test_the_default_is_one_of_ones_own(unit):
    amina = someone(unit)
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    second = open_wallet(unit, amina.id, "KES")
    set_default(unit, amina.id, second.id)
    assert default_wallet(unit, amina.id) == second.id
    for other in (brian.wallet, open_wallet(unit, amina.id, "USD").id):
        with pytest.raises(WalletGone):  # it is another's, or not in the home currency
            set_default(unit, amina.id, other)


def test_a_payment_arrives_in_the_default_wallet(unit):
    amina = someone(unit, holds="KES 1000.00")
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    second = open_wallet(unit, brian.id, "KES")
    set_default(unit, brian.id, second.id)
    counter(unit).send_money(to=str(brian.id), amount=Money(100, "KES"), effect_id=uuid4())
    assert unit.one("select from_wallet, to_wallet from transfers") == (amina.wallet, second.id)


def test_a_further_wallet_has_a_name_and_tells_what_is_held(unit):
    amina = someone(unit, holds="KES 1000.00")
    bank = counter(unit)
    number = bank.open_wallet("KES", label="Savings")
    assert is_account_no(number)
    held = Money.load("KES 300.00")
    cash = book.system_account(unit, "cash", "KES")
    book.authorise(
        unit,
        id=uuid4(),
        type="payment",
        leg=book.Leg(amina.wallet, cash, held),
        wallet=amina.wallet,
        expires_at=unit.now + timedelta(days=1),
    )
    first, second = bank.wallets()
    assert (first.available, first.held) == (Money.load("KES 700.00"), held)
    assert (first.is_default, first.label) == (True, "")
    assert (second.account_no, second.label, second.is_default) == (number, "Savings", False)
    assert b"Savings" not in unit.value("select label from wallet_labels")
    with pytest.raises(book.InsufficientFunds) as refused:
        bank.check_amount(Money.load("KES 700.01"))
    assert refused.value.facts["available"] == "KES 700.00"
    with pytest.raises(WalletNameTaken):
        bank.open_wallet("USD", label="savings")


def test_the_default_is_told_first_and_pays_from_then_on(unit):
    amina = someone(unit, holds="KES 1000.00")
    bank = counter(unit)
    bank.open_wallet("KES", label="Savings")
    savings = bank.wallets()[1].id
    bank.set_default_wallet(str(savings))
    assert [one.id for one in bank.wallets()] == [savings, amina.wallet]
    with pytest.raises(book.InsufficientFunds):
        bank.check_amount(Money.load("KES 1.00"))


def test_there_are_ten_wallets_at_most(unit):
    amina = someone(unit)
    for n in range(9):
        counter(unit).open_wallet("KES", label=f"Pot {n}")
    with pytest.raises(TooManyWallets):
        counter(unit).open_wallet("USD")
    assert len(own_wallets(unit, amina.id)) == 10
