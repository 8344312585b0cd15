"""Reversals: the opposite is posted, at most the rest, and never more however many ask."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.ledger.book import Leg
from core.ledger.refusals import BY_CODE
from core.money import Money
from tests.core.ledger.books import (
    NOW,
    at,
    capture,
    customer,
    hold,
    kes,
    posted,
    send,
    set_status,
)


@pytest.fixture
def pair(unit):
    return customer(unit, holds=kes(1000)), customer(unit)


@pytest.fixture
def paid(unit, pair):
    return send(unit, pair[0].wallet, pair[1].wallet, kes(300)).transaction_id


def reverse(unit, of, amount=None, *, key=None, force=False):
    return book.reverse(
        unit, id=key or uuid4(), transaction=of, amount=amount, force=force, note="wrong number"
    )


def refused(unit, code, *args, **facts):
    before = [tuple(row) for row in unit.all("select * from wallets order by wallet_id")]
    with pytest.raises(BY_CODE[code]) as told:
        reverse(unit, *args, **facts)
    assert [tuple(r) for r in unit.all("select * from wallets order by wallet_id")] == before
    return told.value.facts


def spent(unit, customer):
    return unit.value(
        "select day_spent / 100 from limit_counters where owner = %(o)s", o=customer.owner
    )


def test_a_reversal_is_the_opposite_today_and_names_its_original(unit, pair, paid):
    done = reverse(at(unit, NOW + timedelta(days=3)), paid)
    assert done.amount == kes(300)
    row = unit.one(
        "select type, reverses, value_date, wallet_id, note from transactions"
        " where transaction_id = %(id)s", id=done.transaction_id,
    )  # fmt: skip
    assert tuple(row) == ("reversal", paid, date(2026, 3, 7), pair[0].wallet, "wrong number")
    assert [posted(unit, one.wallet) for one in pair] == [kes(1000), kes(0)]
    assert book.verify(unit) == []


def test_parts_add_up_to_the_whole_and_never_to_more(unit, pair, paid):
    reverse(unit, paid, kes(100))
    facts = refused(unit, "reversal_exceeds_rest", paid, kes(201))
    assert facts == {"left": "KES 200.00", "wanted": "KES 201.00"}
    assert reverse(unit, paid).amount == kes(200)
    for amount in (None, kes(1)):
        assert refused(unit, "reversal_exceeds_rest", paid, amount)["left"] == "KES 0.00"
    assert posted(unit, pair[0].wallet) == kes(1000)


def test_the_same_id_reverses_once(unit, paid):
    key, other = uuid4(), uuid4()
    first = reverse(unit, paid, kes(100), key=key)
    again = reverse(at(unit, NOW + timedelta(days=9)), paid, kes(100), key=key)
    assert (again.replayed, again.amount) == (True, first.amount)
    refused(unit, "id_reused", paid, kes(101), key=key)
    refused(unit, "id_reused", paid, kes(100), key=key, force=True)
    rest = reverse(unit, paid, key=other)
    assert reverse(unit, paid, key=other).amount == rest.amount == kes(200)


def test_neither_a_reversal_nor_what_is_not_there_is_reversed(unit, paid):
    undone = reverse(unit, paid).transaction_id
    refused(unit, "reversal_of_reversal", undone)
    refused(unit, "unknown_transaction", uuid4())


def test_money_that_was_spent_is_not_taken_back_unless_forced(unit, pair, paid):
    brian = pair[1]
    send(unit, brian.wallet, customer(unit).wallet, kes(250))
    assert refused(unit, "insufficient_funds", paid)["available"] == "KES 50.00"
    assert reverse(unit, paid, force=True).amount == kes(300)
    owed = book.system_account(unit, "receivable", "KES")
    assert posted(unit, owed) == kes(-250), "the bank advanced what was lacking"
    assert [posted(unit, one.wallet) for one in pair] == [kes(1000), kes(0)]
    refused(unit, "reversal_exceeds_rest", paid, force=True)
    assert book.verify(unit) == []


def test_forcing_takes_what_is_there_first(unit, pair, paid):
    reverse(unit, paid, kes(100), force=True)
    owed = book.system_account(unit, "receivable", "KES")
    assert posted(unit, owed) == kes(0)
    assert posted(unit, pair[1].wallet) == kes(200)


def test_a_frozen_payee_is_released_for_it_by_somebody_with_a_name(unit, pair, paid):
    brian = pair[1].wallet
    set_status(unit, brian, "frozen")
    refused(unit, "account_frozen", paid, force=True)
    set_status(unit, brian, "active")
    reverse(unit, paid)
    set_status(unit, brian, "frozen")
    assert [one.after for one in book.status_history(unit, brian)] == ["frozen", "active", "frozen"]


def test_a_group_is_reversed_whole_the_last_leg_first(unit, pair):
    amina, brian = pair
    fees = book.system_account(unit, "fees", "KES")
    legs = [
        Leg(amina.wallet, brian.wallet, kes(900)),
        Leg(brian.wallet, fees, kes(900)),
        Leg(amina.wallet, fees, kes(5)),
    ]
    paid = book.post(unit, id=uuid4(), type="transfer", legs=legs, wallet=None).transaction_id
    refused(unit, "reversed_whole_only", paid, kes(1))
    assert reverse(unit, paid).amount == kes(900)
    assert [posted(unit, one.wallet) for one in pair] == [kes(1000), kes(0)]
    refused(unit, "reversal_exceeds_rest", paid)
    assert book.verify(unit) == []


def test_limits_are_given_back_on_the_same_day_only(unit, pair, paid):
    amina, brian = pair
    reverse(unit, paid, kes(100))
    assert spent(unit, amina) == 200
    tomorrow = at(unit, NOW + timedelta(days=1))
    send(tomorrow, amina.wallet, brian.wallet, kes(10))
    reverse(tomorrow, paid)
    assert spent(unit, amina) == 10


def test_a_capture_reversed_gives_money_back_and_no_limits(unit, pair):
    amina, brian = pair
    held = hold(unit, amina.wallet, brian.wallet, kes(300))
    reverse(unit, capture(unit, held, kes(100)).transaction_id)
    assert spent(unit, amina) == 300
    assert posted(unit, amina.wallet) == kes(1000)
    assert book.hold(unit, held).captured == kes(100), "the hold's own history stays"
    assert book.verify(unit) == []


def test_a_refusal_of_a_reversal_stays(unit, pair, paid):
    key = uuid4()
    send(unit, pair[1].wallet, pair[0].wallet, kes(300))
    refused(unit, "insufficient_funds", paid, key=key)
    send(unit, pair[0].wallet, pair[1].wallet, kes(300))
    refused(unit, "insufficient_funds", paid, key=key)
    reverse(unit, paid)


def test_a_callers_mistake_leaves_nothing(unit, paid):
    for amount in (kes(0), kes(-1), Money(1, "USD")):
        with pytest.raises(DBAPIError), unit.savepoint():
            reverse(unit, paid, amount)
    assert unit.value("select count(*) from transactions where reverses is not null") == 0
