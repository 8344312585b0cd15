"""A part of a hold given back: what is left stays held, and the limits get their share."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.ledger.refusals import HoldClosed, HoldExpired, UnknownHold
from tests.core.ledger.books import at, capture, customer, hold, kes


@pytest.fixture
def payer(unit):
    return customer(unit, holds=kes(1000))


@pytest.fixture
def pair(unit, payer):
    return payer.wallet, customer(unit).wallet


def lower(unit, held, amount, *, key=None):
    return book.lower_hold(unit, id=key or uuid4(), hold=held, amount=amount)


def stands(unit, held):
    found = book.hold(unit, held)
    return found.authorised, found.rest, found.status


def free(unit, account):
    return book.balance(unit, account).available


@pytest.fixture(autouse=True)
def whole(unit):
    yield
    assert book.verify(unit) == []


def test_what_is_given_back_is_free_and_the_rest_is_held(unit, pair):
    held = hold(unit, *pair, kes(300))
    lower(unit, held, kes(100))
    assert stands(unit, held) == (kes(200), kes(200), "open")
    assert (free(unit, pair[0]), book.balance(unit, pair[1]).incoming) == (kes(800), kes(200))
    capture(unit, held, kes(200))
    assert stands(unit, held)[1:] == (kes(0), "captured")


def test_asked_twice_it_is_given_back_once(unit, pair):
    held, key = hold(unit, *pair, kes(300)), uuid4()
    first, again = lower(unit, held, kes(100), key=key), lower(unit, held, kes(100), key=key)
    assert (first.replayed, again.replayed) == (False, True)
    assert free(unit, pair[0]) == kes(800)


@pytest.mark.parametrize("amount", [0, 300, 301])
def test_something_is_given_back_and_something_is_left(unit, pair, amount):
    held = hold(unit, *pair, kes(300))
    with pytest.raises(DBAPIError), unit.savepoint():
        lower(unit, held, kes(amount))


def test_after_a_part_was_captured(unit, pair):
    held = hold(unit, *pair, kes(300))
    capture(unit, held, kes(50))
    lower(unit, held, kes(100))
    assert stands(unit, held) == (kes(200), kes(150), "open")
    assert free(unit, pair[0]) == kes(800)


def test_the_limits_get_their_share_back_once(unit, pair, payer):
    def spent():
        return unit.value(
            "select day_spent from limit_counters where owner = %(owner)s", owner=payer.owner
        )

    before, held = spent(), hold(unit, *pair, kes(300))
    lower(unit, held, kes(100))
    assert spent() - before == 20_000
    book.void(unit, id=uuid4(), hold=held)
    assert spent() == before


def test_what_is_over_is_not_lowered(unit, pair):
    with pytest.raises(UnknownHold):
        lower(unit, uuid4(), kes(1))
    held = hold(unit, *pair, kes(300))
    with pytest.raises(HoldExpired):
        lower(at(unit, unit.now + timedelta(days=400)), held, kes(1))
    book.void(unit, id=uuid4(), hold=held)
    with pytest.raises(HoldClosed):
        lower(unit, held, kes(1))
