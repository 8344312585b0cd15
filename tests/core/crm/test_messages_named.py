"""A receipt that names our own message tells that it was taken, though nobody wrote that down."""

from datetime import timedelta

import pytest

from channels.message import Receipt, Status
from core.crm import messages
from core.store import contacts, delivery, outbox
from core.store.delivery import Taken
from core.store.unit import Unit
from tests.support.numbers import Number

AMINA = "+254712000001"
META = Number(provider="meta", number="100200300400")
OURS = "wamid.OURS"


@pytest.fixture
def message(unit: Unit) -> str:
    """A message that was handed over by a process that died before it wrote that down."""
    outbox.register_senders(unit, [META])
    contacts.keep(unit, AMINA)
    message = outbox.queue_reply(
        unit,
        sender=META.key,
        channel="whatsapp",
        provider="meta",
        contact=AMINA,
        customer_id=None,
        conversation_id=None,
        reply={"text": "Hi", "options": [], "nav": []},
        content="Hi",
    )
    assert len(delivery.lease(unit, sender=META.key, most=1, hold=timedelta(seconds=45))) == 1
    return str(message)


def stands(unit: Unit) -> tuple[object, ...]:
    return tuple(
        unit.one(
            """
            select o.status as row, m.status as said, m.provider_message_id
            from outbox o join messages m on m.id = o.message_id
            """
        )
    )


def test_it_is_not_sent_again(unit: Unit, message: str) -> None:
    assert messages.receive(unit, [Receipt("meta", OURS, Status.DELIVERED, ours=message)]) == 1
    assert stands(unit) == ("sent", "delivered", OURS)


def test_several_words_at_once_name_it_once(unit: Unit, message: str) -> None:
    words = [Receipt("meta", OURS, one, ours=message) for one in (Status.SENT, Status.READ)]
    messages.receive(unit, words)
    assert stands(unit) == ("sent", "read", OURS)


def test_whoever_lives_after_all_may_write_it_down_too(unit: Unit, message: str) -> None:
    messages.receive(unit, [Receipt("meta", OURS, Status.SENT, ours=message)])
    row = unit.one("select id, message_id from outbox")
    delivery.taken(unit, [Taken(row.id, row.message_id, OURS, 1, "Hi")])
    assert stands(unit) == ("sent", "sent", OURS)


@pytest.mark.parametrize(
    ("provider", "ours"),
    [("meta", ""), ("meta", "not-an-id"), ("twilio", None), ("meta", "0" * 32)],
)
def test_what_names_none_of_ours_waits(unit: Unit, message: str, provider: str, ours) -> None:
    told = Receipt(provider, OURS, Status.SENT, ours=message if ours is None else ours)
    assert messages.receive(unit, [told]) == 0
    assert stands(unit) == ("leased", "queued", None)


def test_a_message_is_named_once_and_for_all(unit: Unit, message: str) -> None:
    messages.receive(unit, [Receipt("meta", OURS, Status.SENT, ours=message)])
    messages.receive(unit, [Receipt("meta", "wamid.OTHER", Status.READ, ours=message)])
    assert stands(unit) == ("sent", "sent", OURS)
