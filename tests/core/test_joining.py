from datetime import date
from uuid import uuid4

import pytest

from core.access.birth import TooYoung
from core.access.pins import WeakPin
from core.bank import NumberNeeded
from core.crm import consents
from core.crm.consents import ConsentNeeded
from core.crm.customers import AlreadyCustomer, people
from core.kyc.countries import CountryNotServed
from core.ledger import book
from core.ledger.account_no import is_account_no
from core.money import Money
from tests.core.people import BORN, HASH, PIN, SECRETS, counter, guess, someone

NEW = "+254799000000"
FACTS = {
    "first_name": "Wanjiru",
    "last_name": "Njoroge",
    "id_number": "31234567",
    "born": BORN,
    "pin_hash": HASH,
    "consent": True,
}


@pytest.mark.parametrize("channel", ["ussd", "sms", "whatsapp"])
def test_a_stranger_becomes_a_customer(unit, channel):
    bank = counter(unit, NEW, channel=channel)
    account_no = bank.join(**FACTS)
    assert is_account_no(account_no)
    assert (bank.known, bank.trusted, bank.first_name, bank.currency) == (
        True,
        True,
        "Wanjiru",
        "KES",
    )
    assert bank.balances() == [Money(0, "KES")]
    again = counter(unit, NEW, channel=channel)
    assert (again.customer_id, again.trusted) == (bank.customer_id, True)
    again.prove(guess(unit, bank.customer_id, PIN))
    row = unit.one("select * from customers")
    assert (row.kyc_status, row.tier, row.created_by, row.email) == ("Pending", 1, channel, None)
    assert people(unit, [row.id])[row.id].name == "Wanjiru Njoroge"
    shown = unit.one("select * from users")
    assert tuple(shown) == (row.id, [row.first_name, row.last_name], None, "Pending")
    assert consents.stands(unit, row.id, purpose="terms")
    assert not consents.stands(unit, row.id, purpose="marketing")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"consent": False}, ConsentNeeded),
        ({"born": date(2010, 1, 1)}, TooYoung),
        ({"pin_hash": SECRETS.hash("1991")}, WeakPin),
        ({"id_number": "ID12000001"}, AlreadyCustomer),
    ],
)
def test_who_may_not_join(unit, change, refusal):
    someone(unit, "+254712000001")
    bank = counter(unit, NEW)
    with pytest.raises(refusal), bank.attempt():
        bank.join(**(FACTS | change))
    assert unit.value("select count(*) from customers") == 1
    assert unit.value("select count(*) from ledger_accounts where owner is not null") == 1
    assert not counter(unit, NEW).known


def test_a_customer_does_not_join_again(unit):
    someone(unit)
    for channel in ("ussd", "whatsapp"):
        with pytest.raises(AlreadyCustomer):
            counter(unit, channel=channel).join(**FACTS)


def test_an_address_without_a_number_cannot_join(unit):
    with pytest.raises(NumberNeeded):
        counter(unit, "KE.13491208655302741918", channel="whatsapp").join(**FACTS)


def test_a_country_without_the_bank(unit):
    with pytest.raises(CountryNotServed):
        counter(unit, "+14155550123").join(**FACTS)


def test_a_newcomer_gets_the_limits_of_the_lowest_tier(unit):
    bank = counter(unit, NEW)
    bank.join(**FACTS)
    cash = book.system_account(unit, "cash", "KES")
    wallet = unit.value("select default_wallet from customers")
    leg = book.Leg(cash, wallet, Money.load("KES 140000.01"))
    with pytest.raises(book.BalanceCeiling):
        book.post(unit, id=uuid4(), type="deposit", legs=[leg], wallet=wallet)


def test_a_consent_is_taken_back_and_its_row_stays(unit):
    amina = someone(unit)
    consents.give(unit, amina.id, purpose="marketing", channel="sms")
    consents.give(unit, amina.id, purpose="marketing", channel="sms")
    assert consents.withdraw(unit, amina.id, purpose="marketing")
    assert not consents.withdraw(unit, amina.id, purpose="marketing")
    assert not consents.stands(unit, amina.id, purpose="marketing")
    consents.give(unit, amina.id, purpose="marketing", channel="sms")
    assert unit.value("select count(*) from consents where purpose = 'marketing'") == 2
