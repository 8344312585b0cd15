"""Which message a person at the desk is answering: the last one of the customer of a case."""

from dataclasses import dataclass
from uuid import UUID

from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class LastHeard:
    """What a customer said last, on WhatsApp, where they stand with a person."""

    provider: str
    provider_id: str
    sender: str | None
    """The number of ours that it was said to; None where we have but one."""
    contact: str
    """The token of the customer's address."""


def last_heard(unit: Unit, case: UUID) -> LastHeard | None:
    """Return what the customer of a case said last; None where they stand with nobody there."""
    row = unit.maybe(
        """
        select said.provider, said.provider_message_id, c.sender, c.address
        from conversations c
        cross join lateral (
            select m.provider, m.provider_message_id from messages m
            where m.conversation_id = c.id and m.is_inbound and m.provider_message_id is not null
            order by m.created_at desc limit 1
        ) said
        where c.case_id = %(case)s and c.channel = 'whatsapp'
        order by c.last_inbound_at desc nulls last, c.id limit 1
        """,
        case=case,
    )
    return None if row is None else LastHeard(*row)
