"""What a turn leaves behind, in one statement: conversation, kept reply, messages, interaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.crm import memory
from core.crm.conversations import Talk
from core.crm.memory import REMEMBERED
from core.store import contacts
from core.store.unit import Unit, jsonb
from core.store.words import sealed_content

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a customer stands: a story, its version and a step; all None between stories."""

    flow: str | None = None
    version: int | None = None
    step: str | None = None


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
    before: Stand
    """Where the turn found the customer; between stories, the story that was begun."""
    after: Stand
    """Where it left them; where a story ended, its last step."""
    seconds: int | None
    """Since the prompt that was answered."""
    exit_reason: str | None
    """Why the customer left the story of ``before``; None when they are still in it."""
    intent: str | None
    outcome: str
    said_id: UUID
    answered_in_response: bool
    """USSD: the reply leaves with the HTTP response, so it is logged as sent here and now."""
    ours: bool = False
    """The turn is an event of ours: nobody said anything."""


# At most fifty parameters: psycopg parses a statement with more of them anew every time.
CLOSE = """
with moved as (
    update conversations set
        language = %(language)s, language_chosen = %(language_chosen)s, flow = %(flow)s,
        flow_version = %(flow_version)s, state = %(state)s, memory = %(memory)s,
        passed = %(passed)s, aside = %(aside)s, effect_id = %(effect_id)s, turn = %(turn)s,
        version = version + 1, page = %(page)s, misses = %(misses)s, session = %(session)s,
        pending_secret = %(pending_secret)s, outcome_read = false,
        expired_flow = %(expired_flow)s, prompted_at = %(prompted_at)s, expires_at = %(expires_at)s,
        last_inbound_at = %(last_inbound_at)s, sender = %(sender)s
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
    intent, outcome, correlation, flow_version, language, step_before, next_flow, next_version,
    step_after, seconds, exit_reason)
values (%(interaction_id)s, %(customer_id)s, %(channel)s, %(now)s,
    coalesce(%(told)s::text, 'none') || ': ' || %(happened)s::text, %(id)s, %(told)s,
    %(state)s, %(intent)s, %(happened)s, %(correlation)s, %(told_version)s, %(language)s,
    %(step_before)s, %(next_flow)s, %(next_version)s, %(step_after)s, %(seconds)s, %(exit_reason)s)
"""


def _to_the_minute(moment: datetime | None) -> datetime | None:
    """Return the next full minute, or this one: a column with an index should rarely change."""
    full = None if moment is None else moment.replace(second=0, microsecond=0)
    return full if full is None or full == moment else full + MINUTE


def close_turn(unit: Unit, talk: Talk, closing: Closing) -> None:
    """Write everything a turn leaves behind in one statement: conversation, inbox, logs, CRM."""
    before, after, reply_id = closing.before, closing.after, unit.new_id()
    aside = memory.aside(talk.stack)
    unit.run(
        CLOSE,
        id=talk.id,
        channel=talk.channel,
        address=contacts.token(unit, talk.address),
        language=talk.language,
        language_chosen=talk.language_chosen,
        flow=talk.flow,
        flow_version=talk.flow_version,
        state=talk.state,
        memory=memory.sealed(
            unit, {name: getattr(talk, name) for name in REMEMBERED}, conversation=talk.id
        ),
        passed=memory.passed(talk.trail),
        aside=None if aside is None else jsonb(aside),
        effect_id=talk.effect_id,
        turn=talk.turn,
        page=talk.page,
        misses=talk.misses,
        session=talk.session,
        pending_secret=talk.pending_secret,
        expired_flow=talk.expired_flow,
        prompted_at=talk.prompted_at,
        expires_at=_to_the_minute(talk.expires_at),
        last_inbound_at=talk.last_inbound_at,
        sender=talk.sender,
        provider=closing.provider,
        provider_id=closing.provider_id,
        inbox_state=closing.inbox_state,
        deadline=closing.deadline,
        reply=memory.sealed_reply(
            unit, closing.reply, row=f"{closing.provider} {closing.provider_id}"
        ),
        said_id=closing.said_id,
        said=None if closing.ours else sealed_content(unit, closing.said, closing.said_id),
        said_type=closing.said_type,
        media_url=closing.media_url,
        ours=closing.ours,
        reply_id=reply_id,
        reply_text=sealed_content(unit, closing.reply_text, reply_id)
        if closing.answered_in_response
        else None,
        answered_in_response=closing.answered_in_response,
        customer_id=closing.customer_id,
        interaction_id=unit.new_id(),
        told=before.flow,
        told_version=before.version,
        step_before=before.step,
        next_flow=after.flow,
        next_version=after.version,
        step_after=after.step,
        seconds=closing.seconds,
        exit_reason=closing.exit_reason,
        intent=closing.intent,
        happened=closing.outcome,
        correlation=unit.correlation,
        now=unit.now,
    )
