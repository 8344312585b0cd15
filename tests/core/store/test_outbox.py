"""What is owed to whom, and where it goes."""

from uuid import UUID

import pytest
from sqlalchemy import exc

from core.store import outbox
from core.store.unit import Unit
from tests.support import unsealed
from tests.support.outbox_rows import (
    AMINA,
    PHONE,
    SMS,
    TEXTS,
    WHATSAPP,
    Number,
    add_address,
    add_customer,
    register,
    reply,
)


@pytest.fixture(autouse=True)
def _bank(unit: Unit) -> None:
    register(unit)
    add_customer(unit)


def notice(unit: Unit, alert: str = "money_received", **given: str) -> str | None:
    """Queue a notice and return where it goes, as ``sender contact``."""
    message = outbox.queue_notice(
        unit, customer_id=AMINA, alert=alert, facts={"amount": "KES 1.00"}, **given
    )
    if message is None:
        return None
    [row] = unsealed.outbox(unit, message)
    return f"{row.sender} {row.contact}"


def test_a_notice_goes_to_the_trusted_whatsapp_address(unit: Unit) -> None:
    add_address(unit, "whatsapp", "KE.1349")
    assert notice(unit) == f"{WHATSAPP.key} KE.1349"
    assert unit.wakes == {WHATSAPP.key}


def test_a_notice_goes_by_sms_when_whatsapp_is_not_trusted(unit: Unit) -> None:
    add_address(unit, "whatsapp", trust="new")
    assert notice(unit) == f"{SMS.key} {PHONE}"


def test_a_country_with_a_provider_of_its_own_is_served_by_it(unit: Unit) -> None:
    neema = add_customer(unit, UUID(int=2), phone="+255712000003", country="TZ", language="sw")
    message = outbox.queue_notice(unit, customer_id=neema, alert="welcome", facts={})
    row = unit.one("select sender, language from outbox where message_id = %(id)s", id=message)
    assert tuple(row) == (TEXTS.key, "sw")


def test_somebody_who_opted_out_hears_nothing_but_service_messages(unit: Unit) -> None:
    add_address(unit, "whatsapp", opted_out=True)
    add_address(unit, "sms", opted_out=True)
    assert notice(unit) is None
    assert notice(unit, "money_sent") == f"{WHATSAPP.key} {PHONE}"
    assert notice(unit, "one_time_code") == f"{SMS.key} {PHONE}"


def test_who_opted_out_of_one_channel_is_told_on_the_other(unit: Unit) -> None:
    add_address(unit, "whatsapp", opted_out=True)
    assert notice(unit) == f"{SMS.key} {PHONE}"


def test_a_number_that_changed_hands_hears_nothing(unit: Unit) -> None:
    add_address(unit, "sms", trust="withdrawn")
    assert notice(unit) is None


def test_a_code_goes_by_sms_and_is_of_no_use_later(unit: Unit) -> None:
    add_address(unit, "whatsapp")
    assert notice(unit, "one_time_code") == f"{SMS.key} {PHONE}"
    row = unit.one("select expires_at - created_at as useful from outbox")
    assert row.useful == outbox.USEFUL_FOR["one_time_code"]


@pytest.mark.parametrize("channel", ["sms", "ussd"])
def test_a_channel_may_be_asked_for(unit: Unit, channel: str) -> None:
    add_address(unit, "whatsapp")
    assert notice(unit, channel=channel) == f"{SMS.key} {PHONE}"


def test_an_address_may_be_asked_for(unit: Unit) -> None:
    assert notice(unit, channel="sms", address="+254799") == f"{SMS.key} +254799"


def test_nobody_is_told_what_no_number_of_ours_can_carry(unit: Unit) -> None:
    stranger = add_customer(unit, UUID(int=3), phone=None)
    assert outbox.queue_notice(unit, customer_id=stranger, alert="welcome", facts={}) is None


def test_a_notice_says_nothing_until_it_is_sent(unit: Unit) -> None:
    notice(unit)
    [row] = unsealed.messages(unit)
    assert (row.content, row.status, row.customer_id, row.address) == (
        None, "queued", AMINA, PHONE,
    )  # fmt: skip


def test_a_reply_is_a_message_and_a_row_at_once(unit: Unit) -> None:
    message = reply(unit, PHONE, "Hi")
    [said], [owed] = unsealed.messages(unit), unsealed.outbox(unit, message)
    assert (said.id, said.content, said.status, said.is_inbound) == (message, "Hi", "queued", False)
    assert (owed.payload, owed.status) == ({"reply": {"text": "Hi"}}, "queued")


def test_registering_again_keeps_the_bucket_and_moves_the_default(unit: Unit) -> None:
    unit.run("update senders set tokens = 0.5 where key = %(key)s", key=SMS.key)
    faster = Number("sms", number="21000", rate=5.0)
    outbox.register_senders(unit, (WHATSAPP, TEXTS, faster), routes={})
    rows = {row.key: row for row in unit.all("select * from senders")}
    assert (rows[SMS.key].tokens, rows[SMS.key].rate, rows[SMS.key].is_default) == (0.5, 5, False)
    assert (rows[TEXTS.key].is_default, rows[TEXTS.key].countries) == (True, [])


def test_listed_shows_the_oldest_of_a_status(unit: Unit) -> None:
    for text in "abc":
        reply(unit, PHONE, text)
    assert [row.id for row in outbox.listed(unit, status="queued", limit=2)] == [
        row.id for row in unit.all("select id from outbox order by id limit 2")
    ]
    assert outbox.listed(unit) == []


@pytest.mark.parametrize(
    "change",
    [
        "update messages set content = '\\x01'",
        "update messages set address = 'other'",
        "update messages set status = 'queued'",
        "delete from messages",
    ],
)
def test_what_was_said_stays_said(unit: Unit, change: str) -> None:
    reply(unit, PHONE)
    unit.run("update messages set status = 'sent'")
    with pytest.raises((exc.IntegrityError, exc.ProgrammingError)):
        unit.run(change)


def test_the_owner_cannot_rewrite_messages_either(clean_admin_engine, unit: Unit) -> None:
    with clean_admin_engine.begin() as connection:
        connection.exec_driver_sql(
            """
            insert into messages (channel, provider, is_inbound, address, status, content,
                correlation, created_at)
            values ('sms', 'twilio', true, '+1', 'received', '\\x01', uuidv7(), now())
            """
        )
    for change in ("update messages set content = '\\x02'", "delete from messages"):
        with pytest.raises(exc.IntegrityError), clean_admin_engine.begin() as connection:
            connection.exec_driver_sql(change)
