"""What a turn leaves behind, in one statement: conversation, kept reply, messages, interaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.crm.conversations import Talk
from core.store.unit import Unit, jsonb


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
