"""What providers say about the messages we sent: each only ever moves up its ladder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from core.store import contacts
from core.store.unit import Unit, jsonb

OVERTAKING = timedelta(hours=1)
"""How long a receipt may wait for the record of the message that it overtook."""
MOST_AT_ONCE = 1000


class ReceiptFacts(Protocol):
    """The provider's word on one message."""

    @property
    def provider(self) -> str: ...  # noqa: D102 - said by its name
    @property
    def message_id(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> Any: ...  # noqa: ANN401, D102 - a word of the ladder
    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def fate(self) -> Any: ...  # noqa: ANN401, D102 - what a failure calls for, or None
    @property
    def ours(self) -> str: ...  # noqa: D102 - our own id of the message, where it is handed back


def receive(unit: Unit, receipts: Sequence[ReceiptFacts]) -> int:
    """Move messages up their ladders and return how many moved.

    A receipt may come before our own record of its message: it is kept and applied later.
    """
    told = [
        {
            "provider": one.provider,
            "message_id": one.message_id,
            "status": str(one.status),
            "code": one.code,
            "fate": None if one.fate is None else str(one.fate),
            "ours": _id(one.ours),
        }
        for one in receipts
    ]
    moved: int = unit.value(
        "select receive_receipts(%(told)s, %(now)s)", told=jsonb(told), now=unit.now
    )
    return moved


def _id(text: str) -> str | None:
    """Return what a provider handed back as our own id of a message; None when it is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return None


def apply_waiting(unit: Unit) -> int:
    """Apply receipts that overtook the record of their message, and return how many were."""
    applied: int = unit.value(
        "select apply_receipts(%(since)s, %(most)s)",
        since=unit.now - OVERTAKING,
        most=MOST_AT_ONCE,
    )
    return applied


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that its provider took and then could not deliver."""

    outbox_id: int
    sender: str
    channel: str
    contact: str
    code: str
    fate: str
    attempts: int
    as_template: bool


def failures(unit: Unit, *, limit: int = 200) -> list[Failure]:
    """Return the messages that failed after they were taken, each once: the caller judges them.

    One that was delivered after all, or sent again since, needs no judgement and is left out.
    """
    rows = unit.all(
        """
        with failed as materialized (
            select r.provider, r.provider_message_id, r.status, r.code, r.fate from receipts r
            where not r.judged and r.applied
            order by r.received_at limit %(limit)s for update skip locked
        ), judged as (
            update receipts r set judged = true from failed
            where r.provider = failed.provider and r.status = failed.status
                and r.provider_message_id = failed.provider_message_id
        )
        select o.id, o.sender, o.channel, p.token, p.sealed, failed.code, failed.fate, o.attempts,
            o.as_template
        from failed
        join messages m using (provider, provider_message_id)
        join outbox o on o.message_id = m.id
        join contact_points p on p.token = o.contact
        where m.status = 'failed' and o.status = 'sent'
        order by o.id
        """,
        limit=limit,
    )
    return [
        Failure(
            outbox_id=row.id,
            sender=row.sender,
            channel=row.channel,
            contact=contacts.opened(unit.keys, row.token, row.sealed),
            code=row.code,
            fate=row.fate,
            attempts=row.attempts,
            as_template=row.as_template,
        )
        for row in rows
    ]
