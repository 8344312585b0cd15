"""How a broadcast leaves: customers are gathered, then owed their message a few at a time.

Replies never wait for it. Its rows leave the outbox behind all others of a number, a channel is
given no more of them at once than ``SHARE`` of what its slowest number sends in a second, and no
more while those wait. A contact's rows leave in order, so one of these that an answer waits behind
is put before the others at once.

Each step is a transaction of its own and goes on where the last one ended: whatever dies between
has done a step or not. A customer is a row of the broadcast, and is owed its message with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.store import personal
from core.store.crashpoints import reached
from core.store.unit import Row, Unit
from core.store.words import sealed_payload

SHARE = 0.2
BEHIND_ALL = 9
"""The priority of its rows: the least there is."""
GATHERED_AT_ONCE = 2000
_BEGINNING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Running:
    """A broadcast that is under way."""

    id: UUID
    state: str
    words: Mapping[str, str]
    gathered_to: UUID | None


def running(unit: Unit) -> list[Running]:
    """Return the broadcasts under way, the oldest first; those whose end has come end here."""
    unit.run(
        """
        update broadcasts set state = 'done', ended_at = %(now)s
        where state in ('gathering', 'sending') and ends_at <= %(now)s
        """,
        now=unit.now,
    )
    rows = unit.all(
        """
        select id, state, words, gathered_to from broadcasts
        where state in ('gathering', 'sending') order by created_at, id
        """
    )
    return [Running(*tuple(row)) for row in rows]


def still(unit: Unit, id: UUID) -> Running | None:  # noqa: A002 - what it is
    """Lock a broadcast that is under way, and return it as it stands; None if it ended."""
    row = unit.maybe(
        """
        select id, state, words, gathered_to from broadcasts
        where id = %(id)s and state in ('gathering', 'sending') for update
        """,
        id=id,
    )
    return None if row is None else Running(*tuple(row))


def let_pass(unit: Unit) -> None:
    """Put those messages before others that something else of the same contact waits behind."""
    unit.run(
        """
        update outbox b set priority = 0
        from senders s
        where b.sender = s.key and b.priority = %(behind)s and b.status = 'queued' and exists (
            select from outbox o where o.contact = b.contact and o.sender = b.sender
                and o.id > b.id and o.status in ('queued', 'leased') and o.priority < b.priority)
        """,
        behind=BEHIND_ALL,
    )


def gather(unit: Unit, one: Running) -> bool:
    """Note the next customers a broadcast is for; return whether there may be more."""
    last: UUID | None = unit.value(
        "select gather_broadcast(%(id)s, %(after)s, %(most)s)",
        id=one.id,
        after=one.gathered_to or _BEGINNING,
        most=GATHERED_AT_ONCE,
    )
    unit.run(
        """
        update broadcasts set gathered_to = coalesce(%(last)s, gathered_to),
            state = case when %(last)s::uuid is null then 'sending' else state end
        where id = %(id)s and state = 'gathering'
        """,
        id=one.id,
        last=last,
    )
    return last is not None


def room(unit: Unit) -> dict[str, int]:
    """Return how many messages of broadcasts each channel may be given now.

    None while any of them wait to leave; else what the slowest number of the channel sends in a
    second, times ``SHARE``, and one at least.
    """
    rows = unit.all(
        """
        select s.channel, min(s.rate) as rate, bool_or(exists (
            select from outbox o where o.sender = s.key and o.priority = %(behind)s
                and o.status = 'queued')) as waits
        from senders s where s.speaks group by s.channel
        """,
        behind=BEHIND_ALL,
    )
    return {row.channel: 0 if row.waits else max(1, int(float(row.rate) * SHARE)) for row in rows}


def owe(unit: Unit, one: Running, *, channel: str, most: int) -> int:
    """Owe the next customers on a channel their message, and return how many were looked at.

    Who took back their consent since, said STOP or cannot be reached is passed over. Who is in
    their quiet hours keeps waiting.
    """
    rows = unit.all(
        """
        select r.customer_id, c.language, c.first_name,
            c.id is not null and wants_news(c.id) as wants
        from broadcast_recipients r
            join broadcasts b on b.id = r.broadcast_id and b.state in ('gathering', 'sending')
            left join customers c on c.id = r.customer_id and c.is_active
        where r.broadcast_id = %(id)s and r.channel = %(channel)s and r.state = 'waiting'
            and r.country not in (
                select q.country from quiet_hours q
                where quiet_until(q.country, %(now)s) is not null)
        order by r.customer_id limit %(most)s for update of r skip locked
        """,
        id=one.id,
        channel=channel,
        most=most,
        now=unit.now,
    )
    owed = {row.customer_id: _owe(unit, one, row, channel) for row in rows if row.wants}
    _note(unit, one, rows, owed)
    if owed:
        reached("broadcast.owed")
    return len(rows)


def finish(unit: Unit, one: Running) -> bool:
    """End a broadcast that nobody waits for any more, and return whether it ended."""
    return bool(
        unit.run(
            """
            update broadcasts set state = 'done', ended_at = %(now)s
            where id = %(id)s and state = 'sending' and not exists (
                select from broadcast_recipients
                where broadcast_id = %(id)s and state = 'waiting')
            """,
            id=one.id,
            now=unit.now,
        )
    )


def _owe(unit: Unit, one: Running, row: Row, channel: str) -> UUID | None:
    """Put a customer's message into the outbox, behind all others; None if it goes nowhere."""
    message = unit.new_id()
    payload = {
        "broadcast": str(one.id),
        "words": one.words.get(row.language, one.words["en"]),
        "facts": {"name": personal.first_name(unit.keys, row.customer_id, row.first_name)},
    }
    sender: str | None = unit.value(
        """
        select owe_notice(%(customer)s, %(channel)s, null, false, %(message)s, %(payload)s,
            (select ends_at from broadcasts where id = %(id)s), %(correlation)s, %(now)s)
        """,
        customer=row.customer_id,
        channel=channel,
        message=message,
        payload=sealed_payload(unit, payload, message),
        id=one.id,
        correlation=unit.correlation,
        now=unit.now,
    )
    if sender is None:
        return None
    unit.wakes.add(sender)
    return message


def _note(unit: Unit, one: Running, rows: Sequence[Row], owed: Mapping[UUID, UUID | None]) -> None:
    """Write down whom their message is owed, and put those messages behind all others."""
    messages = {customer: message for customer, message in owed.items() if message is not None}
    unit.run(
        """
        update outbox set priority = %(behind)s where message_id = any(%(messages)s)
        """,
        behind=BEHIND_ALL,
        messages=list(messages.values()),
    )
    unit.run(
        """
        update broadcast_recipients r set at = %(now)s, message_id = t.message,
            state = case when t.message is null then 'passed_over' else 'owed' end
        from unnest(%(customers)s::uuid[], %(messages)s::uuid[]) as t (customer, message)
        where r.broadcast_id = %(id)s and r.customer_id = t.customer
        """,
        id=one.id,
        customers=[row.customer_id for row in rows],
        messages=[messages.get(row.customer_id) for row in rows],
        now=unit.now,
    )
