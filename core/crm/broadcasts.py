"""One message to many customers: asked for by one person, approved by another, and then sent.

Only who agreed to marketing and has said STOP nowhere is sent one, in their language, once, and not
in their quiet hours. How it leaves is in `core.crm.broadcast_sending`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.access import approvals, audit
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.errors import DeskRefusal
from core.store.unit import Row, Unit, jsonb

KIND = "broadcast"
LANGUAGES = ("en", "sw", "fr")
LONGEST_WORDS, LONGEST_NAME = 480, 80
"""Characters: three SMS of plain letters."""
LONGEST = timedelta(days=14)
MOST_LISTED = 200
NAME = "{name}"
"""The only thing that words may say of their reader: the first name."""

_BRACES = re.compile(r"[{}]")


class BadBroadcast(DeskRefusal):
    """That can be told to nobody. Fact: ``what``, in words."""

    code = "bad_broadcast"


class UnknownBroadcast(DeskRefusal):
    """There is no such broadcast."""

    code = "unknown_broadcast"


class BroadcastOver(DeskRefusal):
    """It has ended, or was never approved. Fact: ``state``."""

    code = "broadcast_over"


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom a broadcast is for: those all of this is true of. An empty part is true of everybody."""

    segments: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()

    @property
    def kept(self) -> dict[str, list[str]]:
        """What the table keeps: the parts that are not empty, as text."""
        parts = {
            "segments": self.segments,
            "countries": self.countries,
            "languages": self.languages,
            "tiers": self.tiers,
        }
        return {name: [str(one) for one in part] for name, part in parts.items() if part}


@dataclass(frozen=True, slots=True)
class Plan:
    """A broadcast as it is asked for."""

    name: str
    """What staff call it."""
    words: Mapping[str, str]
    """In every language; ``{name}`` is the reader's first name."""
    choice: Choice
    ends_at: datetime
    """Nothing of it leaves from then on."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast, and how far it has come."""

    id: UUID
    name: str
    words: Mapping[str, str]
    chosen: Mapping[str, Sequence[str]]
    state: str
    created_at: datetime
    ends_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    approval_id: UUID | None
    waiting: int
    owed: int
    passed_over: int


def request(unit: Unit, actor: Actor, plan: Plan, *, reason: str) -> Broadcast:
    """Ask for a broadcast, which somebody else approves; its words stay as they are.

    :raises Forbidden: if their role may not ask for it
    :raises ReasonNeeded: if nobody said why
    :raises BadBroadcast: if its words, its choice or its end will not do
    """
    actor.require("broadcasts.request")
    _require_sound(unit, plan)
    broadcast_id = unit.new_id()
    unit.run(
        """
        insert into broadcasts (id, name, words, chosen, state, made_by, created_at, ends_at)
        values (%(id)s, %(name)s, %(words)s, %(chosen)s, 'asked', %(by)s, %(now)s, %(ends_at)s)
        """,
        id=broadcast_id,
        name=plan.name.strip(),
        words=jsonb({language: plan.words[language].strip() for language in LANGUAGES}),
        chosen=jsonb(plan.choice.kept),
        by=actor.id,
        now=unit.now,
        ends_at=plan.ends_at,
    )
    facts = {
        "broadcast": str(broadcast_id),
        "name": plan.name.strip(),
        "whom": "; ".join(f"{k}: {', '.join(v)}" for k, v in plan.choice.kept.items()) or "all",
        "ends": plan.ends_at.isoformat(),
        **{language: plan.words[language].strip() for language in LANGUAGES},
    }
    asked = approvals.request(
        unit, actor, KIND, facts=facts, subject=str(broadcast_id), reason=reason
    )
    unit.run(
        "update broadcasts set approval_id = %(approval)s where id = %(id)s",
        approval=asked.id,
        id=broadcast_id,
    )
    return get(unit, broadcast_id)


