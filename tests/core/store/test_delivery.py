"""How rows are leased within a rate, in order per contact, and settled."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core.store import contacts, delivery, outbox, resending, upkeep
from core.store.delivery import Dead, Later, Taken
from core.store.unit import Unit
from tests.support import unsealed
from tests.support.outbox_rows import (
    PHONE,
    SMS,
    WHATSAPP,
    add_address,
    add_customer,
    lease,
    register,
    reply,
    texts,
)


@pytest.fixture(autouse=True)
def _numbers(unit: Unit) -> None:
    register(unit)


def later(unit: Unit, seconds: float) -> Unit:
    """The same unit, as it would be some time later."""
    return replace(unit, now=unit.now + timedelta(seconds=seconds))


def take(unit: Unit, *parcels: delivery.Parcel) -> None:
    delivery.taken(
        unit, [Taken(p.id, p.message_id, f"SM{p.message_id.hex}", 1, "said") for p in parcels]
    )


def test_one_message_of_each_contact_is_leased_the_oldest(unit: Unit) -> None:
    for contact, text in (("+1", "a"), ("+1", "b"), ("+2", "c"), ("+2", "d")):
        reply(unit, contact, text)
    first = lease(unit)
    assert texts(first) == ["a", "c"]
    assert lease(unit) == []
    take(unit, first[0])
    assert texts(lease(unit)) == ["b"]


def test_a_contact_whose_first_message_waits_waits_with_it(unit: Unit) -> None:
    for text in "ab":
        reply(unit, "+1", text)
    [parcel] = lease(unit)
    delivery.retry(unit, [Later(parcel.id, parcel.lease, unit.now + timedelta(seconds=10), "busy")])
    assert lease(later(unit, 9)) == []
    assert texts(lease(later(unit, 10))) == ["a"]


def test_resting_contacts_are_passed_over(unit: Unit) -> None:
    reply(unit, "+1", "a")
    reply(unit, "+2", "b")
    assert texts(lease(unit, resting=("+1",))) == ["b"]


def test_urgent_rows_of_other_contacts_leave_first(unit: Unit) -> None:
    reply(unit, "+1", "slow")
    unit.run("update outbox set status = 'queued'")
    message = outbox.queue_reply(
        unit,
        sender=WHATSAPP.key,
        channel="whatsapp",
        provider="twilio",
        contact="+2",
        customer_id=None,
        conversation_id=None,
        reply={"text": "bulk"},
        content="",
        priority=5,
    )
    reply(unit, "+3", "urgent")
    assert message is not None
    assert texts(lease(unit, most=2)) == ["slow", "urgent"]


def test_the_bucket_lets_the_rate_through_and_no_more(unit: Unit) -> None:
    # 1,000 contacts, a number of 50 a second with a burst of 10, asked every 20 ms for 10 s.
    for n in range(1000):
        reply(unit, f"+{n}", str(n))
    sent = [len(lease(later(unit, step * 0.02))) for step in range(501)]
    assert sum(sent) == pytest.approx(10 + 50 * 10, abs=1)
    in_a_second = [sum(sent[i : i + 50]) for i in range(len(sent) - 49)]
    assert max(in_a_second) <= 50 + 10
    assert min(in_a_second) >= 49


def test_a_slow_number_gathers_parts_of_a_token(unit: Unit) -> None:
    for n in range(5):
        reply(unit, f"+{n}", str(n), number=SMS)
    sent = [len(lease(later(unit, step * 0.25), number=SMS)) for step in range(13)]
    assert sum(sent) == 1 + 3


def test_a_throttled_number_pauses_then_halves_then_recovers(unit: Unit) -> None:
    for n in range(2000):
        reply(unit, f"+{n}", str(n))
    delivery.throttle(unit, WHATSAPP.key, pause=timedelta(seconds=5))
    assert lease(later(unit, 4.9)) == []
    first = sum(len(lease(later(unit, 5 + step * 0.1))) for step in range(11))
    assert 24 <= first <= 30, "half of 50 a second, a little recovered"
    for step in range(700):
        lease(later(unit, 6 + step * 0.1), most=1)
    unit.run("update senders set tokens = 0 where key = %(key)s", key=WHATSAPP.key)
    last = sum(len(lease(later(unit, 76 + step * 0.1))) for step in range(11))
    assert 48 <= last <= 62


def test_what_was_taken_is_recorded_even_when_the_lease_has_run_out(unit: Unit) -> None:
    reply(unit, "+1")
    [parcel] = lease(unit)
    assert upkeep.return_leases(later(unit, 61)) == 1
    take(unit, parcel)
    row = unit.one(
        """
        select o.status, o.lease, m.status as said, m.provider_message_id, m.sent_at
        from outbox o join messages m on m.id = o.message_id
        """
    )
    assert tuple(row) == ("sent", None, "sent", f"SM{parcel.message_id.hex}", unit.now)


def test_whoever_lost_the_lease_cannot_put_a_row_back_or_kill_it(unit: Unit) -> None:
    reply(unit, "+1")
    [old] = lease(unit)
    upkeep.return_leases(later(unit, 61))
    [held] = lease(later(unit, 61))
    delivery.retry(unit, [Later(old.id, old.lease, unit.now, "late")])
    delivery.dead(unit, [Dead(old.id, old.lease, "late")])
    row = unit.one("select status, lease, attempts from outbox")
    assert tuple(row) == ("leased", held.lease, 2)


def test_leases_that_still_run_are_left_alone(unit: Unit) -> None:
    reply(unit, "+1")
    lease(unit)
    assert upkeep.return_leases(later(unit, 59)) == 0


def test_a_dead_letter_is_listed_and_revived_as_a_message_of_its_own(unit: Unit) -> None:
    first = reply(unit, "+1", "once more")
    [parcel] = lease(unit)
    delivery.dead(unit, [Dead(parcel.id, parcel.lease, "21211")])
    [row] = outbox.listed(unit)
    assert (row.message_id, row.error, row.status) == (first, "21211", "dead")
    unit.wakes.clear()
    assert resending.revive(unit, [row.id]) == 1
    assert unit.wakes == {WHATSAPP.key}
    [again] = lease(unit)
    assert texts([again]) == ["once more"]
    assert (again.message_id != first, again.attempts) == (True, 1)
    told = unsealed.messages(unit, order="created_at, status")
    assert [(row.status, row.error_code, row.content) for row in told] == [
        ("failed", "21211", "once more"),
        ("queued", None, "once more"),
    ]


def test_reviving_touches_nothing_but_dead_letters(unit: Unit) -> None:
    reply(unit, "+1")
    [parcel] = lease(unit)
    assert resending.revive(unit, [parcel.id]) == 0
    assert resending.revive(unit) == 0


def test_a_wait_that_does_not_count_gives_the_attempt_back(unit: Unit) -> None:
    reply(unit, "+1")
    [parcel] = lease(unit)
    delivery.retry(unit, [Later(parcel.id, parcel.lease, unit.now, "63018", counted=False)])
    assert lease(unit)[0].attempts == 1


def test_what_whatsapp_cannot_carry_goes_by_sms_as_a_message_of_its_own(unit: Unit) -> None:
    customer = add_customer(unit)
    outbox.queue_notice(
        unit, customer_id=customer, alert="welcome", facts={}, channel="whatsapp", address=PHONE
    )
    [parcel] = lease(unit)
    unit.wakes.clear()
    assert resending.by_sms(unit, parcel.id, lease=parcel.lease, error="63003")
    assert unit.wakes == {SMS.key}
    [text] = lease(unit, number=SMS)
    assert (text.contact, text.channel, text.attempts) == (PHONE, "sms", 1)
    told = unit.all("select channel, status, error_code from messages order by channel")
    assert [tuple(row) for row in told] == [
        ("sms", "queued", None),
        ("whatsapp", "failed", "63003"),
    ]


def test_a_number_without_a_phone_has_no_other_channel(unit: Unit) -> None:
    reply(unit, "KE.1349")
    [parcel] = lease(unit)
    assert not resending.by_sms(unit, parcel.id, lease=parcel.lease, error="63003")
    assert unit.one("select status from outbox").status == "leased"


def test_who_opted_out_of_sms_gets_no_notice_by_that_way_round(unit: Unit) -> None:
    customer = add_customer(unit)
    add_address(unit, "sms", opted_out=True)
    outbox.queue_notice(
        unit, customer_id=customer, alert="welcome", facts={}, channel="whatsapp", address=PHONE
    )
    [parcel] = lease(unit)
    assert not resending.by_sms(unit, parcel.id, lease=parcel.lease, error="63003")


def test_free_words_are_for_whom_wrote_within_a_day(unit: Unit) -> None:
    for hours, contact in ((23, "+1"), (25, "+2")):
        unit.run(
            """
            insert into conversations (id, channel, address, language, created_at, last_inbound_at)
            values (%(id)s, 'whatsapp', %(contact)s, 'en', %(now)s, %(at)s)
            """,
            id=uuid4(),
            contact=contacts.keep(unit, contact),
            now=unit.now,
            at=unit.now - timedelta(hours=hours),
        )
        reply(unit, contact)
    reply(unit, "+3")
    assert [one.in_window for one in lease(unit)] == [True, False, False]
    reply(unit, "+1", number=SMS)
    assert lease(unit, number=SMS)[0].in_window


def test_only_what_could_leave_now_wakes_a_number(unit: Unit) -> None:
    assert upkeep.waiting(unit) == []
    reply(unit, "+1", "a")
    reply(unit, "+1", "b")
    assert [one.sender for one in upkeep.waiting(unit)] == [WHATSAPP.key]
    [parcel] = lease(unit)
    delivery.retry(unit, [Later(parcel.id, parcel.lease, unit.now + timedelta(seconds=5), "x")])
    assert upkeep.waiting(later(unit, 4)) == []
    assert upkeep.waiting(later(unit, 5))[0].since == unit.now + timedelta(seconds=5)


def test_depths_tell_how_full_the_outbox_is(unit: Unit) -> None:
    reply(unit, "+1")
    reply(unit, "+2")
    [first, _] = lease(unit)
    delivery.dead(unit, [Dead(first.id, first.lease, "21211")])
    assert [(d.sender, d.status, d.rows) for d in upkeep.depths(unit)] == [
        (WHATSAPP.key, "dead", 1),
        (WHATSAPP.key, "leased", 1),
    ]


def test_sent_rows_are_forgotten_after_two_days_and_messages_are_not(unit: Unit) -> None:
    reply(unit, "+1")
    reply(unit, "+2")
    [first, _] = lease(unit)
    take(unit, first)
    assert upkeep.purge(later(unit, 1 * 86400)) == 0
    assert upkeep.purge(later(unit, 3 * 86400)) == 1
    counts = unit.one("select (select count(*) from outbox) o, (select count(*) from messages) m")
    assert tuple(counts) == (1, 2)


def test_a_plan_made_for_an_empty_outbox_serves_a_full_one(unit: Unit) -> None:
    for _ in range(12):  # long enough that PostgreSQL keeps the plan
        lease(unit)
        upkeep.waiting(unit)
    for n in range(1500):
        reply(unit, f"+{n % 700}", str(n))
    read = """
        select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'outbox'
    """
    for step in range(5):
        before = unit.value(read)
        parcels = lease(later(unit, step))
        take(unit, *parcels)
        upkeep.waiting(later(unit, step))
        assert len(parcels) == 10
        assert unit.value(read) - before < 200, "rows looked at to send ten"
