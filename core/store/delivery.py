"""How the outbox empties: rows are leased within a number's rate, and settled by what came of them.

Delivery is at least once. Between the provider's answer and the commit of ``taken`` lies the only
moment in which a crash sends a message a second time: the lease runs out and the row goes back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.store import contacts
from core.store.unit import Row, Unit, jsonb
from core.store.words import opened_payload, sealed_content

WINDOW = timedelta(hours=24) - timedelta(minutes=1)
"""How long after the customer's last message WhatsApp takes free words, less a margin."""
RECOVERY_SECONDS = 60
"""How long a number that was throttled takes to come back to its full rate."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A leased row: one message, to be handed to the provider by whoever holds the lease."""

    id: int
    lease: UUID
    message_id: UUID
    sender: str
    channel: str
    contact: str
    """Empty where it was erased since."""
    payload: dict[str, Any]
    """A ``reply``, or an ``alert`` and its ``facts``."""
    language: str | None
    """The language of an alert; a reply has its words already."""
    as_template: bool
    attempts: int
    created_at: datetime
    expires_at: datetime | None
    correlation: str
    in_window: bool


LEASE = """
select l.id, l.lease, l.message_id, l.sender, l.channel, l.payload,
    l.language, l.as_template, l.attempts, l.created_at, l.expires_at, l.correlation::text
from lease_outbox(%(sender)s, %(most)s, %(lease)s, %(until)s, %(resting)s, %(recovery)s, %(now)s) l
order by l.id
"""
# Asked after the lease, not with it: what the lease takes may have been committed since its
# statement began, and that statement would not see the contact beside it.
WHOSE = """
select o.id, p.token, p.sealed as contact,
    o.channel <> 'whatsapp' or coalesce((
        select c.last_inbound_at > %(window)s from conversations c
        where c.channel = o.channel and c.address = o.contact), false) as in_window
from outbox o left join contact_points p on p.token = o.contact
where o.id = any(%(ids)s)
"""


def lease(
    unit: Unit,
    *,
    sender: str,
    most: int,
    hold: timedelta,
    resting: Sequence[str] = (),
    held: Sequence[str] = (),
) -> list[Parcel]:
    """Take up to ``most`` messages of a number, as far as its rate allows, for ``hold``.

    Contacts in ``resting`` are passed over: they were sent something a moment ago. So are those
    whose tokens are in ``held``.
    """
    rows = unit.all(
        LEASE,
        sender=sender,
        most=most,
        lease=unit.new_id(),
        until=unit.now + hold,
        resting=[*held, *(contacts.token(unit, contact) for contact in resting)],
        recovery=RECOVERY_SECONDS,
        now=unit.now,
    )
    if not rows:
        return []
    found = unit.all(WHOSE, ids=[row.id for row in rows], window=unit.now - WINDOW)
    whose = {one.id: one for one in found}
    return [_parcel(unit, row, whose[row.id]) for row in rows]


def _parcel(unit: Unit, row: Row, whose: Row) -> Parcel:
    facts = row._asdict()
    known = whose.token
    facts["contact"] = contacts.opened(unit.keys, known, whose.contact) if known else ""
    facts["in_window"] = whose.in_window
    facts["payload"] = opened_payload(unit, row.payload, row.message_id)
    return Parcel(**facts)


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has it. ``content`` is what the log keeps of words found only now."""

    id: int
    message_id: UUID
    provider_id: str | None
    segments: int
    content: str


@dataclass(frozen=True, slots=True)
class Later:
    """It is to be tried again, with the template in place of free words when so asked."""

    id: int
    lease: UUID
    due_at: datetime
    error: str
    as_template: bool = False
    counted: bool = True
    """Whether it counts as an attempt: being told to wait does not."""


@dataclass(frozen=True, slots=True)
class Dead:
    """It will not be tried again unless somebody revives it."""

    id: int
    lease: UUID
    error: str


def _records(outcomes: Iterable[Taken | Later | Dead]) -> Any:  # noqa: ANN401 - psycopg's own
    rows = [asdict(one) for one in outcomes]
    return jsonb([{k: v if v is None else _plain(v) for k, v in row.items()} for row in rows])


def _plain(value: object) -> object:
    return value if isinstance(value, int | bool) else str(value)


def taken(unit: Unit, outcomes: Sequence[Taken]) -> None:
    """Record what the provider took, even when the lease has run out: it is a fact either way."""
    sealed = [
        replace(one, content=rf"\x{sealed_content(unit, one.content, one.message_id).hex()}")
        for one in outcomes
    ]
    unit.value("select record_taken(%(told)s, %(now)s)", told=_records(sealed), now=unit.now)


def retry(unit: Unit, outcomes: Sequence[Later]) -> None:
    """Put rows back, due later. Whoever has lost the lease changes nothing."""
    unit.run(
        """
        update outbox o set status = 'queued', lease = null, leased_until = null,
            due_at = t.due_at, error = t.error, as_template = o.as_template or t.as_template,
            attempts = case when t.counted then o.attempts else o.attempts - 1 end
        from jsonb_to_recordset(%(told)s) as t(id bigint, lease uuid, due_at timestamptz,
            error text, as_template boolean, counted boolean)
        where o.id = t.id and o.lease = t.lease
        """,
        told=_records(outcomes),
    )


def dead(unit: Unit, outcomes: Sequence[Dead]) -> None:
    """Lay rows aside as dead letters. Whoever has lost the lease changes nothing."""
    unit.run(
        """
        with dead as (
            update outbox o set status = 'dead', lease = null, leased_until = null,
                error = t.error, finished_at = %(now)s
            from jsonb_to_recordset(%(told)s) as t(id bigint, lease uuid, error text)
            where o.id = t.id and o.lease = t.lease
            returning o.message_id, o.error
        )
        update messages m set status = 'failed', error_code = dead.error, failed_at = %(now)s
        from dead
        where m.id = dead.message_id and message_rank(m.status) < message_rank('failed')
        """,
        told=_records(outcomes),
        now=unit.now,
    )


def throttle(unit: Unit, sender: str, *, pause: timedelta) -> None:
    """Send nothing from a number for a while, then half as fast; it recovers within a minute."""
    unit.run(
        """
        update senders set allowed = greatest(rate / 16, allowed / 2), tokens = 0,
            refilled_at = greatest(refilled_at, %(until)s)
        where key = %(sender)s
        """,
        sender=sender,
        until=unit.now + pause,
    )
