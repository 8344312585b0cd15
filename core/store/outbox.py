"""What still has to leave the house: written with the turn that owes it, sent after it commits.

A row holds what to say, never a secret: a one-time code is here by its id alone. Rows leave in the
order of their ids, per contact. How they leave is in ``core.store.delivery``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from core.store.unit import Unit, jsonb

ONE_TIME_CODE = "one_time_code"
SERVICE_ALERTS = frozenset({ONE_TIME_CODE, "money_sent", "pin_changed", "pin_locked"})
"""What a customer is told even after STOP: receipts, codes they asked for, and warnings."""
USEFUL_FOR = {ONE_TIME_CODE: timedelta(minutes=5)}
"""Alerts that are of no use later, and for how long they are."""
NOT_SAID = "******"
"""What the log keeps in place of a code."""
MOST_LISTED = 500


class Speaker(Protocol):
    """A number the bank speaks from."""

    key: str
    channel: Any
    provider: str
    number: str
    rate: float


def register_senders(
    unit: Unit, senders: Iterable[Speaker], *, routes: Mapping[str, str] | None = None
) -> None:
    """Write down the numbers the bank speaks from, and which provider's SMS reach which country.

    ``routes`` maps a country code to a provider of SMS; the first number of a channel carries all
    others. A number keeps its bucket when it is registered again. Every process does so at start.
    """
    rows = _rows(list(senders), dict(routes or {}))
    # Processes that start together must not take each other's place as a channel's default.
    unit.run("select pg_advisory_xact_lock(hashtext('senders'))")
    unit.run(
        """
        update senders s set is_default = false
        from jsonb_to_recordset(%(rows)s) as n(key text, channel text, is_default boolean)
        where s.channel = n.channel and n.is_default and s.is_default and s.key <> n.key
        """,
        rows=jsonb(rows),
    )
    unit.run(
        """
        insert into senders as s (key, channel, provider, number, countries, is_default, rate,
            burst, allowed, tokens, refilled_at)
        select key, channel, provider, number, countries, is_default, rate,
            greatest(1, ceil(rate / 5)), rate, greatest(1, ceil(rate / 5)), %(now)s
        from jsonb_to_recordset(%(rows)s) as n(key text, channel text, provider text,
            number text, countries text[], is_default boolean, rate numeric)
        on conflict (key) do update set countries = excluded.countries,
            is_default = excluded.is_default, rate = excluded.rate, burst = excluded.burst,
            allowed = excluded.allowed
        where (s.countries, s.is_default, s.rate)
            is distinct from (excluded.countries, excluded.is_default, excluded.rate)
        """,
        rows=jsonb(rows),
        now=unit.now,
    )


def _rows(speakers: Sequence[Speaker], routes: Mapping[str, str]) -> list[dict[str, object]]:
    first: dict[str, str] = {}
    for one in speakers:
        first.setdefault(one.channel, one.key)
    return [
        {
            "key": one.key,
            "channel": one.channel,
            "provider": one.provider,
            "number": one.number,
            "countries": sorted(
                country
                for country, provider in routes.items()
                if one.channel == "sms" and provider == one.provider
            ),
            "is_default": first[one.channel] == one.key,
            "rate": one.rate,
        }
        for one in speakers
    ]


def queue_reply(
    unit: Unit,
    *,
    sender: str,
    channel: str,
    provider: str,
    contact: str,
    customer_id: UUID | None,
    conversation_id: UUID | None,
    reply: Mapping[str, object],
    content: str,
    priority: int = 0,
) -> UUID:
    """Owe a customer a reply and return the message's id. ``content`` is what the log keeps.

    ``reply`` is a ``Reply`` as a dictionary; priority 0 leaves first, among different contacts.
    """
    message_id = unit.new_id()
    unit.run(
        """
        with said as (
            insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound,
                address, status, content, correlation, created_at)
            values (%(message_id)s, %(conversation_id)s, %(customer_id)s, %(channel)s, %(provider)s,
                false, %(contact)s, 'queued', %(content)s, %(correlation)s, %(now)s)
        )
        insert into outbox (sender, channel, contact, message_id, payload, priority, due_at,
            correlation, created_at)
        values (%(sender)s, %(channel)s, %(contact)s, %(message_id)s, %(payload)s, %(priority)s,
            %(now)s, %(correlation)s, %(now)s)
        """,
        message_id=message_id,
        conversation_id=conversation_id,
        customer_id=customer_id,
        channel=channel,
        provider=provider,
        contact=contact,
        content=content,
        sender=sender,
        payload=jsonb({"reply": reply}),
        priority=priority,
        correlation=unit.correlation,
        now=unit.now,
    )
    unit.wakes.add(sender)
    return message_id


# Reads the other customer's rows and locks none: money from A to B must not wait for B's turn.
NOTICE = """
with place as (
    select c.id as customer_id, c.language, p.channel, p.address, s.key as sender, s.provider
    from customers c
    cross join lateral (
        select %(channel)s::text as channel, %(address)s::text as address, 0 as choice,
            null::timestamptz as since
        where %(address)s::text is not null
        union all
        select a.channel, a.address, 1, a.trusted_at from addresses a
        where %(address)s::text is null and a.customer_id = c.id and a.channel = 'whatsapp'
            and a.trust = 'trusted' and coalesce(%(channel)s, 'whatsapp') = 'whatsapp'
        union all
        select 'sms', c.phone_number, 2, null
        where %(address)s::text is null and c.phone_number is not null
            and coalesce(%(channel)s, 'sms') = 'sms'
    ) p
    cross join lateral (
        select key, provider from senders
        where channel = p.channel and (is_default or c.country = any(countries))
        order by c.country = any(countries) desc, key limit 1
    ) s
    left join addresses known on known.channel = p.channel and known.address = p.address
    where c.id = %(customer_id)s and (known.opted_out_at is null or %(service)s)
        and (known.customer_id is null
             or known.customer_id = c.id and known.trust <> 'withdrawn')
    order by known.opted_out_at is not null, p.choice, p.since desc nulls last
    limit 1
), said as (
    insert into messages (id, customer_id, channel, provider, is_inbound, address, status,
        correlation, created_at)
    select %(message_id)s, customer_id, channel, provider, false, address, 'queued',
        %(correlation)s, %(now)s
    from place
)
insert into outbox (sender, channel, contact, message_id, payload, due_at, expires_at, correlation,
    created_at)
