"""Messages that cannot go as they are: templates, other channels, codes, and none at all."""

from collections.abc import Callable
from uuid import UUID

from bot.house import House
from channels.message import Fate
from core.access import codes
from core.store import contacts, outbox
from tests.support import unsealed
from tests.support.drains import drain, rows
from tests.support.numbers import Number, fails
from tests.support.outbox_rows import add_address, add_customer

Queue = Callable[..., None]


def test_outside_the_window_the_template_is_sent(house: House, number: Number) -> None:
    with house.unit() as unit:
        customer = add_customer(unit, language="fr")
        add_address(unit, "whatsapp")
        facts = {
            "amount": "KES 1500.00",
            "name": "Brian Kamau",
            "reference": "TX1",
            "balance": "KES 12.00",
        }
        outbox.queue_notice(unit, customer_id=customer, alert="money_received", facts=facts)
    assert drain(house, number) == 1
    [message] = number.handed
    assert message.in_window is False
    assert message.notice is not None
    assert message.notice.values[0] == "1 500,00 KES"
    read = message.notice.body
    for n, value in enumerate(message.notice.values, start=1):
        read = read.replace(f"{{{{{n}}}}}", value)
    assert read == message.reply.text


def test_a_reason_and_an_hour_have_their_places_in_a_template(house: House, number: Number) -> None:
    with house.unit() as unit:
        customer = add_customer(unit, language="en")
        add_address(unit, "whatsapp")
        known = {"amount": "KES 1500.00", "name": "Brian Kamau", "bank": "Equity"}
        known["reference"] = "TX1"
        facts = known | {"until": "2026-03-04T21:59:00+00:00"}
        outbox.queue_notice(unit, customer_id=customer, alert="payout_later", facts=facts)
        facts = known | {"reason": "AC04", "balance": "KES 12.00"}
        outbox.queue_notice(unit, customer_id=customer, alert="payout_failed", facts=facts)
    assert drain(house, number) == 2
    later, failed = (message.notice for message in number.handed)
    assert later is not None
    assert failed is not None
    assert {"5 Mar", "00:59"} < set(later.values)
    assert "the account is closed" in failed.values


def test_free_words_that_are_refused_go_as_the_template(
    house: House, number: Number, queue: Queue
) -> None:
    _open_window(house, "+1")
    number.answer = fails(Fate.TEMPLATE, "63016")
    queue(("+1", "a"))
    assert drain(house, number) == 1
    assert [message.in_window for message in number.handed] == [True, False]


def test_what_whatsapp_cannot_deliver_goes_by_sms(make_house, queue: Queue) -> None:
    whatsapp = Number(fails(Fate.OTHER_CHANNEL, "63003", times=9))
    sms = Number(channel="sms", number="21000")
    house = make_house(whatsapp, sms)
    queue(("+254712000001", "a"), of=whatsapp)
    assert drain(house, whatsapp) == 0
    assert drain(house, sms) == 1
    assert sms.taken == [("+254712000001", "a")]


def test_without_another_channel_it_is_dead(house: House, number: Number, queue: Queue) -> None:
    number.answer = fails(Fate.OTHER_CHANNEL, "63003", times=9)
    queue(("KE.1349", "a"))
    drain(house, number)
    assert rows(house) == [("KE.1349", "dead", "failed", "63003")]


def test_who_has_opted_out_at_the_provider_has_opted_out_here(
    house: House, number: Number, queue: Queue
) -> None:
    number.answer = fails(Fate.OPTED_OUT, "21610")
    with house.unit() as unit:
        add_customer(unit)
        add_address(unit, "whatsapp")
    queue(("+254712000001", "a"))
    drain(house, number)
    with house.unit() as unit:
        assert unit.value("select opted_out_at is not null from addresses")
    assert rows(house) == [("+254712000001", "dead", "failed", "21610")]


def test_a_code_is_in_the_message_and_nowhere_else(make_house) -> None:
    sms = Number(channel="sms", number="21000")
    house = make_house(sms)
    code_id = str(UUID(int=7))
    digits = codes.reveal(house.settings.pin_pepper, code_id)
    with house.unit() as unit:
        customer = add_customer(unit)
        outbox.queue_notice(
            unit, customer_id=customer, alert="one_time_code", facts={"code_id": code_id}
        )
    assert drain(house, sms) == 1
    assert digits in sms.handed[0].reply.text
    with house.unit() as unit:
        kept = unit.value("select string_agg(m::text || o::text, ' ') from messages m, outbox o")
        [said], [owed] = unsealed.messages(unit), unsealed.outbox(unit)
        assert outbox.NOT_SAID in said.content
    assert digits not in kept
    assert digits not in f"{said.content} {owed.payload}"
    assert digits not in str(house.redis.xrange("ui:events"))


def test_what_is_of_no_use_any_more_is_not_sent(make_house) -> None:
    sms = Number(channel="sms", number="21000")
    house = make_house(sms)
    with house.unit() as unit:
        customer = add_customer(unit)
        outbox.queue_notice(
            unit, customer_id=customer, alert="one_time_code", facts={"code_id": "7"}
        )
        unit.run("update outbox set expires_at = expires_at - interval '6 minutes'")
    assert drain(house, sms) == 0
    assert (sms.handed, rows(house)[0][1:]) == ([], ("dead", "failed", "expired"))


def test_a_message_without_words_is_laid_aside_at_once(house: House, number: Number) -> None:
    with house.unit() as unit:
        customer = add_customer(unit)
        add_address(unit, "whatsapp")
        outbox.queue_notice(unit, customer_id=customer, alert="no_such_alert", facts={})
    drain(house, number)
    assert rows(house)[0][1:] == ("dead", "failed", "no_words")


def _open_window(house: House, contact: str) -> None:
    with house.unit() as unit:
        unit.run(
            """
            insert into conversations (id, channel, address, language, created_at, last_inbound_at)
            values (%(id)s, 'whatsapp', %(contact)s, 'en', %(now)s, %(now)s)
            """,
            id=unit.new_id(),
            contact=contacts.keep(unit, contact),
            now=unit.now,
        )
