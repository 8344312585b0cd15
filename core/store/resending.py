"""Sending what was owed already once more: by another channel, or after it had failed.

A message that has failed stays failed: its words go out again as a message of their own, which the
log shows beside it. Words are sealed for their message, so they are sealed anew.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from core.phone import is_phone
from core.store import contacts
from core.store.service_alerts import SERVICE_ALERTS
from core.store.unit import Row, Unit, jsonb
from core.store.words import opened_content, opened_payload, sealed_content, sealed_payload

MOST_REVIVED = 500

# What is of use for a short time alone is a code: meant for that place, it goes nowhere else.
UNSENT = """
select o.id, o.message_id, o.payload, m.content, p.token, p.sealed, c.phone_index, c.country
from outbox o join messages m on m.id = o.message_id
join contact_points p on p.token = o.contact
left join customers c on c.id = m.customer_id
where o.id = %(id)s and o.channel = 'whatsapp' and o.expires_at is null
    and (o.lease = %(lease)s or o.status = 'sent' and %(lease)s::uuid is null)
for update of o
"""

BY_SMS = """
with place as (
    select o.id, m.id as message_id, m.customer_id, m.conversation_id, o.correlation,
        s.key as sender, s.provider
    from outbox o join messages m on m.id = o.message_id
    cross join lateral (
        select key, provider from senders
        where channel = 'sms' and speaks and (is_default or %(country)s = any(countries))
        order by coalesce(%(country)s = any(countries), false) desc, md5(%(phone)s || key) limit 1
    ) s
    where o.id = %(id)s and (%(service)s or not exists (
        select 1 from addresses a
        where a.channel = 'sms' and a.address = %(phone)s and a.opted_out_at is not null))
), failed as (
    update messages m set status = 'failed', error_code = %(error)s, failed_at = %(now)s
    from place where m.id = place.message_id and message_rank(m.status) < message_rank('failed')
), said as (
    insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound, address,
        status, content, correlation, created_at)
    select %(fresh)s, conversation_id, customer_id, 'sms', provider, false, %(phone)s, 'queued',
        %(content)s, correlation, %(now)s
    from place
)
update outbox o set sender = place.sender, channel = 'sms', contact = %(phone)s,
    message_id = %(fresh)s, payload = %(payload)s, status = 'queued', as_template = false,
    attempts = 0, due_at = %(now)s, lease = null, leased_until = null, finished_at = null,
    error = %(error)s
from place where o.id = place.id
returning o.sender
"""


def by_sms(unit: Unit, id: int, *, lease: UUID | None, error: str) -> bool:  # noqa: A002
    """Send by SMS what WhatsApp did not take; False when no phone or number of ours fits.

    ``lease`` is that of the parcel; None for one that was taken first and failed by a receipt.
    """
    row = unit.maybe(UNSENT, id=id, lease=lease)
    phone = None if row is None else _phone(unit, row)
    if row is None or phone is None:
        return False
    fresh, payload = unit.new_id(), opened_payload(unit, row.payload, row.message_id)
    # A notice finds its words anew: they may be others by SMS.
    content = opened_content(unit, row.content, row.message_id) if "reply" in payload else None
    sender: str | None = unit.value(
        BY_SMS,
        id=id,
        phone=phone,
        country=row.country,
        service=payload.get("alert") in SERVICE_ALERTS,
        error=error,
        fresh=fresh,
        content=sealed_content(unit, content, fresh),
        payload=sealed_payload(unit, payload, fresh),
        now=unit.now,
    )
    if sender is not None:
        unit.wakes.add(sender)
    return sender is not None


def _phone(unit: Unit, row: Row) -> str | None:
    """Return the token of the number that a customer, or else the contact itself, is reached at."""
    if row.phone_index is not None:
        return str(row.phone_index)
    contact = contacts.opened(unit.keys, row.token, row.sealed)
    return str(row.token) if is_phone(contact) else None


CHOSEN = """
select o.id, o.message_id, o.payload, m.content
from outbox o join messages m on m.id = o.message_id
where o.status = %(status)s and (%(ids)s::bigint[] is null or o.id = any(%(ids)s))
order by o.id limit %(limit)s for update of o
"""

AGAIN = """
with chosen as materialized (
    select t.id as row, t.fresh, t.payload, t.content as words, m.*
    from jsonb_to_recordset(%(chosen)s) as t(
        id bigint, message_id uuid, fresh uuid, payload bytea, content bytea)
    join messages m on m.id = t.message_id
), said as (
    insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound, address,
        message_type, status, content, correlation, created_at)
    select fresh, conversation_id, customer_id, channel, provider, false, address, message_type,
        'queued', words, correlation, %(now)s
    from chosen
)
update outbox o set message_id = chosen.fresh, payload = chosen.payload, status = 'queued',
    due_at = %(due_at)s, attempts = case when %(afresh)s then 0 else attempts end,
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
    chosen = unit.all(
        CHOSEN, status=status, ids=None if ids is None else list(ids), limit=MOST_REVIVED
    )
    if not chosen:
        return 0
    rows = unit.all(
        AGAIN,
        chosen=jsonb([_afresh(unit, row) for row in chosen]),
        as_template=as_template,
        due_at=due_at,
        afresh=afresh,
        now=unit.now,
    )
    unit.wakes.update(row.sender for row in rows)
    return len(rows)


def _afresh(unit: Unit, row: Row) -> dict[str, Any]:
    """Return what a row says as another message of its own, in what JSON has."""
    fresh = unit.new_id()
    payload = sealed_payload(unit, opened_payload(unit, row.payload, row.message_id), fresh)
    words = opened_content(unit, row.content, row.message_id)
    content = None if words is None else rf"\x{sealed_content(unit, words, fresh).hex()}"
    return {
        "id": row.id,
        "message_id": str(row.message_id),
        "fresh": str(fresh),
        "payload": rf"\x{payload.hex()}",
        "content": content,
    }