select sender, channel, address, %(message_id)s,
    %(payload)s::jsonb || jsonb_build_object('language', language), %(now)s, %(expires_at)s,
    %(correlation)s, %(now)s
from place
returning sender
"""


def queue_notice(
    unit: Unit,
    *,
    customer_id: UUID,
    alert: str,
    facts: Mapping[str, str],
    channel: str | None = None,
    address: str | None = None,
) -> UUID | None:
    """Owe a customer a notice the bank sends of its own accord, and return the message's id.

    It goes to their trusted WhatsApp address, else by SMS to their phone, in their language; a
    ``channel`` (USSD counts as SMS) or a whole address may be given. None when it goes nowhere:
    they opted out (which holds back all but ``SERVICE_ALERTS``) or no number of ours reaches them.
    The words are found when it is sent, so facts are plain strings and name secrets by id only.
    """
    if channel == "ussd" or (alert == ONE_TIME_CODE and channel is None):
        channel = "sms"
    if address is not None and channel is None:
        raise ValueError("an address needs its channel")
    message_id = unit.new_id()
    useful = USEFUL_FOR.get(alert)
    sender: str | None = unit.value(
        NOTICE,
        customer_id=customer_id,
        channel=channel,
        address=address,
        service=alert in SERVICE_ALERTS,
        message_id=message_id,
        payload=jsonb({"alert": alert, "facts": dict(facts)}),
        expires_at=None if useful is None else unit.now + useful,
        correlation=unit.correlation,
        now=unit.now,
    )
    if sender is None:
        return None
    unit.wakes.add(sender)
    return message_id


@dataclass(frozen=True, slots=True)
class Owed:
    """A row of the outbox, as people who look after it see it."""

    id: int
    message_id: UUID
    sender: str
    contact: str
    status: str
    attempts: int
    due_at: datetime
    error: str | None
    created_at: datetime


def listed(unit: Unit, *, status: str = "dead", limit: int = 50) -> list[Owed]:
    """Return the oldest rows in a status: queued, leased, sent or dead. At most 500."""
    rows = unit.all(
        """
        select id, message_id, sender, contact, status, attempts, due_at, error, created_at
        from outbox where status = %(status)s order by id limit %(limit)s
        """,
        status=status,
        limit=min(limit, MOST_LISTED),
    )
    return [Owed(*tuple(row)) for row in rows]
