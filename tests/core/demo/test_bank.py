"""The demo bank holds what its contract says, to the last coin."""

from datetime import timedelta

import pytest

from core.crm.customers import people
from core.demo import bank
from core.demo.history import plan
from core.demo.people import KNOWN, PEOPLE, PIN
from core.ledger import book
from core.money import Money
from tests.core.people import counter, guess, units
from tests.support.keys import KEYS

CONTRACT = {
    "+254712000001": ("Amina", "Otieno", "en", ["KES 12400.00", "EUR 80.00", "USD 250.00"]),
    "+254712000002": ("Brian", "Kamau", "en", ["KES 8000.00", "GBP 40.00"]),
    "+255712000003": ("Neema", "Mushi", "sw", ["TZS 350000.00"]),
    "+221770000004": ("Fatou", "Ndiaye", "fr", ["XOF 95000"]),
    "+256772000005": ("Grace", "Achieng", "en", ["UGX 640000"]),
}


@pytest.mark.parametrize("phone", CONTRACT)
@pytest.mark.parametrize("channel", ["ussd", "sms", "whatsapp"])
def test_the_people_everybody_may_be(bank_unit, phone, channel):
    first, last, language, holds = CONTRACT[phone]
    at = counter(bank_unit, phone, channel=channel)
    assert (at.trusted, at.first_name, at.language) == (True, first, language)
    assert [str(money) for money in at.balances()] == holds
    at.prove(guess(bank_unit, at.customer_id, PIN))
    row = bank_unit.one("select * from customers where id = %(id)s", id=at.customer_id)
    person = people(bank_unit, [row.id])[row.id]
    assert (person.name, person.phone) == (f"{first} {last}", phone)
    assert (row.kyc_status, row.tier) == (("Pending", 1) if first == "Grace" else ("Verified", 2))


def test_there_is_company_and_life(bank_unit, now):
    assert bank_unit.value("select count(*) from customers") >= 45
    assert bank_unit.value("select count(*) from transfers") > 150
    first, last = bank_unit.one("select min(created_at), max(created_at) from transfers")
    assert now - timedelta(days=61) < first < now - timedelta(days=50)
    assert now - timedelta(days=3) < last < now
    for person in KNOWN:
        lines = counter(bank_unit, person.phone).recent(5)
        assert len(lines) == 5
        assert all(line.who or line.type.startswith("card") for line in lines)
        assert [line.when for line in lines] == sorted((line.when for line in lines), reverse=True)


def test_the_book_is_sound(bank_unit):
    assert book.verify(bank_unit) == []
    for person in PEOPLE:
        held = counter(bank_unit, person.phone).balances()
        assert {str(money) for money in held} == set(person.holds)


def test_nobody_is_told_of_what_happened_long_ago(bank_unit):
    assert bank_unit.value("select count(*) from outbox") == 0


def test_the_plan_never_strays_from_where_it_ends(now):
    told = plan(PEOPLE, now)
    assert told == plan(PEOPLE, now)
    held = [opening[0].minor for opening in told.opening]
    for sending in told.sendings:
        held[sending.payer] -= sending.amount.minor
        held[sending.payee] += sending.amount.minor
        assert held[sending.payer] > 0
    assert held == [Money.load(person.holds[0]).minor for person in PEOPLE]
    assert [s.at for s in told.sendings] == sorted(s.at for s in told.sendings)


def test_it_is_loaded_once(clean_engine, now, pepper):
    assert bank.load(clean_engine, keys=KEYS, now=now, pepper=pepper)
    assert not bank.load(clean_engine, keys=KEYS, now=now + timedelta(days=1), pepper=pepper)
    with units(clean_engine)() as unit:
        assert unit.value("select count(*) from customers") == len(PEOPLE)


def test_it_is_the_same_every_time(clean_engine, bank_unit, now, pepper):
    bank.load(clean_engine, keys=KEYS, now=now, pepper=pepper)
    rows = """
        select c.id, c.phone_index, c.credit_score, w.wallet_id, w.account_no, w.balance
        from customers c join wallets w on w.user_id = c.id
        where w.wallet_id = c.default_wallet order by c.id
    """
    with units(clean_engine)() as unit:
        assert unit.all(rows) == bank_unit.all(rows)


@pytest.fixture
def bank_unit(bank_engine, now):
    with units(bank_engine, now)() as unit:
        yield unit
