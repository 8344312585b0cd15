"""Holds: money set aside, raised, captured in parts, given back, and what runs out."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.ledger.book import Leg, OnlyIf, OverCapture
from core.ledger.refusals import BY_CODE
from core.money import Money
from tests.core.ledger.books import (
    NOW,
    at,
    capture,
    customer,
    fund,
    hold,
    kes,
    posted,
    send,
    set_status,
)

LATE = NOW + timedelta(days=8)


@pytest.fixture
def pair(unit):
    return customer(unit, holds=kes(1000)).wallet, customer(unit).wallet


def void(unit, held, *, key=None):
    return book.void(unit, id=key or uuid4(), hold=held)


def more(unit, held, amount, *, key=None, expires_at=None):
    return book.raise_hold(unit, id=key or uuid4(), hold=held, amount=amount, expires_at=expires_at)


def held_and_free(unit, payer, payee):
    """Return what is held, on its way in, and still free, in shillings."""
    one, other = book.balance(unit, payer), book.balance(unit, payee)
    return tuple(m.minor // 100 for m in (one.held, other.incoming, one.available))


def refused(unit, code, work, *args, **facts):
    before = state(unit)
    with pytest.raises(BY_CODE[code]) as told:
        work(unit, *args, **facts)
    assert state(unit) == before
    return told.value.facts


def state(unit):
    return [
        tuple(row)
        for table in (
            "select account_id, posted, held, incoming, version, status from ledger_accounts",
            "select owner, day_spent, month_spent from limit_counters",
            "select hold_id, authorised, captured, over, rest, status, events from ledger_holds",
            "select count(*) from hold_events",
            "select count(*) from ledger_entries",
        )
        for row in unit.all(f"select * from ({table}) t order by 1")
    ]


def test_a_hold_is_set_aside_and_shown(unit, pair):
    held = hold(unit, *pair, kes(300))
    assert held_and_free(unit, *pair) == (300, 300, 700)
    assert posted(unit, pair[0]) == kes(1000)
    assert refused(unit, "insufficient_funds", send, *pair, kes(701)) == {
        "available": "KES 700.00", "wanted": "KES 701.00",
    }  # fmt: skip
    seen = book.hold(unit, held)
    assert (seen.status, seen.rest, seen.captured) == ("open", kes(300), kes(0))
    assert (seen.debit, seen.credit, seen.type) == (*pair, "payment")
    assert book.hold(unit, uuid4()) is None
    assert book.verify(unit) == []


def test_captures_take_parts_and_the_final_one_gives_back_the_rest(unit, pair):
    held = hold(unit, *pair, kes(300))
    first = capture(unit, held, kes(100))
    assert (first.amount, first.rest) == (kes(100), kes(200))
    assert held_and_free(unit, *pair) == (200, 200, 700)
    last = capture(unit, held, kes(50), final=True)
    assert (last.amount, last.rest) == (kes(50), kes(0))
    assert held_and_free(unit, *pair) == (0, 0, 850)
    assert (posted(unit, pair[0]), posted(unit, pair[1])) == (kes(850), kes(150))
    assert book.hold(unit, held).status == "captured"
    line = book.recent(unit, pair[0], limit=1)[0]
    assert (line.transaction_id, line.type) == (last.transaction_id, "payment")
    assert book.verify(unit) == []


def test_a_capture_without_an_amount_takes_the_rest_and_ends_the_hold(unit, pair):
    held = hold(unit, *pair, kes(300))
    capture(unit, held, kes(100))
    assert capture(unit, held).amount == kes(200)
    assert book.hold(unit, held).status == "captured"
    assert refused(unit, "hold_closed", capture, held, kes(1)) == {"status": "captured"}


def test_a_hold_raised_is_one_hold(unit, pair):
    held = hold(unit, *pair, kes(300))
    later = NOW + timedelta(days=20)
    more(unit, held, kes(200), expires_at=later)
    more(unit, held, kes(100), expires_at=NOW + timedelta(days=1))
    assert held_and_free(unit, *pair) == (600, 600, 400)
    assert book.hold(unit, held).expires_at == later, "raising never ends it earlier"
    refused(unit, "insufficient_funds", more, held, kes(401))
    assert capture(unit, held, kes(600)).rest == kes(0)
    assert book.verify(unit) == []


def test_a_void_gives_back_the_rest_and_keeps_what_was_captured(unit, pair):
    held = hold(unit, *pair, kes(300))
    capture(unit, held, kes(100))
    void(unit, held)
    assert held_and_free(unit, *pair) == (0, 0, 900)
    assert refused(unit, "hold_closed", capture, held, kes(1)) == {"status": "voided"}
    refused(unit, "hold_closed", void, held)
    refused(unit, "hold_closed", more, held, kes(1))
    assert book.verify(unit) == []


def test_past_its_time_a_hold_gives_nothing_whether_or_not_it_was_swept(unit, pair):
    held = hold(unit, *pair, kes(300))
    late = at(unit, NOW + timedelta(days=7))  # its last moment is over
    for _ in range(2):
        for work in (capture, void):
            refused(late, "hold_expired", work, held)
        facts = refused(late, "hold_expired", more, held, kes(1))
        assert facts == {"expired_at": "2026-03-11T09:30:00Z"}
        book.expire(late)
    assert held_and_free(unit, *pair) == (0, 0, 1000)
    assert book.hold(unit, held).status == "expired"
    assert book.verify(unit) == []


def test_the_sweep_takes_the_longest_due_first_and_only_what_is_due(unit, pair):
    third, first, second = (hold(unit, *pair, kes(10), days=days) for days in (3, 1, 2))
    capture(unit, first, kes(4))
    after = at(unit, NOW + timedelta(days=2, hours=1))
    assert book.expire(after, most=1) == 1
    assert [book.hold(unit, one).status for one in (first, second)] == ["expired", "open"]
    assert (book.expire(after), book.expire(after)) == (1, 0)
    assert held_and_free(unit, *pair) == (10, 10, 986)
    assert [one.hold_id for one in book.open_holds(unit, pair[0])] == [third]
    assert book.verify(unit) == []


def test_an_overdue_hold_is_a_warning_and_no_breach(unit, pair):
    held = hold(unit, *pair, kes(10))
    late = at(unit, LATE)
    assert book.verify(late) == []
    assert [one.row for one in book.warnings(late)] == [f"ledger_holds {held}"]
    book.expire(late)
    assert book.warnings(late) == []


def test_open_holds_come_in_pages(unit, pair):
    held = sorted(hold(unit, *pair, kes(1)) for _ in range(5))
    page = book.open_holds(unit, pair[0], limit=3)
    assert [one.hold_id for one in page] == held[:3]
    rest = book.open_holds(unit, pair[0], after=page[-1].hold_id)
    assert [one.hold_id for one in rest] == held[3:]


OPERATIONS = {
    "authorise": lambda unit, pair, held, key: hold(unit, *pair, kes(7), key=key),
    "raise": lambda unit, pair, held, key: more(unit, held, kes(7), key=key),
    "capture": lambda unit, pair, held, key: capture(unit, held, kes(7), key=key),
    "capture the rest": lambda unit, pair, held, key: capture(unit, held, key=key),
    "void": lambda unit, pair, held, key: void(unit, held, key=key),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_same_id_answers_the_same_and_does_nothing_more(unit, pair, name):
    held, key = hold(unit, *pair, kes(300)), uuid4()
    first = OPERATIONS[name](unit, pair, held, key)
    before = state(unit)
    again = OPERATIONS[name](at(unit, LATE), pair, held, key) if "auth" not in name else (
        OPERATIONS[name](unit, pair, held, key)
    )  # fmt: skip
    assert state(unit) == before
    if isinstance(first, book.Captured):
        assert again.replayed and (again.amount, again.rest) == (first.amount, first.rest)
    for other in OPERATIONS.keys() - {name}:
        refused(unit, "id_reused", lambda unit, o=other: OPERATIONS[o](unit, pair, held, key))
    refused(unit, "id_reused", lambda unit: send(unit, *pair, kes(7), key=key))


def test_a_refusal_of_a_hold_stays(unit, pair):
    held, keys = hold(unit, *pair, kes(300)), [uuid4() for _ in range(3)]
    tries = (
        ("insufficient_funds", lambda unit: hold(unit, *pair, kes(701), key=keys[0])),
        ("insufficient_funds", lambda unit: more(unit, held, kes(701), key=keys[1])),
        ("capture_exceeds_hold", lambda unit: capture(unit, held, kes(301), key=keys[2])),
    )
    for code, work in tries:
        refused(unit, code, work)
    fund(unit, pair[0], kes(5000))
    more(unit, held, kes(100))
    for code, work in tries:
        refused(unit, code, work)
    assert book.verify(unit) == []


def test_nobody_finds_a_hold_that_is_not_there(unit, pair):
    refused(unit, "unknown_hold", capture, uuid4())
    refused(unit, "unknown_hold", void, uuid4())
    refused(unit, "unknown_hold", more, uuid4(), kes(1))


@pytest.mark.parametrize(
    ("over", "most"),
    [(None, 100), (OverCapture(points=1500), 115), (OverCapture(minor=20_00), 120),
     (OverCapture(points=1500, minor=5_00), 115)],
)  # fmt: skip
def test_a_capture_goes_beyond_its_hold_as_far_as_the_policy_says(unit, pair, over, most):
    held = hold(unit, *pair, kes(100), over=over)
    capture(unit, held, kes(60))
    facts = refused(unit, "capture_exceeds_hold", capture, held, kes(most - 60, 1))
    assert facts == {"left": str(kes(most - 60)), "wanted": str(kes(most - 60, 1))}
    assert capture(unit, held, kes(most - 60)).rest == kes(0)
    seen = book.hold(unit, held)
    assert (seen.status, seen.over) == ("captured", kes(most - 100))
    assert posted(unit, pair[1]) == kes(most)
    assert book.verify(unit) == []


def test_what_lies_beyond_the_hold_is_judged_as_new_money(unit, pair):
    payer, payee = pair
    held = hold(unit, *pair, kes(900), over=OverCapture(minor=200_00))
    assert refused(unit, "insufficient_funds", capture, held, kes(1001)) == {
        "available": "KES 100.00", "wanted": "KES 101.00",
    }  # fmt: skip
    set_status(unit, payer, "debit_frozen")
    refused(unit, "account_frozen", capture, held, kes(901))
    assert capture(unit, held, kes(900)).rest == kes(0), "what was approved settles"
    set_status(unit, payer, "active")
    assert capture(unit, held, kes(100)).amount == kes(100)
    assert book.balance(unit, payee).posted == kes(1000)
    assert book.verify(unit) == []


@pytest.mark.parametrize("status", ["debit_frozen", "credit_frozen", "frozen", "dormant"])
@pytest.mark.parametrize("side", [0, 1])
def test_what_was_approved_settles_whatever_is_frozen_since(unit, pair, status, side):
    """As card schemes have it: blocking a card does not stop an approved payment's settlement."""
    held = hold(unit, *pair, kes(300))
    set_status(unit, pair[side], status)
    capture(unit, held, kes(100))
    if (status, side) not in {("credit_frozen", 0), ("debit_frozen", 1), ("dormant", 1)}:
        refused(unit, "account_frozen", more, held, kes(1))
        refused(unit, "account_frozen", hold, *pair, kes(1))
    void(unit, held)
    assert posted(unit, pair[1]) == kes(100)


