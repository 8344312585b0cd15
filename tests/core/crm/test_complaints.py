"""A complaint of more than two days: escalated, its customer told, compliance shown it, once."""

from datetime import datetime, timedelta

import pytest

from core.access.actors import Forbidden
from core.crm import case_list, case_queue, case_work, cases, complaints
from core.store.unit import Unit
from core.store.words import opened_payload
from tests.core.crm.desk import case, customer, staff
from tests.core.crm.test_cases import events
from tests.support.desk import hired
from tests.support.outbox_rows import register


def told(unit: Unit) -> list[dict[str, str]]:
    rows = unit.all("select payload, message_id from outbox order by id")
    owed = [opened_payload(unit, row.payload, row.message_id) for row in rows]
    return [one["facts"] for one in owed if one.get("alert") == "complaint_late"]


def sweep(unit: Unit) -> int:
    return len(complaints.sweep(unit, most=100))


def test_a_complaint_is_late_after_48_hours_by_the_wall_clock_once(
    unit: Unit, now: datetime
) -> None:
    register(unit)
    agent = staff(unit)
    one = case(unit, customer(unit), category="Complaint", sub_category="")
    case(unit, customer(unit, "+254712000002"), priority="Low")
    mine = case_queue.claim(unit, agent, one)
    unit.now = now + timedelta(hours=48) - timedelta(microseconds=1)
    assert sweep(unit) == 0
    unit.now = now + timedelta(hours=48)
    assert complaints.sweep(unit, most=100) == [one.id]
    late = cases.get(unit, one.id)
    assert (late.status, late.escalated_at, late.complaint_late_at) == (
        "Escalated",
        unit.now,
        unit.now,
    )
    assert late.assigned_to == agent.id, "the customer is not left alone"
    assert [what for what, *_ in events(unit, mine)][-3:] == [
        "complaint_late",
        "escalated",
        "status",
    ]
    assert told(unit) == [{"number": one.number}]
    solved = case_work.set_status(unit, agent, late, "Resolved")
    cases.reopen(unit, solved, by="customer", actor=one.customer)
    unit.now += timedelta(days=9)
    assert sweep(unit) == 0
    assert len(told(unit)) == 1


def test_one_that_waits_for_its_customer_is_late_too_and_goes_on_waiting(unit: Unit) -> None:
    register(unit)
    agent, lead = staff(unit), staff(unit, "supervisor")
    one = case(unit, customer(unit), category="Complaint", sub_category="")
    mine = case_queue.claim(unit, agent, one)
    case_work.set_status(unit, agent, mine, "PendingCustomer")
    unit.now += timedelta(days=3)
    assert sweep(unit) == 1
    late = cases.get(unit, one.id)
    assert (late.status, late.escalated_at) == ("PendingCustomer", unit.now)
    assert [found.id for found in case_list.page(unit, lead, "escalated")] == [one.id]


def test_solved_in_time_it_is_not_late_and_a_stranger_is_told_nothing(unit: Unit) -> None:
    register(unit)
    agent = staff(unit)
    solved = case_queue.claim(
        unit, agent, case(unit, customer(unit), category="Complaint", sub_category="")
    )
    case_work.set_status(unit, agent, solved, "Resolved")
    stranger = case(unit, None, category="Complaint", sub_category="")
    unit.now += timedelta(hours=49)
    assert complaints.sweep(unit, most=100) == [stranger.id]
    assert told(unit) == []


@pytest.mark.parametrize("most", [1, 3])
def test_many_are_done_a_bounded_number_at_a_time(unit: Unit, most: int) -> None:
    me = customer(unit)
    opened = {
        case(unit, me, category="Complaint", sub_category="", by="system").id for _ in range(7)
    }
    unit.now += timedelta(hours=48)
    found = []
    while some := complaints.sweep(unit, most=most):
        assert len(some) <= most
        found += some
    assert (set(found), len(found)) == (opened, 7)
    assert unit.value("select count(distinct id) = count(*) from case_events")
    assert unit.value("select count(*) from compliance_flags") == 7


def test_compliance_sees_flags_and_sees_to_each_once(unit: Unit) -> None:
    officer, agent = hired(unit, "compliance"), hired(unit, "agent")
    numbers, me = [], customer(unit)
    for _ in range(3):
        numbers.append(case(unit, me, category="Complaint", sub_category="").number)
        unit.now += timedelta(hours=48)
        sweep(unit)
    with pytest.raises(Forbidden):
        complaints.page(unit, agent)
    flags = complaints.page(unit, officer, limit=2)
    rest = complaints.page(unit, officer, after=flags[-1].id)
    assert [one.number for one in [*flags, *rest]] == numbers
    with pytest.raises(Forbidden):
        complaints.see_to(unit, agent, flags[0].id, "mine")
    complaints.see_to(unit, officer, flags[0].id, "spoke with the branch")
    with pytest.raises(complaints.NoSuchFlag):
        complaints.see_to(unit, officer, flags[0].id, "again")
    (seen,) = complaints.page(unit, officer, seen=True)
    assert (seen.number, seen.seen_by, seen.seen_at) == (numbers[0], officer.id, unit.now)
    assert [one.number for one in complaints.page(unit, officer)] == numbers[1:]
    unit.finish()
    (noted,) = unit.all("select subject_id from audit_log where action = 'complaint.seen_to'")
    assert noted.subject_id == str(seen.case)
