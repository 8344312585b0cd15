"""Rows as tests read them: words and addresses that the database keeps sealed, opened."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from core.crm import memory
from core.store import contacts
from core.store.unit import Unit
from core.store.words import opened_content, opened_payload


def outbox(unit: Unit, message: UUID | None = None) -> list[Any]:
    """Return the rows of the outbox in their order, or the one of a message."""
    rows = unit.all(
        "select * from outbox where %(id)s::uuid is null or message_id = %(id)s order by id",
        id=message,
    )
    known = contacts.reveal(unit, {row.contact for row in rows})
    return [
        SimpleNamespace(
            **row._asdict()
            | {
                "contact": known.get(row.contact, row.contact),
                "payload": opened_payload(unit, row.payload, row.message_id),
            }
        )
        for row in rows
    ]


def messages(unit: Unit, order: str = "created_at, id") -> list[Any]:
    """Return the messages of the log."""
    rows = unit.all(f"select * from messages order by {order}")
    known = contacts.reveal(unit, {row.address for row in rows})
    return [
        SimpleNamespace(
            **row._asdict()
            | {
                "address": known.get(row.address, row.address),
                "content": opened_content(unit, row.content, row.id),
            }
        )
        for row in rows
    ]


def conversation(unit: Unit, *, channel: str, address: str) -> Any:
    """Return a conversation with what it remembers."""
    row = unit.one(
        "select * from conversations where channel = %(channel)s and address = %(address)s",
        channel=channel,
        address=contacts.token(unit, address),
    )
    known = memory.opened(unit, row.memory, conversation=row.id)
    return SimpleNamespace(**row._asdict() | known | {"address": address})
