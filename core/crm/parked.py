"""What was laid aside because it broke: messages, receipts, chores, and letters nobody took.

A row says what broke, where and how often, and holds no words of a customer's. Dead rows of the
outbox and files that never came keep their own tables; they are listed here with the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.store.unit import Unit, jsonb

Kind = Literal["message", "call", "receipt", "session", "opt_out", "webhook", "chore", "job"]
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Poison:
    """Something that broke. ``key`` is what it was: a provider's id, the name of a chore."""

    kind: Kind
    key: str
    reason: str
    trace: str
    facts: Mapping[str, str]
    """What doing it again needs."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Something laid aside, as those who look after it see it."""

    id: str
    """``letter-7``, ``file-<uuid>``, or the kind and the id of a row of ``parked``."""
    kind: str
    key: str
    reason: str
    trace: str
    facts: dict[str, str]
    attempts: int
    correlation: str
    first_at: datetime
    last_at: datetime


def put(unit: Unit, poison: Poison) -> int:
    """Lay something aside, or count once more what is there; return how often it has broken."""
    attempts: int = unit.value(
        """
        insert into parked as p (id, kind, key, reason, trace, facts, attempts, correlation,
            first_at, last_at)
        values (%(id)s, %(kind)s, %(key)s, %(reason)s, %(trace)s, %(facts)s, 1, %(correlation)s,
            %(now)s, %(now)s)
        on conflict (kind, key) do update set reason = excluded.reason, trace = excluded.trace,
            facts = excluded.facts, attempts = p.attempts + 1, last_at = excluded.last_at,
            correlation = excluded.correlation, settled = null, settled_at = null,
            settled_by = null, why = null
        returning attempts
        """,
        id=unit.new_id(),
        kind=poison.kind,
        key=poison.key[:200],
        reason=poison.reason[:200],
        trace=poison.trace[:8000],
        facts=jsonb(dict(poison.facts)),
        correlation=unit.correlation,
        now=unit.now,
    )
    return attempts


def broke_last(unit: Unit, *, conversation: UUID) -> bool:
    """Return whether a conversation's last turn broke as well."""
    outcome: str | None = unit.value(
        """
        select outcome from interactions where conversation_id = %(conversation)s
        order by date desc, id desc limit 1
        """,
        conversation=conversation,
    )
    return outcome == "broken"


def keep_out(unit: Unit, *, provider: str, provider_id: str) -> None:
    """Have a message that breaks every turn count as heard, so that nobody brings it again."""
    unit.run(
        """
        insert into inbox (provider, provider_id, received_at, state, correlation)
        values (%(provider)s, %(provider_id)s, %(now)s, 'failed', %(correlation)s)
        on conflict do nothing
        """,
        provider=provider,
        provider_id=provider_id,
        correlation=unit.correlation,
        now=unit.now,
    )


LISTED = """
select id, kind, key, reason, trace, facts, attempts, correlation, first_at, last_at
from parked_items
where (%(id)s::text is null or id = %(id)s)
    and (%(kind)s::text is null or kind = %(kind)s)
    and (%(after)s::text is null or (first_at, id) >
        (select first_at, id from parked_items where id = %(after)s))
order by first_at, id limit %(limit)s
"""


def listed(
    unit: Unit, *, kind: str | None = None, after: str | None = None, limit: int = 50
) -> list[Parked]:
    """Return what is parked, oldest first; ``after`` is the last id of the page before."""
    facts = {"id": None, "kind": kind, "after": after, "limit": min(limit, MOST_LISTED)}
    return [Parked(*tuple(row)) for row in unit.all(LISTED, **facts)]


def find(unit: Unit, id: str) -> Parked | None:  # noqa: A002
    """Return one parked thing, or None when nothing of this id is parked (any more)."""
    row = unit.maybe(LISTED, id=id, kind=None, after=None, limit=1)
    return None if row is None else Parked(*tuple(row))


def counts(unit: Unit) -> dict[str, int]:
    """Return how many of each kind are parked."""
    rows = unit.all("select kind, count(*) as many from parked_items group by kind order by kind")
    return {row.kind: row.many for row in rows}


def settle(
    unit: Unit, one: Parked, *, how: Literal["retried", "dropped"], by: str, why: str
) -> None:
    """Note that a parked thing needs nothing more, who said so and why. The row stays."""
    unit.run(
        """
        insert into parked as p (id, kind, key, reason, trace, facts, attempts, correlation,
            first_at, last_at, settled, settled_at, settled_by, why)
        values (%(id)s, %(kind)s, %(key)s, %(reason)s, %(trace)s, %(facts)s, %(attempts)s,
            %(correlation)s, %(first_at)s, %(last_at)s, %(how)s, %(now)s, %(by)s, %(why)s)
        on conflict (kind, key) do update set settled = excluded.settled,
            settled_at = excluded.settled_at, settled_by = excluded.settled_by, why = excluded.why
        """,
        id=unit.new_id(),
        kind=one.kind,
        key=one.key,
        reason=one.reason,
        trace=one.trace,
        facts=jsonb(one.facts),
        attempts=one.attempts,
        correlation=one.correlation,
        first_at=one.first_at,
        last_at=one.last_at,
        how=how,
        by=by,
        why=why,
        now=unit.now,
    )


def remove_letter(unit: Unit, row: int) -> bool:
    """Take a dead letter out of the outbox; its message stays in the log as failed."""
    return unit.run("delete from outbox where id = %(id)s and status = 'dead'", id=row) > 0


def fetch_file_again(unit: Unit, media_id: str) -> bool:
    """Have a file that never came fetched once more."""
    return (
        unit.run(
            """
            update media set state = 'waiting', attempts = 0, due_at = %(now)s, error = null
            where id = %(id)s and state = 'lost'
            """,
            id=media_id,
            now=unit.now,
        )
        > 0
    )


def give_up_file(unit: Unit, media_id: str) -> bool:
    """Want a file that never came no longer."""
    return (
        unit.run(
            "update media set state = 'refused' where id = %(id)s and state = 'lost'", id=media_id
        )
        > 0
    )
