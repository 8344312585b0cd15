import pytest

from core.ledger.account_no import is_account_no
from core.money import Money
from core.wallets.wallets import default_wallet, open_wallet, set_default
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
    with pytest.raises(LookupError):
        set_default(unit, amina.id, brian.wallet)


def test_a_payment_arrives_in_the_default_wallet(unit):
    from uuid import uuid4

    amina = someone(unit, holds="KES 1000.00")
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    second = open_wallet(unit, brian.id, "KES")
    set_default(unit, brian.id, second.id)
    counter(unit).send_money(to=str(brian.id), amount=Money(100, "KES"), effect_id=uuid4())
    assert unit.one("select from_wallet, to_wallet from transfers") == (amina.wallet, second.id)