def test_money_on_its_way_in_counts_below_the_ceiling(unit):
    payer = customer(unit, holds=kes(400_000), tier=3).wallet
    payee = customer(unit, holds=kes(100_000), tier=1)
    held = hold(unit, payer, payee.wallet, kes(40_000))
    refused(unit, "balance_ceiling", send, payer, payee.wallet, kes(1))
    refused(unit, "balance_ceiling", hold, payer, payee.wallet, kes(1))
    book.set_owner(unit, owner=payee.owner, country="KE", tier=2)
    fund(unit, payee.wallet, kes(300_000))
    book.set_owner(unit, owner=payee.owner, country="KE", tier=1)
    assert capture(unit, held).amount == kes(40_000), "a lower tier does not undo an approval"


def test_a_hold_may_ask_what_a_posting_may_ask(unit, pair):
    def ask(unit, only_if):
        leg = Leg(*pair, kes(300))
        end = NOW + timedelta(days=1)
        book.authorise(
            unit, id=uuid4(), type="payment", leg=leg, wallet=None, expires_at=end, only_if=only_if
        )

    refused(unit, "account_moved", ask, OnlyIf(version=9))
    refused(unit, "too_little_left", ask, OnlyIf(left=kes(701)))
    ask(unit, OnlyIf(version=1, left=kes(700)))


def test_a_callers_mistake_leaves_nothing(unit, pair):
    held = hold(unit, *pair, kes(300))
    before = state(unit)
    for wrong in (
        lambda: hold(unit, *pair, kes(1), days=0),
        lambda: hold(unit, *pair, kes(1), days=367),
        lambda: hold(unit, *pair, kes(0)),
        lambda: hold(unit, pair[0], pair[0], kes(1)),
        lambda: hold(unit, *pair, Money(1, "USD")),
        lambda: hold(unit, *pair, kes(1), over=OverCapture(points=10_001)),
        lambda: hold(unit, *pair, kes(1), over=OverCapture(minor=-1)),
        lambda: more(unit, held, kes(0)),
        lambda: more(unit, held, kes(1), expires_at=NOW + timedelta(days=367)),
        lambda: more(unit, held, Money(1, "USD")),
        lambda: capture(unit, held, kes(0)),
        lambda: capture(unit, held, Money(1, "USD")),
    ):
        with pytest.raises(DBAPIError), unit.savepoint():
            wrong()
        assert state(unit) == before
