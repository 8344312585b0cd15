"""Where each conversation stands: opened, moved and closed by one statement each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.store.unit import Unit, jsonb


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
    state: str
    version: int
    customer: UUID | None
    pending: str | None
    slots: dict[str, str]


def peek(unit: Unit, *, channel: str, address: str) -> Peek | None:
    """Return where a conversation stands, without a lock; None when no story is being told."""
    row = unit.maybe(
        """
        select c.flow, c.state, c.version, a.customer_id as customer, c.pending_secret as pending,
            c.slots
        from conversations c
        left join addresses a on a.channel = c.channel and a.address = c.address
            and a.trust <> 'withdrawn'
        where c.channel = %(channel)s and c.address = %(address)s and c.flow is not null
        """,
        channel=channel,
        address=address,
    )
    return None if row is None else Peek(*list(row))


@dataclass(frozen=True, slots=True)
class Closing:
    """What a turn leaves behind."""

    provider: str
    provider_id: str
    said: str
    """What the log may keep of the customer's words."""
    said_type: str
    media_url: str | None
    reply: Mapping[str, object] | None
    reply_text: str
    inbox_state: str
    deadline: datetime | None
    customer_id: UUID | None
    flow: str | None
    state: str | None
    intent: str | None
    outcome: str
    said_id: UUID
    answered_in_response: bool
    """USSD: the reply leaves with the HTTP response, so it is logged as sent here and now."""
    ours: bool = False
    """The turn is an event of ours: nobody said anything."""


CLOSE = """
with moved as (
    update conversations set
        language = %(language)s, language_chosen = %(language_chosen)s, flow = %(flow)s,
        flow_version = %(flow_version)s, state = %(state)s, slots = %(slots)s, trail = %(trail)s,
        stack = %(stack)s, effect_id = %(effect_id)s, turn = %(turn)s, version = version + 1,
        page = %(page)s, misses = %(misses)s, session = %(session)s,
        pending_secret = %(pending_secret)s, last_reply = %(last_reply)s, outcome = %(outcome)s,
        prompted_at = %(prompted_at)s, expires_at = %(expires_at)s,
        last_inbound_at = %(last_inbound_at)s
    where id = %(id)s
), kept as (
    update inbox set conversation_id = %(id)s, state = %(inbox_state)s,
        deadline = %(deadline)s, reply = %(reply)s, page = %(page)s
    where provider = %(provider)s and provider_id = %(provider_id)s
), heard as (
    insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound, address,
        message_type, status, content, media_url, provider_message_id, correlation, created_at)
    select %(said_id)s, %(id)s, %(customer_id)s, %(channel)s, %(provider)s, true, %(address)s,
        %(said_type)s, 'received', %(said)s, %(media_url)s, %(provider_id)s,
        %(correlation)s, %(now)s
    where not %(ours)s
), answered as (
    insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound, address,
        message_type, status, content, correlation, created_at, sent_at)
    select %(reply_id)s, %(id)s, %(customer_id)s, %(channel)s, %(provider)s, false, %(address)s,
        'text', 'sent', %(reply_text)s, %(correlation)s, %(now)s, %(now)s
    where %(answered_in_response)s
)
insert into interactions (id, customer_id, channel, date, notes, conversation_id, flow, state,
    intent, outcome, correlation)
values (%(interaction_id)s, %(customer_id)s, %(channel)s, %(now)s, %(notes)s, %(id)s, %(told)s,
    %(stood)s, %(intent)s, %(happened)s, %(correlation)s)
"""


