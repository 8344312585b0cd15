"""Nights by the clock of each country, what waits for the morning, and what does not."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from core.access.actors import Forbidden
from core.crm import quiet_hours
from core.crm.quiet_hours import BadHours, Hours
from core.store import held_notices, outbox
from core.store.service_alerts import SERVICE_ALERTS
from core.store.urgency import CAN_WAIT, URGENT
from flows.words import LANGUAGES, blocks
from tests.support import unsealed
from tests.support.desk import hired
from tests.support.outbox_rows import AMINA, add_address, add_customer, register

OTHER = UUID(int=0xB)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def tell(unit, alert="kyc_expired", customer=AMINA):
    return outbox.queue_notice(
        unit, customer_id=customer, alert=alert, facts={"document": "passport"}
    )


def owed(unit):
    return [(one.payload["alert"], one.message_id) for one in unsealed.outbox(unit)]


@pytest.fixture
def night(unit):
    """Half past two in Nairobi."""
    register(unit)
    add_customer(unit)
    unit.now = at("2026-03-03T23:30")
    return unit


def test_every_alert_is_urgent_or_can_wait():
    urgent = [alert for alerts in URGENT.values() for alert in alerts]
    assert len(urgent) == len(set(urgent))
    for language in LANGUAGES:
        known = set(blocks("alerts", language))
        told = {
            name for name in known
            if "__" not in name and name.removesuffix("_waits") not in known - {name}
        }  # fmt: skip
        assert told == set(urgent) | set(CAN_WAIT)
    assert not set(urgent) & set(CAN_WAIT)
    assert set(urgent) | set(CAN_WAIT) >= SERVICE_ALERTS


@pytest.mark.parametrize(
    ("country", "now", "morning"),
    [
        ("KE", "2026-03-03T17:59:59", None),
        ("KE", "2026-03-03T18:00", "2026-03-04T04:00"),
        ("KE", "2026-03-03T20:59", "2026-03-04T04:00"),
        ("KE", "2026-03-03T21:00", "2026-03-04T04:00"),  # midnight there
        ("KE", "2026-03-04T03:59:59", "2026-03-04T04:00"),
        ("KE", "2026-03-04T04:00", None),
        ("SN", "2026-03-03T18:00", None),
        ("SN", "2026-03-03T21:00", "2026-03-04T07:00"),
        ("SN", "2026-03-04T06:59", "2026-03-04T07:00"),
        ("SN", "2026-03-04T07:00", None),
        ("NG", "2026-12-31T20:00", "2027-01-01T06:00"),
        ("XX", "2026-03-03T23:00", None),
    ],
)
def test_the_night_of_a_country(unit, country, now, morning):
    unit.now = at(now)
    assert quiet_hours.until(unit, country) == (None if morning is None else at(morning))


def test_hours_within_one_day(unit):
    actor = hired(unit, "operations")
    quiet_hours.change(unit, actor, Hours("SN", time(12), time(14), "the regulator"))
    for now, morning in (
        ("2026-03-03T11:59", None), ("2026-03-03T12:00", "2026-03-03T14:00"),
        ("2026-03-03T13:59", "2026-03-03T14:00"), ("2026-03-03T14:00", None),
        ("2026-03-03T23:00", None),
    ):  # fmt: skip
        unit.now = at(now)
        assert quiet_hours.until(unit, "SN") == (None if morning is None else at(morning))
    [there] = [one for one in quiet_hours.listed(unit) if one.country == "SN"]
    assert (there.begins, there.ends, there.source) == (time(12), time(14), "the regulator")


def test_who_may_change_them_and_to_what(unit):
    hours = Hours("KE", time(22), time(6), "a decision")
    with pytest.raises(Forbidden):
        quiet_hours.change(unit, hired(unit, "agent"), hours)
    for wrong in (Hours("XX", time(22), time(6), "x"), Hours("KE", time(6), time(6), "x")):
        with pytest.raises(BadHours):
            quiet_hours.change(unit, hired(unit, "operations"), wrong)


def test_what_can_wait_leaves_in_the_morning_and_in_order(night):
    messages = [tell(night), tell(night, "kyc_expiring"), tell(night, "card_expires")]
    assert owed(night) == []
    assert held_notices.let_go(night) == 0
    night.now = at("2026-03-04T04:00")
    assert held_notices.let_go(night) == 3
    alerts = ["kyc_expired", "kyc_expiring", "card_expires"]
    assert owed(night) == list(zip(alerts, messages, strict=True))
    assert held_notices.let_go(night) == 0
    assert night.value("select count(*) from held_notices") == 0


def test_what_is_urgent_leaves_at_night(night):
    sent = tell(night, "pin_changed")
    tell(night)
    assert owed(night) == [("pin_changed", sent)]


def test_by_day_nothing_waits(night):
    night.now = at("2026-03-04T09:00")
    sent = tell(night)
    assert owed(night) == [("kyc_expired", sent)]


def test_several_at_once_are_told_apart(night):
    add_customer(night, OTHER, phone="+221770000009", country="SN")
    night.now = at("2026-03-03T19:00")  # ten in the evening in Nairobi, seven in Dakar
    notices = [
        outbox.Notice(AMINA, "kyc_expired", {"document": "passport"}),
        outbox.Notice(OTHER, "kyc_expired", {"document": "passport"}),
        outbox.Notice(AMINA, "pin_changed", {}),
    ]
    messages = outbox.queue_notices(night, notices)
    assert None not in messages
    assert owed(night) == [("kyc_expired", messages[1]), ("pin_changed", messages[2])]


def test_what_is_of_no_use_in_the_morning_goes_nowhere(night):
    tell(night, "plan_ahead")
    night.now += timedelta(hours=12)
    assert held_notices.let_go(night) == 1
    assert owed(night) == []


def test_who_opted_out_meanwhile_is_not_told(night):
    tell(night, "complaint_late")
    add_address(night, "sms", opted_out=True)
    night.now += timedelta(hours=9)
    assert held_notices.let_go(night) == 1
    assert owed(night) == []


def test_what_waits_is_sealed(night):
    tell(night)
    [kept] = night.all("select payload, message_id from held_notices")
    assert b"passport" not in bytes(kept.payload)
