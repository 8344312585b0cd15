"""Reports and captures in whatever order: in the end clearing is empty and the scheme is paid."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from core.access.actors import SYSTEM
from core.cards import clearing, late_lines
from core.cards.clearing import Line, Report
from core.crm import case_work, cases
from core.ledger import book, verify
from core.money import Money
from core.store.unit import Unit
from tests.conftest import NOW
from tests.core.cards.making import card_of
from tests.core.cards.terminal import Terminal
from tests.core.people import someone
from tests.support.keys import KEYS


def kes(minor: int) -> Money:
    return Money(minor, "KES")


@pytest.fixture
def till(unit):
    yield Terminal(unit, card_of(unit, someone(unit, holds="KES 20000.00")))
    assert verify.verify(unit) == []


def reported(unit, name, lines):
    told = [Line(one, kes(minor)) for one, minor in lines.items()]
    net = kes(sum(lines.values()))
    return clearing.settle(unit, Report("scheme", name, date(2026, 3, 4), net, told))


def nostro(unit):
    return unit.value(
        "select coalesce(sum(posted), 0)::bigint from system_accounts where kind = 'nostro_cards'"
    )


def case_of(unit, settled):
    case: UUID = unit.value(
        "select case_id from card_settlements where settlement_id = %(id)s", id=settled.settlement
    )
    return cases.get(unit, case)


def swept(unit):
    count = 0
    while late_lines.settle_one(unit) is not None:
        count += 1
    return count


def test_a_line_is_paid_when_its_capture_comes(unit, till):
    till.take("500.00", told="a")
    done = reported(unit, "monday", {"a": 50_000, "b": 7_000, "c": 1_000})
    assert (done.matched, done.unknown, nostro(unit)) == (kes(50_000), ("b", "c"), 50_000)
    assert late_lines.settle_one(unit) is None
    till.take("70.00", "R2", told="b")
    assert late_lines.settle_one(unit) == done.settlement
    assert (clearing.standing(unit), nostro(unit)) == ([], 57_000)
    assert case_of(unit, done).status == "Open"
    till.take("10.00", "R3", told="c")
    assert swept(unit) == 1
    assert (clearing.standing(unit), nostro(unit)) == ([], 58_000)
    assert case_of(unit, done).status == "Resolved"
    assert unit.value("select count(*) from case_notes where case_id = %(id)s",
                      id=case_of(unit, done).id) == 2  # fmt: skip


def test_all_that_came_of_a_report_is_paid_at_once(unit, till):
    done = reported(unit, "monday", {"a": 5_000, "b": -5_000, "c": 300})
    till.take("50.00", told="a")
    till.back("50.00", told="b")
    assert swept(unit) == 1
    assert (clearing.standing(unit), nostro(unit)) == ([], 0)
    till.take("3.00", "R3", told="c")
    assert swept(unit) == 1
    assert (case_of(unit, done).status, nostro(unit)) == ("Resolved", 300)


def test_another_amount_is_another_thing(unit, till):
    reported(unit, "monday", {"b": 8_000})
    till.take("70.00", told="b")
    assert swept(unit) == 0
    assert (clearing.standing(unit), nostro(unit)) == ([kes(7_000)], 0)
    reported(unit, "tuesday", {"b": 7_000})
    assert (clearing.standing(unit), nostro(unit)) == ([], 7_000)


def test_what_two_reports_name_is_paid_once(unit, till):
    first = reported(unit, "monday", {"b": 7_000})
    second = reported(unit, "tuesday", {"b": 7_000})
    till.take("70.00", told="b")
    assert swept(unit) == 1
    assert nostro(unit) == 7_000
    assert {case_of(unit, one).status for one in (first, second)} == {"Open", "Resolved"}


def test_a_report_that_comes_again_is_answered_as_it_was(unit, till):
    done = reported(unit, "monday", {"b": 7_000, "c": 1})
    till.take("70.00", told="b")
    swept(unit)
    again = reported(unit, "monday", {"b": 7_000, "c": 1})
    assert (again.replayed, again.matched, again.unknown) == (True, done.matched, done.unknown)


def test_a_case_that_somebody_has_closed_is_told_all_the_same(unit, till):
    done = reported(unit, "monday", {"b": 7_000})
    case_work.set_status(unit, SYSTEM, case_of(unit, done), "Resolved")
    till.take("70.00", told="b")
    assert swept(unit) == 1
    assert nostro(unit) == 7_000


AMOUNTS = st.lists(st.integers(-40_000, 60_000).filter(bool), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(amounts=AMOUNTS, data=st.data())
def test_whatever_the_order_clearing_is_empty_in_the_end(engine, amounts, data):
    """Each thing is captured once and reported once; sweeps come in between, or not."""
    with engine.connect() as connection:
        outer = connection.begin()
        unit = Unit(connection, NOW, uuid7, "00000000-0000-7000-8000-000000000001", KEYS)
        till = Terminal(unit, card_of(unit, someone(unit, holds="KES 20000.00")))
        lines = {f"t{n}": minor for n, minor in enumerate(amounts)}
        days = {told: data.draw(st.integers(0, 2), label=told) for told in lines}
        acts = [*lines, *{f"report {day}" for day in days.values()}, "sweep", "sweep"]
        for act in data.draw(st.permutations(sorted(acts)), label="order"):
            if act == "sweep":
                swept(unit)
            elif act.startswith("report"):
                of_day = {one: lines[one] for one in lines if act == f"report {days[one]}"}
                reported(unit, act, of_day)
            else:
                amount = str(kes(abs(lines[act]))).partition(" ")[2]
                (till.take if lines[act] > 0 else till.back)(amount, act, told=act)
        swept(unit)
        assert clearing.standing(unit) == []
        assert nostro(unit) == sum(amounts)
        assert unit.value("select count(*) from card_unknown_lines where clearing_id is null") == 0
        open_cases = unit.value("select count(*) from cases where status not in ('Resolved')")
        assert open_cases == 0
        assert book.verify(unit) == []
        outer.rollback()
