"""A country's day is closed once, after it has ended there, with what left and came back on it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.settlement import end_of_day
from tests.core.settlement import house
from tests.core.settlement.house import MORNING, Partners

WEDNESDAY, THURSDAY = date(2026, 3, 4), date(2026, 3, 5)


def test_a_day_is_closed_after_it_has_ended_in_its_country(unit):
    house.funded(unit)
    unit.now = MORNING
    bank, payer = Partners(unit), house.brian(unit)
    arrived, waits = house.start(unit, payer), house.start(unit, payer, "KES 2000.00")
    house.send_all(unit)
    bank.answer("pesalink", house.Done("P"))
    waits = house.start(unit, payer, "KES 900.00")
    house.send_all(unit)
    assert house.status(unit, arrived) == "settled"
    assert house.status(unit, waits) == "sent"
    unit.now = datetime(2026, 3, 4, 20, 59, tzinfo=UTC)  # a minute before midnight in Nairobi
    with pytest.raises(end_of_day.DayRuns):
        end_of_day.close(unit, "KE", WEDNESDAY, by="test")
    unit.now += timedelta(minutes=1)
    assert ("KE", WEDNESDAY) in end_of_day.due(unit)
    assert ("GH", WEDNESDAY) not in end_of_day.due(unit)
    day = end_of_day.close(unit, "KE", WEDNESDAY, by="test")
    assert day.next_day == THURSDAY
    (ended,) = day.report["ended"]
    assert (ended["rail"], ended["status"], ended["payments"]) == ("KE-PESALINK", "settled", 2)
    assert ended["amount"] == 350_000
    (flying,) = day.report["on_their_way"]
    assert (flying["status"], flying["amount"]) == ("sent", 90_000)
    assert day.report["begun"] == 3
    assert {one["nostro"] for one in day.report["nostros"]} >= {"nostro_central", "nostro_mobile"}
    with pytest.raises(end_of_day.DayClosed):
        end_of_day.close(unit, "KE", WEDNESDAY, by="test")
    assert [one.day for one in end_of_day.closed(unit, "KE")] == [WEDNESDAY]


def test_days_nobody_closed_are_due_in_order_and_the_next_one_is_a_working_day(unit):
    unit.now = datetime(2026, 4, 3, 5, tzinfo=UTC)
    first = [one for one in end_of_day.due(unit) if one[0] == "KE"]
    assert first == [("KE", date(2026, 4, 2))]
    closed = end_of_day.close(unit, *first[0], by="test")
    assert closed.next_day == date(2026, 4, 7)  # after Easter Monday
    unit.now += timedelta(days=2)
    assert [one for one in end_of_day.due(unit) if one[0] == "KE"] == [
        ("KE", date(2026, 4, 3)), ("KE", date(2026, 4, 4)),
    ]  # fmt: skip
