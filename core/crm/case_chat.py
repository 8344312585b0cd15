"""Cases as conversations: where a case is talked about, and which number its answers leave from."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from core.store.unit import Unit

ANSWERED_WITHIN = timedelta(days=7)
"""How long ago a person may have written for ANSWER to mean them."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A number of ours."""

    key: str
    provider: str


def person_answers(unit: Unit, conversation: UUID, case: UUID) -> None:
    """Have the person who works on a case answer in one conversation, instead of the bot."""
    unit.run(
        "update conversations set case_id = %(case)s where id = %(id)s",
        case=case,
        id=conversation,
    )


def spoken_of_in(unit: Unit, case: UUID) -> UUID | None:
    """Return the conversation in which a customer stands with the person on a case, if one does."""
    found: UUID | None = unit.value(
        """
        select id from conversations where case_id = %(case)s
        order by last_inbound_at desc nulls last, id limit 1
        """,
        case=case,
    )
    return found


def lock_all(unit: Unit, case: UUID, *, opened_in: UUID | None) -> None:
    """Keep turns away from every conversation in which a case is talked about.

    Before anything else is locked: a customer's turn locks its conversation first and then the
    case, and whoever comes the other way round would wait for it while it waits for them.
    """
    unit.run(
        """
        select from conversations where id = %(opened_in)s or case_id = %(case)s
        order by id for update
        """,
        opened_in=opened_in,
        case=case,
    )


def answered_last(unit: Unit, customer: UUID) -> str:
    """Return the number of the case in which staff wrote to a customer last; empty for none."""
    number: str | None = unit.value(
        """
        select c.case_number from cases c
        join case_notes n on n.case_id = c.id and n.by = 'agent' and not n.internal
        where c.customer_id = %(customer)s and n.at > %(since)s
        order by n.at desc, n.id desc limit 1
        """,
        customer=customer,
        since=unit.now - ANSWERED_WITHIN,
    )
    return number or ""


def bot_answers(unit: Unit, conversation: UUID) -> None:
    """Have the bot answer in one conversation again."""
    unit.run(
        "update conversations set case_id = null where id = %(id)s and case_id is not null",
        id=conversation,
    )


def voice_for(unit: Unit, conversation: UUID, *, channel: str, country: str) -> Voice:
    """Return the number that speaks in a conversation.

    The one the customer wrote to last, else the one for their country, else the channel's own.

    :raises LookupError: if no number of ours speaks on that channel
    """
    row = unit.maybe(
        """
        select key, provider from senders
        where channel = %(channel)s and speaks
        order by provider = (
                select provider from messages
                where conversation_id = %(conversation)s and is_inbound
                order by created_at desc limit 1) desc nulls last,
            %(country)s = any(countries) desc, is_default desc, key
        limit 1
        """,
        conversation=conversation,
        channel=channel,
        country=country,
    )
    if row is None:
        raise LookupError(f"no number of ours speaks on {channel}")
    return Voice(row.key, row.provider)
