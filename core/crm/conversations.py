"""Where each conversation stands: opened, moved and closed by one statement each.

What was said in it is one sealed column, its memory; the address stands there by its token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.crm import memory
from core.crm.memory import REMEMBERED
from core.store import contacts, personal
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
    """Of the last payment, until the customer has surely read it."""
    expired_flow: str | None
    """The story that nobody answered, until the customer is told."""
    prompted_at: datetime | None
    expires_at: datetime | None
    last_inbound_at: datetime | None
    sender: str | None = None
    """The number of ours that was written to last; None where we have but one."""

    def rest(self) -> None:
        """Stand between stories: nothing is being told."""
        self.flow = self.flow_version = self.state = self.effect_id = self.expires_at = None
        self.pending_secret = None
        self.slots, self.trail = {}, []


_COLUMNS = (
    "memory",
    "outcome_read",
    *(name for name in Talk.__dataclass_fields__ if name not in {*REMEMBERED, "address"}),
)


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
       {", ".join(f"(o.talk).{name}" for name in _COLUMNS)}
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
        address=contacts.token(unit, address),
        language=language,
        conversation=unit.new_id(),
        correlation=unit.correlation,
        now=unit.now,
    )
    if row.duplicate:
        reply = memory.opened_reply(unit, row.kept_reply, row=f"{provider} {provider_id}")
        return Kept(row.kept_state, reply, row.kept_page, row.kept_deadline)
    talk = _talk(unit, list(row)[6:], address)
    if talk.version == 0:
        contacts.keep(unit, address)  # nobody may have been met here before
    return Opening(talk, _named(unit, row.visitor))


def visitor_at(unit: Unit, *, channel: str, address: str) -> dict[str, Any] | None:
    """Return who stands at an address now, or None for a stranger."""
    found: dict[str, Any] | None = unit.value(
        "select visitor_at(%(channel)s, %(address)s)",
        channel=channel,
        address=contacts.token(unit, address),
    )
    return _named(unit, found)


def lock(unit: Unit, conversation: UUID) -> Opening | None:
    """Lock a conversation for an event of ours, such as a timer or an answer from outside."""
    columns = ", ".join(f"c.{name}" for name in _COLUMNS)
    row = unit.maybe(
        f"""
        select p.token, p.sealed, {columns}
        from conversations c join contact_points p on p.token = c.address
        where c.id = %(id)s for update of c
        """,
        id=conversation,
    )
    if row is None:
        return None
    talk = _talk(unit, list(row)[2:], contacts.opened(unit.keys, row.token, row.sealed))
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
    effect_id: UUID | None
    slots: dict[str, str]
    trail: list[Any]


def peek(unit: Unit, *, channel: str, address: str) -> Peek | None:
    """Return where a conversation stands, without a lock; None when no story is being told."""
    row = unit.maybe(
        """
        select c.flow, coalesce(c.flow_version, 1) as flow_version, c.state, c.version,
            a.customer_id, c.pending_secret, c.effect_id, c.id, c.memory
        from conversations c
        left join addresses a on a.channel = c.channel and a.address = c.address
            and a.trust <> 'withdrawn'
        where c.channel = %(channel)s and c.address = %(address)s and c.flow is not null
        """,
        channel=channel,
        address=contacts.token(unit, address),
    )
    if row is None:
        return None
    known = memory.opened(unit, row.memory, conversation=row.id)
    return Peek(
        flow=row.flow,
        flow_version=row.flow_version,
        state=row.state,
        version=row.version,
        customer=row.customer_id,
        pending=row.pending_secret,
        effect_id=row.effect_id,
        slots=known["slots"],
        trail=known["trail"],
    )


def _talk(unit: Unit, row: Sequence[Any], address: str) -> Talk:
    """Return the conversation of a row of ``_COLUMNS``."""
    facts = dict(zip(_COLUMNS, row, strict=True))
    known = memory.opened(unit, facts.pop("memory"), conversation=facts["id"])
    if facts.pop("outcome_read"):
        known["outcome"] = None
    if facts["flow"] is None:
        # A story that nobody answered was ended by a statement that cannot open the memory.
        known |= {"slots": {}, "trail": [], "stack": []}
    return Talk(address=address, **facts, **known)


def _named(unit: Unit, visitor: dict[str, Any] | None) -> dict[str, Any] | None:
    """Open the first name of a visitor, which the database knows only sealed."""
    if visitor is not None:
        customer, sealed = visitor["customer_id"], bytes.fromhex(visitor["first_name"])
        visitor["first_name"] = personal.first_name(unit.keys, customer, sealed)
    return visitor
