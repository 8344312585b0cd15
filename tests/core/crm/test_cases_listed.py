"""Lists of cases: each read by its index, page after page, whatever stands between the pages."""

import re
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import Engine

from core.crm import case_line, case_list, case_queue, customers
from core.store.unit import Unit
from tests.core.crm.desk import staff
from tests.core.crm.test_case_dealing import at_work
from tests.core.crm.test_cases_queue import many_cases

QUEUED: tuple[case_list.View, ...] = (
    "mine", "unassigned", "escalated", "soon", "late", "waiting", "open",
)  # fmt: skip

BOUNDED = re.compile(r"Index Cond: .*ROW\(")
"""The place to go on from is looked up in the index, not reached by reading all before it."""


def varied(unit: Unit, count: int, owner: UUID | None) -> None:
    """Open cases of which some are late, unanswered, in hand, or await their customer."""
    many_cases(unit, count)
    unit.run(
        """
        with counted as (select id, row_number() over (order by case_number) as n from cases)
        update cases c set
            sla_breached_at = case when mod(n, 3) = 0 then %(now)s::timestamptz end,
            waiting_since = case when mod(n, 5) = 0 then %(now)s::timestamptz end,
            reply_breached_at = case when mod(n, 5) = 0 then %(now)s::timestamptz end,
            assigned_to = case when mod(n, 7) < 3 then %(owner)s::uuid end,
            assigned_at = case when mod(n, 7) < 3 then %(now)s::timestamptz end,
            status = case when mod(n, 7) = 0 then 'PendingCustomer'
                when mod(n, 7) < 3 then 'InProgress'
                when mod(n, 11) = 0 then 'Escalated' else 'Open' end,
            sla_running_since = case when mod(n, 7) <> 0 then %(now)s::timestamptz end,
            sla_deadline = case when mod(n, 7) <> 0 then c.sla_deadline end
        from counted where counted.id = c.id
        """,
        now=unit.now,
        owner=owner,
    )


@pytest.mark.parametrize("view", QUEUED)
def test_pages_of_what_is_not_done_leave_nothing_out(unit: Unit, view: case_list.View) -> None:
    lead = staff(unit, "supervisor")
    varied(unit, 90, lead.id)
    whole = [one.id for one in case_list.page(unit, lead, view, limit=200)]
    assert len(whole) == case_list.counts(unit, lead)[view] > 0
    paged: list[UUID] = []
    while more := case_list.page(unit, lead, view, after=paged[-1] if paged else None, limit=7):
        paged += [one.id for one in more]
    assert paged == whole


def test_a_page_goes_on_behind_a_case_that_was_taken_meanwhile(unit: Unit) -> None:
    lead = staff(unit, "supervisor")
    varied(unit, 60, lead.id)
    first = case_list.page(unit, lead, "unassigned", limit=5)
    rest = [one.id for one in case_list.page(unit, lead, "unassigned", after=first[-1].id)]
    case_queue.claim(unit, staff(unit, "supervisor"), first[-1])
    assert [one.id for one in case_list.page(unit, lead, "unassigned", after=first[-1].id)] == rest


def test_those_ahead_are_those_listed_before(unit: Unit) -> None:
    lead = staff(unit, "supervisor")
    varied(unit, 90, lead.id)
    listed = case_list.page(unit, lead, "unassigned", status="Open", limit=200)
    assert [case_line.ahead(unit, one) for one in listed] == list(range(len(listed)))


def test_lists_and_the_line_are_read_by_their_indexes(
    clean_engine: Engine, clean_admin_engine: Engine, now: datetime
) -> None:
    with at_work(clean_engine, now) as unit:
        lead = staff(unit, "supervisor")
        varied(unit, 3000, lead.id)
    with clean_admin_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        admin.exec_driver_sql("vacuum analyze cases")
    with at_work(clean_engine, now) as unit:
        asked = Asked(unit)
        middle = case_list.page(unit, lead, "unassigned", limit=200)[-1]
        for view in ("open", "late", "unassigned"):
            case_list.page(asked, lead, view)  # type: ignore[arg-type]
            assert "Index Only Scan using cases_unfinished" in asked.plan, asked.plan
            case_list.page(asked, lead, view, after=middle.id)  # type: ignore[arg-type]
            assert BOUNDED.search(asked.plan), asked.plan
        case_list.counts(asked, lead)  # type: ignore[arg-type]
        assert "cases_unfinished" in asked.plan, asked.plan
        case_line.ahead(asked, middle)  # type: ignore[arg-type]
        assert "using cases_queue" in asked.plan, asked.plan
        assert BOUNDED.search(asked.plan), asked.plan
        facts = {
            "now": now, "only": [], "skills": [], "languages": ["sw"], "me": None, "actor": None,
            "assigned": None, "moved": None, "by": "system", "signed": "x",
        }  # fmt: skip
        for statement in (case_queue.TAKE_NEXT, case_queue.TAKE_NEXT_OPEN):
            asked.all(statement, **facts)
            assert "Index Only Scan using cases_queue" in asked.plan, asked.plan


def test_a_phone_number_is_searched_by_an_index(clean_engine: Engine, now: datetime) -> None:
    with at_work(clean_engine, now) as unit:
        unit.run("set local enable_seqscan = off")
        asked = Asked(unit)
        customers.search(asked, "+254711000999")  # type: ignore[arg-type]
        for index in ("customers_phone_any", "customers_id_number_any", "customers_name"):
            assert index in asked.plan, asked.plan


class Asked:
    """A unit that keeps the plan of what it was last asked."""

    def __init__(self, unit: Unit) -> None:
        self.unit, self.plan = unit, ""
        self.keys, self.now = unit.keys, unit.now

    def all(self, sql: str, **facts: object) -> list[object]:
        """Return no rows, or those of a short list."""
        if "from countries" in sql:
            return list(self.unit.all(sql, **facts))
        self.plan = "\n".join(row[0] for row in self.unit.all(f"explain {sql}", **facts))
        return []

    def one(self, sql: str, **facts: object) -> object:
        """Return one row."""
        self.all(sql, **facts)
        return self.unit.one(sql, **facts)

    def value(self, sql: str, **facts: object) -> object:
        """Return one value."""
        self.all(sql, **facts)
        return self.unit.value(sql, **facts)