def begin(unit: Unit, asked: Approval) -> Mapping[str, str]:
    """Let a broadcast begin that was approved; the scheduler gathers and sends.

    :raises BroadcastOver: if its end came while it was being decided
    """
    begun = unit.run(
        """
        update broadcasts set state = 'gathering', started_at = %(now)s
        where id = %(id)s and state = 'asked' and ends_at > %(now)s
        """,
        id=UUID(asked.facts["broadcast"]),
        now=unit.now,
    )
    if not begun:
        raise BroadcastOver(state="late")
    return {"broadcast": asked.facts["broadcast"]}


def refuse(unit: Unit, asked: Approval) -> None:
    """End a broadcast that was not approved."""
    unit.run(
        """
        update broadcasts set state = 'refused', ended_at = %(now)s
        where id = %(id)s and state = 'asked'
        """,
        id=UUID(asked.facts["broadcast"]),
        now=unit.now,
    )


def stop(unit: Unit, actor: Actor, broadcast_id: UUID, *, reason: str) -> Broadcast:
    """Stop a broadcast for good: whoever may ask for one or approve it may. What left has left.

    :raises Forbidden: if their role may neither
    :raises UnknownBroadcast: if there is none
    :raises BroadcastOver: if it is not under way
    """
    if not actor.may("broadcasts.approve"):
        actor.require("broadcasts.request")
    found = get(unit, broadcast_id)
    stopped = unit.run(
        """
        update broadcasts set state = 'stopped', ended_at = %(now)s, stopped_by = %(by)s
        where id = %(id)s and state in ('gathering', 'sending')
        """,
        id=broadcast_id,
        by=actor.id,
        now=unit.now,
    )
    if not stopped:
        raise BroadcastOver(state=found.state)
    audit.note(
        unit,
        actor,
        "broadcast.stopped",
        subject="broadcast",
        subject_id=broadcast_id,
        reason=reason,
    )
    return get(unit, broadcast_id)


def get(unit: Unit, broadcast_id: UUID) -> Broadcast:
    """Return a broadcast with its counts.

    :raises UnknownBroadcast: if there is none of that id
    """
    rows = unit.all(f"{_TOLD} where b.id = %(id)s", id=broadcast_id)
    if not rows:
        raise UnknownBroadcast
    return _broadcast(rows[0])


def listed(unit: Unit, *, after: UUID | None = None, limit: int = 50) -> list[Broadcast]:
    """Return the newest broadcasts, at most 200; ``after`` is the last one of the page before."""
    rows = unit.all(
        f"""
        {_TOLD}
        where %(after)s::uuid is null or (b.created_at, b.id) < (
            select a.created_at, a.id from broadcasts a where a.id = %(after)s)
        order by b.created_at desc, b.id desc limit %(limit)s
        """,
        after=after,
        limit=min(limit, MOST_LISTED),
    )
    return [_broadcast(row) for row in rows]


def countries(unit: Unit) -> tuple[str, ...]:
    """Return the countries a broadcast can be for: those whose quiet hours are known."""
    return tuple(
        row.country for row in unit.all("select country from quiet_hours order by country")
    )


_TOLD = """
select b.id, b.name, b.words, b.chosen, b.state, b.created_at, b.ends_at, b.started_at, b.ended_at,
    b.approval_id, n.waiting, n.owed, n.passed_over
from broadcasts b cross join lateral (
    select count(*) filter (where state = 'waiting') as waiting,
        count(*) filter (where state = 'owed') as owed,
        count(*) filter (where state = 'passed_over') as passed_over
    from broadcast_recipients where broadcast_id = b.id
) n
"""


def _broadcast(row: Row) -> Broadcast:
    return Broadcast(*tuple(row))


def _require_sound(unit: Unit, plan: Plan) -> None:
    """Let a plan pass that may be told to people.

    :raises BadBroadcast: if it may not
    """
    if not 1 <= len(plan.name.strip()) <= LONGEST_NAME:
        raise BadBroadcast(what="the name")
    for language in LANGUAGES:
        words = plan.words.get(language, "").strip()
        if not words or len(words) > LONGEST_WORDS or "\x00" in words:
            raise BadBroadcast(what=f"the words in {language}")
        if _BRACES.search(words.replace(NAME, "")):
            raise BadBroadcast(what=f"what stands in braces in {language}")
    if not unit.now < plan.ends_at <= unit.now + LONGEST:
        raise BadBroadcast(what="the end")