def close_turn(unit: Unit, talk: Talk, closing: Closing) -> None:
    """Write everything a turn leaves behind in one statement: conversation, inbox, logs, CRM."""
    told = closing.flow or "none"
    unit.run(
        CLOSE,
        id=talk.id,
        channel=talk.channel,
        address=talk.address,
        language=talk.language,
        language_chosen=talk.language_chosen,
        flow=talk.flow,
        flow_version=talk.flow_version,
        state=talk.state,
        slots=jsonb(talk.slots),
        trail=jsonb(talk.trail),
        stack=jsonb(talk.stack),
        effect_id=talk.effect_id,
        turn=talk.turn,
        page=talk.page,
        misses=talk.misses,
        session=talk.session,
        pending_secret=talk.pending_secret,
        last_reply=None if talk.last_reply is None else jsonb(talk.last_reply),
        outcome=None if talk.outcome is None else jsonb(talk.outcome),
        prompted_at=talk.prompted_at,
        expires_at=talk.expires_at,
        last_inbound_at=talk.last_inbound_at,
        provider=closing.provider,
        provider_id=closing.provider_id,
        inbox_state=closing.inbox_state,
        deadline=closing.deadline,
        reply=None if closing.reply is None else jsonb(closing.reply),
        said_id=closing.said_id,
        said=closing.said,
        said_type=closing.said_type,
        media_url=closing.media_url,
        ours=closing.ours,
        reply_id=unit.new_id(),
        reply_text=closing.reply_text,
        answered_in_response=closing.answered_in_response,
        customer_id=closing.customer_id,
        interaction_id=unit.new_id(),
        notes=f"{told}: {closing.outcome}",
        told=closing.flow,
        stood=closing.state,
        intent=closing.intent,
        happened=closing.outcome,
        correlation=unit.correlation,
        now=unit.now,
    )


def end_session(unit: Unit, *, session: str, address: str, completed: bool) -> None:
    """Note that a USSD session is over; when it ran to its end, its last screen was read."""
    unit.run(
        """
        update conversations set outcome = null
        where channel = 'ussd' and address = %(address)s and session = %(session)s and %(completed)s
        """,
        session=session,
        address=address,
        completed=completed,
    )


def waiting_calls(unit: Unit, *, before: datetime, limit: int = 100) -> list[tuple[str, str]]:
    """Return (provider, provider id) of messages whose call has passed its deadline."""
    rows = unit.all(
        """
        select provider, provider_id from inbox where state = 'calling' and deadline < %(before)s
        order by deadline limit %(limit)s
        """,
        before=before,
        limit=limit,
    )
    return [(row.provider, row.provider_id) for row in rows]


def calling(unit: Unit, *, provider: str, provider_id: str) -> Opening | None:
    """Lock and return the conversation that waits for an answer from outside; None if none does."""
    where = "provider = %(provider)s and provider_id = %(provider_id)s and state = 'calling'"
    facts = {"provider": provider, "provider_id": provider_id}
    waiting: UUID | None = unit.value(f"select conversation_id from inbox where {where}", **facts)
    opening = None if waiting is None else lock(unit, waiting)
    # Asked again under the lock, because two answers may have come at once.
    still = unit.value(f"select true from inbox where {where}", **facts)
    return opening if still else None


def drop_call(unit: Unit, *, provider: str, provider_id: str) -> None:
    """Wait no longer for an answer from outside: the customer has moved on."""
    unit.run(
        """
        update inbox set state = 'done', deadline = null
        where provider = %(provider)s and provider_id = %(provider_id)s and state = 'calling'
        """,
        provider=provider,
        provider_id=provider_id,
    )


def kept(unit: Unit, *, provider: str, provider_id: str) -> Kept | None:
    """Return what a message was answered, or None when it was never heard."""
    row = unit.maybe(
        """
        select state, reply, page, deadline from inbox
        where provider = %(provider)s and provider_id = %(provider_id)s
        """,
        provider=provider,
        provider_id=provider_id,
    )
    return None if row is None else Kept(*list(row))


def expire(unit: Unit, *, limit: int = 500) -> int:
    """Let stories that nobody answered rest, and write down where they were left.

    Returns how many were. The customer is told with the next message.
    """
    return unit.run(
        """
        with late as (
            select id, channel, flow, state from conversations
            where flow is not null and expires_at < %(now)s
            order by expires_at limit %(limit)s for update skip locked
        ), rested as (
            update conversations c set flow = null, flow_version = null, state = null, slots = '{}',
                trail = '[]', stack = '[]', effect_id = null, pending_secret = null,
                expires_at = null, version = version + 1,
                outcome = coalesce(c.outcome, jsonb_build_object('expired', late.flow))
            from late where c.id = late.id
            returning c.id, c.channel, c.address, late.flow, late.state
        )
        insert into interactions (id, customer_id, channel, date, notes, conversation_id, flow,
            state, outcome, correlation)
        select uuidv7(), a.customer_id, r.channel, %(now)s, r.flow || ': timed out', r.id, r.flow,
            r.state, 'timed_out', %(correlation)s
        from rested r left join addresses a on a.channel = r.channel and a.address = r.address
        """,
        now=unit.now,
        limit=limit,
        correlation=unit.correlation,
    )
