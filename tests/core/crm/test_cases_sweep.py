"""What time does to cases: warned once, escalated and told once, closed after three days."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.crm import case_queue, case_sweep, case_work, cases
from core.store.unit import Unit
from core.store.words import opened_payload
from tests.core.crm.desk import case, customer, staff
from tests.core.crm.test_cases import events
from tests.support.outbox_rows import register


def told(unit: Unit) -> list[dict[str, Any]]:
    """The alerts that customers are owed."""
    rows = unit.all("select payload, message_id from outbox order by id")
    owed = [opened_payload(unit, row.payload, row.message_id) for row in rows]
    return [one for one in owed if one.get("alert") == "case_late"]


def test_a_case_is_warned_of_at_four_fifths(unit: Unit, now: datetime) -> None:
    one = case(unit, customer(unit), priority="Critical")
    unit.now = now + timedelta(hours=3, minutes=11, seconds=59)
    assert case_sweep.warn(unit) == []
    unit.now += timedelta(seconds=1)
    assert case_sweep.warn(unit) == [one.id]
    assert case_sweep.warn(unit) == [], "once"
    warned = cases.get(unit, one.id)
    assert (warned.warned_at, warned.status, warned.breached_at) == (unit.now, "Open", None)
    assert events(unit, one)[-1][0] == "sla_warned"


def test_a_late_case_is_escalated_and_its_customer_told_once(unit: Unit, now: datetime) -> None:
    register(unit)
    agent = staff(unit)
    mine = case_queue.claim(unit, agent, case(unit, customer(unit), priority="Critical"))
    unit.now = now + timedelta(hours=4) - timedelta(microseconds=1)
    assert case_sweep.escalate_late(unit) == []
    unit.now = now + timedelta(hours=4)
    assert case_sweep.escalate_late(unit) == [mine.id]
    late = cases.get(unit, mine.id)
    assert (late.status, late.breached_at, late.escalated_at) == ("Escalated", unit.now, unit.now)
    assert late.assigned_to == agent.id, "who works on it goes on"
    assert late.warned_at == unit.now
    assert [one["facts"] for one in told(unit)] == [{"number": mine.number}]
    assert {what for what, *_ in events(unit, mine)} >= {"sla_breached", "escalated", "status"}
    assert case_sweep.escalate_late(unit) == []
    case_work.set_status(unit, agent, late, "PendingCustomer")
    lead = staff(unit, "supervisor")
    calm = case_work.set_priority(unit, lead, late, "Low")
    back = case_work.set_status(unit, lead, calm, "InProgress")
    assert back.breached_at is None, "five days have not passed"
    unit.now += timedelta(days=30)
    assert case_sweep.escalate_late(unit) == [mine.id]
    assert len(told(unit)) == 1, "a customer hears it once"


def test_a_case_of_nobody_we_know_is_escalated_without_words(unit: Unit) -> None:
    register(unit)
    one = case(unit, None, priority="High")
    unit.now += timedelta(hours=24)
    assert case_sweep.escalate_late(unit) == [one.id]
    assert told(unit) == []


def test_a_case_that_waits_for_its_customer_is_never_late(unit: Unit) -> None:
    agent = staff(unit)
    mine = case_queue.claim(unit, agent, case(unit, customer(unit), priority="Critical"))
    case_work.set_status(unit, agent, mine, "PendingCustomer")
    unit.now += timedelta(days=100)
    assert case_sweep.warn(unit) == case_sweep.escalate_late(unit) == []


def test_what_stays_solved_for_three_days_is_closed(unit: Unit) -> None:
    agent = staff(unit)
    mine = case_queue.claim(unit, agent, case(unit, customer(unit)))
    case_work.set_status(unit, agent, mine, "Resolved")
    unit.now += timedelta(hours=72) - timedelta(microseconds=1)
    assert case_sweep.close_old(unit) == []
    unit.now += timedelta(microseconds=1)
    assert case_sweep.close_old(unit) == [mine.id]
    closed = cases.get(unit, mine.id)
    assert (closed.status, closed.closed_at) == ("Closed", unit.now)
    assert events(unit, mine)[-1] == ("status", "Resolved", "Closed")


@pytest.mark.parametrize("most", [1, 7, 100])
def test_many_are_done_a_bounded_number_at_a_time(unit: Unit, most: int) -> None:
    register(unit)
    me = customer(unit)
    opened = {case(unit, me, priority="Critical", by="system").id for _ in range(25)}
    unit.now += timedelta(hours=5)
    found = []
    while some := case_sweep.escalate_late(unit, most=most):
        assert len(some) <= most
        found += some
    assert (set(found), len(found)) == (opened, 25)
    assert len(told(unit)) == 25
    assert unit.value("select count(distinct id) = count(*) from case_events"), "an id for each"
