"""Statements: opening + lines = closing, for any period and page; the balance at any moment."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.ledger import book
from core.ledger.book import Leg
from core.ledger.statement import StatementBroken
from core.money import Money
from core.store.unit import Unit
from tests.core.ledger.books import NOW, at, customer, fund, kes, posted, send
from tests.support.keys import KEYS

HOUR = timedelta(hours=1)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    moves=st.lists(st.tuples(st.integers(-3, 9), st.integers(-500, 500).filter(bool)), max_size=25),
    since=st.integers(-5, 60),
    length=st.integers(0, 60),
    page=st.integers(1, 7),
)
def test_any_period_adds_up(engine, moves, since, length, page):
    """The clock may even run back: an account's entries are still in one order."""
    with engine.connect() as connection, connection.begin() as outer:
        unit = Unit(connection, NOW, uuid4, "test", KEYS)
        wallet = customer(unit, holds=kes(1000)).wallet
        other = customer(unit, holds=kes(1000)).wallet
        for hours, minor in moves:
            unit.now += hours * HOUR
            payer, payee = (wallet, other) if minor < 0 else (other, wallet)
            send(unit, payer, payee, Money(abs(minor), "KES"))
        begin, end = NOW + since * HOUR, NOW + (since + length) * HOUR
        whole = book.statement(unit, wallet, since=begin, until=end)
        assert whole.opening + sum_of(whole.lines) == whole.closing
        assert all(begin <= line.when < end for line in whole.lines)
        assert whole.opening == book.balance_at(unit, wallet, begin - timedelta(microseconds=1))
        everything = book.statement(unit, wallet, since=NOW - HOUR, until=NOW + 10_000 * HOUR)
        assert (everything.opening, everything.closing) == (kes(0), posted(unit, wallet))
        assert [a.version + 1 for a in everything.lines[:-1]] == [
            b.version for b in everything.lines[1:]
        ]
        assert pages(unit, wallet, begin, end, page) == whole.lines
        outer.rollback()


def sum_of(lines):
    return Money(sum(line.amount.minor for line in lines), "KES")


def pages(unit, wallet, begin, end, size):
    after, lines, read = 0, (), []
    while after is not None:
        page = book.statement(unit, wallet, since=begin, until=end, after=after, limit=size)
        assert page.brought + sum_of(page.lines) == page.carried
        read.append(page)
        lines, after = lines + page.lines, page.next
    assert read[0].brought == read[0].opening and read[-1].carried == read[-1].closing
    assert all(a.carried == b.brought for a, b in pairwise(read))
    return lines


def test_a_line_says_who_what_and_when(unit):
    amina, brian = customer(unit, holds=kes(100)), customer(unit)
    later = at(unit, NOW + HOUR)
    key = send(later, amina.wallet, brian.wallet, kes(30), note="rent").transaction_id
    line = book.recent(unit, amina.wallet, limit=1)[0]
    assert (line.transaction_id, line.type, line.note) == (key, "transfer", "rent")
    assert (line.amount, line.balance_after, line.incoming) == (Money(-3000, "KES"), kes(70), False)
    assert (line.when, line.other, line.version) == (NOW + HOUR, brian.wallet, 2)
    assert book.recent(unit, brian.wallet, limit=1)[0].incoming


def test_a_line_of_a_group_names_the_other_side_of_its_leg(unit):
    amina, brian = customer(unit, holds=kes(100)), customer(unit)
    fees = book.system_account(unit, "fees", "KES")
    legs = [Leg(amina.wallet, brian.wallet, kes(30)), Leg(amina.wallet, fees, kes(1))]
    book.post(unit, id=uuid4(), type="transfer", legs=legs, wallet=amina.wallet)
    lines = book.recent(unit, amina.wallet, limit=2)
    assert [(line.other, line.amount.minor) for line in lines] == [
        (fees, -100),
        (brian.wallet, -3000),
    ]


def test_recent_is_short_and_newest_first(unit):
    wallet = customer(unit).wallet
    for shillings in range(1, 26):
        fund(unit, wallet, kes(shillings))
    lines = book.recent(unit, wallet, limit=500)
    assert [line.amount for line in lines] == [kes(n) for n in range(25, 5, -1)]
    assert book.recent(unit, wallet, limit=0) == []


def test_the_balance_at_a_moment_counts_that_moment(unit):
    wallet = customer(unit).wallet
    fund(unit, wallet, kes(1))
    fund(at(unit, NOW + HOUR), wallet, kes(2))
    moments = (NOW - HOUR, NOW, NOW + HOUR / 2, NOW + HOUR, NOW + 2 * HOUR)
    assert [book.balance_at(unit, wallet, when) for when in moments] == [
        kes(0), kes(1), kes(1), kes(3), kes(3),
    ]  # fmt: skip


def test_an_empty_account_has_an_empty_statement(unit):
    wallet = customer(unit).wallet
    page = book.statement(unit, wallet, since=NOW, until=NOW + HOUR)
    assert (page.opening, page.lines, page.closing, page.next) == (kes(0), (), kes(0), None)


def test_a_period_that_ends_before_it_begins_is_empty(unit):
    wallet = customer(unit, holds=kes(5)).wallet
    page = book.statement(unit, wallet, since=NOW + HOUR, until=NOW - HOUR)
    assert (page.opening, page.lines, page.closing) == (kes(5), (), kes(5))


@pytest.mark.parametrize(
    "tampering",
    [
        "update ledger_entries set amount = amount + 1 where account_id = %(id)s and version = 2",
        "update ledger_entries set balance_after = 7 where account_id = %(id)s and version = 2",
        "delete from ledger_entries where account_id = %(id)s and version = 2",
    ],
)
def test_a_statement_that_does_not_add_up_is_never_shown(admin_engine, tampering):
    with admin_engine.connect() as connection, connection.begin() as outer:
        unit = Unit(connection, NOW, uuid4, "test", KEYS)
        amina, brian = customer(unit, holds=kes(100)), customer(unit)
        for _ in range(3):
            send(unit, amina.wallet, brian.wallet, kes(1))
        connection.exec_driver_sql("alter table ledger_entries disable trigger all")
        # The other side of the line is still there, so that only the sum can tell.
        unit.run(tampering, id=amina.wallet)
        with pytest.raises(StatementBroken):
            book.statement(unit, amina.wallet, since=NOW, until=NOW + HOUR)
        if "delete" in tampering:
            with pytest.raises(StatementBroken):
                book.balance_at(unit, amina.wallet, NOW)
        outer.rollback()
