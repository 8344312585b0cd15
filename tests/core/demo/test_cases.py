"""The demo's desk has something to do, whatever day it is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from core.access.actors import SYSTEM
from core.crm import case_list, case_thread
from core.demo import bank
from core.demo.case_stories import TOLD
from core.store.unit import Unit
from tests.core.people import units
from tests.support.keys import KEYS

STATUSES = {"Open", "InProgress", "PendingCustomer", "Resolved", "Closed", "Escalated"}


def look(unit: Unit, now: datetime) -> None:
    cases = case_list.page(unit, SYSTEM, "open") + case_list.page(unit, SYSTEM, "done")
    assert len(cases) == len(TOLD) == 25
    assert {one.status for one in cases} == STATUSES
    assert {one.priority for one in cases} == {"Low", "Medium", "High", "Critical"}
    assert {one.channel for one in cases} == {"whatsapp", "sms", "ussd"}
    running = [one for one in cases if one.deadline and not one.done]
    assert any(timedelta() < one.deadline - now < timedelta(minutes=30) for one in running)  # type: ignore[operator]
    assert any(one.breached_at and one.status == "Escalated" for one in cases)
    assert any(one.reopened for one in cases)
    assert all(one.updated_at <= now for one in cases)
    threads = [case_thread.thread(unit, one) for one in cases]
    assert {entry.kind for thread in threads for entry in thread} >= {
        "customer", "agent", "note", "event",
    }  # fmt: skip
    assert unit.value("select count(*) from case_links") >= 6
    assert unit.value("select count(*) from outbox") == 0


def test_there_are_cases_in_every_state(bank_engine: Engine, now: datetime) -> None:
    with units(bank_engine, now)() as unit:
        look(unit, now)


@pytest.mark.parametrize("day", ["2026-12-25 02:00", "2026-08-08 23:30"])
def test_also_on_a_holiday_and_on_a_saturday_night(
    clean_engine: Engine, pepper: bytes, day: str
) -> None:
    now = datetime.fromisoformat(day).replace(tzinfo=UTC)
    bank.load(clean_engine, keys=KEYS, now=now, pepper=pepper)
    with units(clean_engine, now)() as unit:
        look(unit, now)
