"""How the outbox empties: rows are leased within a number's rate, and settled by what came of them.

Delivery is at least once. Between the provider's answer and the commit of ``taken`` lies the only
moment in which a crash sends a message a second time: the lease runs out and the row goes back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.store.outbox import SERVICE_ALERTS
from core.store.unit import Unit, jsonb

WINDOW = timedelta(hours=24) - timedelta(minutes=1)
"""How long after the customer's last message WhatsApp takes free words, less a margin."""
RECOVERY_SECONDS = 60
"""How long a number that was throttled takes to come back to its full rate."""
MOST_REVIVED = 500


@dataclass(frozen=True, slots=True)
class Parcel:
    """A leased row: one message, to be handed to the provider by whoever holds the lease."""

    id: int
    lease: UUID
    message_id: UUID
    sender: str
    channel: str
    contact: str
    payload: dict[str, Any]
    as_template: bool
    attempts: int
    created_at: datetime
    expires_at: datetime | None
    correlation: str
    in_window: bool


LEASE = """
select l.id, l.lease, l.message_id, l.sender, l.channel, l.contact, l.payload, l.as_template,
    l.attempts, l.created_at, l.expires_at, l.correlation::text,
    l.channel <> 'whatsapp' or coalesce((
        select c.last_inbound_at > %(window)s from conversations c
        where c.channel = l.channel and c.address = l.contact), false) as in_window
from lease_outbox(%(sender)s, %(most)s, %(lease)s, %(until)s, %(resting)s, %(recovery)s, %(now)s) l
order by l.id
"""


def lease(
    unit: Unit, *, sender: str, most: int, hold: timedelta, resting: Sequence[str] = ()
) -> list[Parcel]:
    """Take up to ``most`` messages of a number, as far as its rate allows, for ``hold``.

    Contacts in ``resting`` are passed over: they were sent something a moment ago.
    """
    rows = unit.all(
        LEASE,
        sender=sender,
        most=most,
        lease=unit.new_id(),
        until=unit.now + hold,
        resting=list(resting),
        window=unit.now - WINDOW,
        recovery=RECOVERY_SECONDS,
        now=unit.now,
    )
    return [Parcel(**row._asdict()) for row in rows]


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
    unit.value("select record_taken(%(told)s, %(now)s)", told=_records(outcomes), now=unit.now)


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


# The log shows both: the message that failed, and a new one of the same words that goes by SMS.
BY_SMS = """
with old as (
    select o.id, m.id as message_id, m.customer_id, m.conversation_id,
        case when o.payload ? 'reply' then m.content end as content, o.correlation, o.payload,
        coalesce(c.phone_number, case when o.contact like '+%%' then o.contact end) as phone,
        c.country
    from outbox o join messages m on m.id = o.message_id
    left join customers c on c.id = m.customer_id
    where o.id = %(id)s and o.channel = 'whatsapp'
        and (o.lease = %(lease)s or o.status = 'sent' and %(lease)s::uuid is null)
), place as (
    select old.*, s.key as sender, s.provider
    from old
    cross join lateral (
        select key, provider from senders
        where channel = 'sms' and (is_default or old.country = any(countries))
        order by coalesce(old.country = any(countries), false) desc, key limit 1
    ) s
    where old.phone is not null and not exists (
        select 1 from addresses a
        where a.channel = 'sms' and a.address = old.phone and a.opted_out_at is not null
            and old.payload ->> 'alert' <> all(%(service)s))
), failed as (
    update messages m set status = 'failed', error_code = %(error)s, failed_at = %(now)s
    from place where m.id = place.message_id and message_rank(m.status) < message_rank('failed')
), said as (
    insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound, address,
        status, content, correlation, created_at)
    select %(fresh)s, conversation_id, customer_id, 'sms', provider, false, phone, 'queued',
        content, correlation, %(now)s
    from place
)
update outbox o set sender = place.sender, channel = 'sms', contact = place.phone,
    message_id = %(fresh)s, status = 'queued', as_template = false, attempts = 0,
    due_at = %(now)s, lease = null, leased_until = null, finished_at = null, error = %(error)s
from place where o.id = place.id
returning o.sender
"""


def by_sms(unit: Unit, id: int, *, lease: UUID | None, error: str) -> bool:  # noqa: A002
    """Send by SMS what WhatsApp did not take; False when no phone or number of ours fits.

    ``lease`` is that of the parcel; None for one that was taken first and failed by a receipt.
    """
    sender: str | None = unit.value(
        BY_SMS,
        id=id,
        lease=lease,
        error=error,
        fresh=unit.new_id(),
        service=list(SERVICE_ALERTS),
        now=unit.now,
    )
    if sender is not None:
        unit.wakes.add(sender)
    return sender is not None


# A message that has failed stays failed: its words go out again as a message of their own.
AGAIN = """
with chosen as materialized (
    select uuidv7() as fresh, o.id as row, m.*
    from outbox o join messages m on m.id = o.message_id
    where o.status = %(status)s and (%(ids)s::bigint[] is null or o.id = any(%(ids)s))
    order by o.id limit %(limit)s for update of o
), said as (
    insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound, address,
        message_type, status, content, correlation, created_at)
    select fresh, conversation_id, customer_id, channel, provider, false, address, message_type,
        'queued', content, correlation, %(now)s
    from chosen
)
update outbox o set message_id = chosen.fresh, status = 'queued', due_at = %(due_at)s,
    attempts = case when %(afresh)s then 0 else attempts end,
    as_template = %(as_template)s, error = null, finished_at = null
from chosen where o.id = chosen.row
returning o.sender
"""


def revive(unit: Unit, ids: Sequence[int] | None = None) -> int:
    """Queue dead letters again, all or those named, up to 500 at once. Returns how many were."""
    return _again(unit, status="dead", ids=ids, as_template=False, due_at=unit.now, afresh=True)


def resend(unit: Unit, id: int, *, due_at: datetime, as_template: bool) -> None:  # noqa: A002
    """Send again what a provider took and then failed to deliver. Attempts go on being counted."""
    _again(unit, status="sent", ids=[id], as_template=as_template, due_at=due_at, afresh=False)


def _again(
    unit: Unit,
    *,
    status: str,
    ids: Sequence[int] | None,
    as_template: bool,
    due_at: datetime,
    afresh: bool,
) -> int:
    rows = unit.all(
        AGAIN,
        status=status,
        ids=None if ids is None else list(ids),
        limit=MOST_REVIVED,
        as_template=as_template,
        due_at=due_at,
        afresh=afresh,
        now=unit.now,
    )
    unit.wakes.update(row.sender for row in rows)
    return len(rows)


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
