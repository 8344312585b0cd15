"""Freezing and closing: who and why is kept; what is left is swept; closed is closed."""

from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.ledger.book import OverCapture, Reason
from tests.core.ledger.books import (
    BECAUSE,
    NOW,
    capture,
    close,
    customer,
    hold,
    kes,
    posted,
    send,
    set_status,
)


@pytest.fixture
def pair(unit):
    return customer(unit, holds=kes(1000)).wallet, customer(unit).wallet


def test_every_change_of_status_is_kept_with_who_and_why(unit, pair):
    assert set_status(unit, pair[0], "frozen") == "active"
    assert set_status(unit, pair[0], "active") == "frozen"
    last = book.status_history(unit, pair[0])[0]
    assert (last.before, last.after, last.reason, last.at) == ("frozen", "active", BECAUSE, NOW)
    assert book.verify(unit) == []


def test_the_same_id_changes_a_status_once(unit, pair):
    key = uuid4()
    set_status(unit, pair[0], "frozen", key=key)
    set_status(unit, pair[0], "active")
    assert set_status(unit, pair[0], "frozen", key=key) == "active", "as it was answered then"
    assert book.balances(unit, unit.value("select owner from ledger_accounts"
        " where account_id = %(a)s", a=pair[0]))[0].status == "active"  # fmt: skip
    with pytest.raises(book.IdReused):
        set_status(unit, pair[0], "dormant", key=key)


@pytest.mark.parametrize("reason", [Reason("", "why"), Reason("who", "")])
def test_nobody_freezes_without_a_name_and_a_reason(unit, pair, reason):
    with pytest.raises(DBAPIError):
        book.set_status(unit, id=uuid4(), account=pair[0], status="frozen", reason=reason)


@pytest.mark.parametrize("status", ["closed", "sleeping"])
def test_a_status_that_cannot_be_set_is_a_mistake(unit, pair, status):
    with pytest.raises(DBAPIError):
        set_status(unit, pair[0], status)


def test_closing_sweeps_what_is_left(unit, pair):
    key = uuid4()
    assert close(unit, *pair, key=key).swept == kes(1000)
    assert (posted(unit, pair[0]), posted(unit, pair[1])) == (kes(0), kes(1000))
    line = book.recent(unit, pair[1], limit=1)[0]
    assert (line.transaction_id, line.type, line.note) == (key, "closing", BECAUSE.why)
    again = close(unit, *pair, key=key)
    assert (again.replayed, again.swept) == (True, kes(1000))
    assert book.status_history(unit, pair[0])[0].after == "closed"
    assert book.verify(unit) == []


def test_closed_is_closed(unit, pair):
    close(unit, *pair)
    with pytest.raises(book.AccountFrozen):
        send(unit, pair[1], pair[0], kes(1))
    with pytest.raises(book.AccountClosed):
        set_status(unit, pair[0], "active")
    with pytest.raises(book.AccountClosed):
        close(unit, *pair)


def test_an_empty_account_needs_nowhere_to_sweep_to(unit, pair):
    done = close(unit, pair[1])
    assert (done.swept, done.replayed) == (kes(0), False)
    with pytest.raises(book.AccountNotEmpty) as refused:
        close(unit, pair[0])
    assert refused.value.facts == {"balance": "KES 1000.00"}


def test_who_owes_does_not_close(unit, pair):
    owner = customer(unit).owner
    wallet = book.open_account(unit, owner=owner, currency="KES", floor=-50_00)
    send(unit, wallet, pair[1], kes(50))
    with pytest.raises(book.AccountOwes) as refused:
        close(unit, wallet, pair[0])
    assert refused.value.facts == {"balance": "KES -50.00"}


@pytest.mark.parametrize("side", [0, 1])
def test_no_account_closes_while_money_is_set_aside(unit, pair, side):
    other = customer(unit).wallet
    held = hold(unit, *pair, kes(10))
    with pytest.raises(book.HoldsOpen):
        close(unit, pair[side], other)
    book.void(unit, id=uuid4(), hold=held)
    close(unit, pair[side], other)


def test_a_hold_that_may_still_take_more_keeps_its_payer_open(unit, pair):
    held = hold(unit, *pair, kes(1000), over=OverCapture(minor=5_00))
    capture(unit, held)
    with pytest.raises(book.HoldsOpen):
        close(unit, pair[0])
    book.void(unit, id=uuid4(), hold=held)
    close(unit, pair[0])


def test_the_sweep_is_judged_on_both_sides(unit, pair):
    rich = customer(unit, holds=kes(140_001), tier=2).wallet
    with pytest.raises(book.BalanceCeiling):
        close(unit, rich, customer(unit, tier=1).wallet)
    set_status(unit, pair[0], "debit_frozen")
    with pytest.raises(book.AccountFrozen):
        close(unit, *pair)
    assert book.status_history(unit, pair[0])[0].after == "debit_frozen"


def test_a_dormant_account_is_swept(unit, pair):
    set_status(unit, pair[0], "dormant")
    assert close(unit, *pair).swept == kes(1000)
    assert book.status_history(unit, pair[0])[0].before == "dormant"
    assert book.verify(unit) == []


def test_a_sweep_refused_leaves_a_dormant_account_dormant(unit):
    rich, poor = customer(unit, holds=kes(140_001)).wallet, customer(unit, tier=1).wallet
    set_status(unit, rich, "dormant")
    key = uuid4()
    for _ in range(2):
        with pytest.raises(book.BalanceCeiling):
            close(unit, rich, poor, key=key)
    with pytest.raises(book.AccountFrozen):
        send(unit, rich, poor, kes(1))
    assert book.verify(unit) == []
