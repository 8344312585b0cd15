"""Receipts: told from the ledger, with a code nobody else can make and a slip of the pen breaks."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents import orders, receipt, receipt_orders, shelf
from core.documents.orders import TooManyDocuments
from core.documents.receipt_orders import ReceiptOrder
from core.fx.convert import convert
from core.ledger import book
from core.ledger.reference import LETTERS
from core.money import Money
from core.transfers.send import send_money
from tests.core.fx.dealing import amina as dealing_amina
from tests.core.fx.dealing import open_market, per_mille, quoted
from tests.core.people import fund, someone

NAMES = ("A***a O***o", "B***n K***u")


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 5000.00")


@pytest.fixture
def brian(unit):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"))


@pytest.fixture
def paid(unit, amina, brian):
    return send_money(
        unit, id=uuid4(), payer=amina.id, payee=brian.id, amount=Money.load("KES 1250.50"),
        channel="sms",
    )  # fmt: skip


def made(unit, who):
    """Order a receipt of somebody's last payment, and return what it tells."""
    payment = receipt.lately(unit, who.id)[0]
    receipt_orders.order(
        unit, ReceiptOrder(customer=who.id, payment=payment, language="en", carrier="mail")
    )
    wanted = shelf.claim(unit, shelf.due(unit)[-1])
    assert wanted is not None and wanted.kind == "receipt"
    return receipt.read(unit, wanted)


def test_it_tells_the_payment_and_both_sides_have_the_same_code(unit, amina, brian, paid):
    told = made(unit, amina)
    assert (str(told.amount), told.payer, told.payee) == (
        "KES 1250.50",
        "A***a O***o",
        "B***n K***u",
    )
    assert (told.reference, told.type, told.when) == (paid.reference, "transfer", unit.now)
    assert made(unit, brian).code == told.code
    assert unit.value("select count(*) from receipt_codes") == 1


def test_whoever_has_the_code_learns_masked_facts_and_no_more(unit, amina, paid):
    found = receipt.confirm(unit, made(unit, amina).code)
    assert found is not None and not found.undone
    assert (str(found.amount), found.payer, found.payee) == (
        "KES 1250.50",
        "A***a O***o",
        "B***n K***u",
    )
    assert "Otieno" not in repr(found) and amina.phone not in repr(found)


def test_a_code_that_was_never_given_confirms_nothing(unit, amina, paid):
    told = made(unit, amina)
    other = receipt.code_of(unit, reference="WK0000000000", amount=told.amount, when=told.when)
    assert receipt.is_code(other) and receipt.confirm(unit, other) is None
    # Not even a row that somebody put there: it must be the code of what the ledger says.
    unit.run(
        "insert into receipt_codes select %(other)s, transaction_id, wallet_id, created_at"
        " from receipt_codes",
        other=other,
    )
    assert receipt.confirm(unit, other) is None


def test_what_was_given_back_says_so(unit, amina, paid):
    told = made(unit, amina)
    payment = receipt.lately(unit, amina.id)[0]
    book.reverse(unit, id=uuid4(), transaction=payment.id)
    assert receipt.confirm(unit, told.code).undone


def test_deposits_and_other_movements_have_one_name_at_most(unit, amina):
    cash = book.system_account(unit, "cash", "KES")
    leg = book.Leg(amina.wallet, cash, Money.load("KES 10.00"))
    book.post(unit, id=uuid4(), type="withdrawal", legs=[leg], wallet=amina.wallet, reference="WKX")
    told = made(unit, amina)
    assert (told.type, told.payer, told.payee) == ("withdrawal", "A***a O***o", "")


def test_the_last_five_of_all_wallets_are_offered_the_newest_first(unit, amina, brian):
    for minor in range(1, 8):
        send_money(
            unit, id=uuid4(), payer=amina.id, payee=brian.id, amount=Money(minor, "KES"),
            channel="sms",
        )  # fmt: skip
        unit.now = unit.now.replace(minute=unit.now.minute + 1)
    offered = receipt.lately(unit, amina.id)
    assert [one.amount.minor for one in offered] == [7, 6, 5, 4, 3]
    assert {(one.who, one.incoming) for one in offered} == {("B***n K***u", False)}
    assert receipt.lately(unit, brian.id)[0].incoming


def test_what_the_bank_charged_takes_no_place_of_a_payment(unit, amina, brian):
    fees = book.system_account(unit, "fees", "KES")
    for minor in range(1, 7):
        sent = send_money(
            unit, id=uuid4(), payer=amina.id, payee=brian.id, amount=Money(minor, "KES"),
            channel="sms",
        )  # fmt: skip
        leg = book.Leg(amina.wallet, fees, Money(50, "KES"))
        book.post(
            unit, id=uuid4(), type="fee", legs=[leg], wallet=amina.wallet, reference=sent.reference
        )
        unit.now = unit.now.replace(minute=unit.now.minute + 1)
    offered = receipt.lately(unit, amina.id)
    assert [(one.type, one.amount.minor) for one in offered] == [
        ("transfer", minor) for minor in (6, 5, 4, 3, 2)
    ]


def test_a_conversion_is_offered_with_what_each_wallet_moved_fee_and_all(unit):
    open_market(unit)
    who, _ = dealing_amina(unit, usd="250.00", kes="0.00")
    given = quoted(unit, who.id, "USD", "KES", Money.load("USD 100.00"), fee_of=per_mille(5))
    convert(unit, id=uuid4(), customer=who.id, quote=given.id, channel="ussd")
    offered = [one for one in receipt.lately(unit, who.id) if one.type == "exchange"]
    assert {(one.amount, one.incoming) for one in offered} == {
        (Money.load("USD 100.50"), False),
        (given.buy, True),
    }


def test_ten_documents_a_day_are_enough(unit, amina, brian, paid):
    payment = receipt.lately(unit, amina.id)[0]
    wanted = ReceiptOrder(customer=amina.id, payment=payment, language="en", carrier="mail")
    for _ in range(orders.MOST_A_DAY):
        receipt_orders.order(unit, wanted)
    with pytest.raises(TooManyDocuments):
        receipt_orders.order(unit, wanted)
    fund(unit, amina.wallet, "KES 1.00")


def test_codes_are_told_and_typed_as_people_do(unit):
    code = receipt.code_of(unit, reference="WK1", amount=Money(1, "KES"), when=unit.now)
    assert len(code) == 13 and receipt.is_code(code)
    assert receipt.plain(f" {receipt.in_fours(code).lower()} ") == code
    assert not receipt.is_code("") and not receipt.is_code("WK" + code[2:])


@given(st.text(LETTERS, min_size=10, max_size=10), st.integers(2, 12), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_no_code(told, place, wrong):
    from stdnum.iso7064 import mod_37_36

    code = f"WR{told}"
    code += mod_37_36.calc_check_digit(code, alphabet=LETTERS)
    assert receipt.is_code(code)
    slipped = code[:place] + wrong + code[place + 1 :]
    assert slipped == code or not receipt.is_code(slipped)
