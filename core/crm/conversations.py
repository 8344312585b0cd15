"""Where each conversation stands: opened, moved and closed by one statement each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.store.unit import Unit


@dataclass(slots=True)
class Talk:
    """One customer's conversation at one address, locked for the length of the turn."""

    id: UUID
    channel: str
    address: str
    language: str
    language_chosen: bool
    flow: str | None
    flow_version: int | None
    state: str | None
    slots: dict[str, str]
    trail: list[Any]
    stack: list[Any]
    effect_id: UUID | None
    turn: int
    version: int
    page: int
    misses: int
    session: str
    pending_secret: str | None
    last_reply: dict[str, Any] | None
    outcome: dict[str, str] | None
    prompted_at: datetime | None
    expires_at: datetime | None
    last_inbound_at: datetime | None

    def rest(self) -> None:
        """Stand between stories: nothing is being told."""
        self.flow = self.flow_version = self.state = self.effect_id = self.expires_at = None
        self.pending_secret = None
        self.slots, self.trail = {}, []


TALK = tuple(Talk.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a message that was heard before was answered."""

    state: str
    reply: dict[str, Any] | None
    page: int
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Opening:
    """A turn that has begun: the conversation, and who stands there (None for a stranger)."""

    talk: Talk
    visitor: dict[str, Any] | None


OPEN = f"""
select o.duplicate, o.kept_state, o.kept_reply, o.kept_page, o.kept_deadline, o.visitor,
       {", ".join(f"(o.talk).{name}" for name in TALK)}
from open_turn(%(provider)s, %(provider_id)s, %(channel)s, %(address)s, %(language)s,
               %(conversation)s, %(correlation)s, %(now)s) o
"""


def open_turn(
    unit: Unit, *, provider: str, provider_id: str, channel: str, address: str, language: str
) -> Opening | Kept:
    """Begin the turn of one message, or return what it was answered when it was heard before.

    A second delivery that arrives meanwhile waits here until the first has committed.
    """
    row = unit.one(
        OPEN,
        provider=provider,
        provider_id=provider_id,
        channel=channel,
        address=address,
        language=language,
        conversation=unit.new_id(),
        correlation=unit.correlation,
        now=unit.now,
    )
    if row.duplicate:
        return Kept(row.kept_state, row.kept_reply, row.kept_page, row.kept_deadline)
    return Opening(Talk(*list(row)[6:]), row.visitor)


def visitor_at(unit: Unit, *, channel: str, address: str) -> dict[str, Any] | None:
    """Return who stands at an address now, or None for a stranger."""
    found: dict[str, Any] | None = unit.value(
        "select visitor_at(%(channel)s, %(address)s)", channel=channel, address=address
    )
    return found


def lock(unit: Unit, conversation: UUID) -> Opening | None:
    """Lock a conversation for an event of ours, such as a timer or an answer from outside."""
    columns = ", ".join(TALK)
    row = unit.maybe(
        f"select {columns} from conversations where id = %(id)s for update", id=conversation
    )
    if row is None:
        return None
    talk = Talk(*list(row))
    return Opening(talk, visitor_at(unit, channel=talk.channel, address=talk.address))


@dataclass(frozen=True, slots=True)
class Peek:
    """What must be known about a conversation before a secret can be checked off the lock."""

    flow: str
    flow_version: int
    state: str
    version: int
    customer: UUID | None
    pending: str | None
    slots: dict[str, str]
    trail: list[Any]
    effect_id: UUID | None


def peek(unit: Unit, *, channel: str, address: str) -> Peek | None:
    """Return where a conversation stands, without a lock; None when no story is being told."""
    row = unit.maybe(
        """
        select c.flow, coalesce(c.flow_version, 1), c.state, c.version, a.customer_id as customer,
            c.pending_secret as pending, c.slots, c.trail, c.effect_id
        from conversations c
        left join addresses a on a.channel = c.channel and a.address = c.address
            and a.trust <> 'withdrawn'
        where c.channel = %(channel)s and c.address = %(address)s and c.flow is not null
        """,
        channel=channel,
        address=address,
    )
    return None if row is None else Peek(*list(row))
