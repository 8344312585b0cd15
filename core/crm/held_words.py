"""Words of a person that wait for their customer: while WhatsApp takes none, and until they write.

A template tells that there is an answer; the words stand here, and in the case's thread. Where the
template is not taken either, its row of the outbox goes by SMS and says the words itself.
"""

from dataclasses import dataclass, field
from uuid import UUID

from core.crm.case_chat import Voice
from core.store import contacts
from core.store.outbox import Notice, queue_notices
from core.store.unit import Unit
from core.store.words import sealed_content, sealed_payload

WORDS = "held_words.words"
ANSWER = "case_answer"
"""The alert that tells of an answer; by SMS it says it."""
BY_SMS = "by_sms"
"""Why the message of words that went by SMS was never sent itself."""


@dataclass(frozen=True, slots=True)
class Held:
    """Words that wait. ``message`` is what will carry them; ``number`` is the case's."""

    message: UUID
    case: UUID
    number: str
    words: str = field(repr=False)


def hold(
    unit: Unit,
    *,
    case: UUID,
    number: str,
    customer: UUID,
    conversation: UUID,
    address: str,
    voice: Voice,
    words: str,
) -> UUID | None:
    """Have a template tell a WhatsApp that there is an answer, and keep its words until they write.

    Returns the message that will carry the words; None where no template can go out to them.
    """
    facts = {"number": number, "words": words}
    told = queue_notices(
        unit, [Notice(customer, ANSWER, facts, channel="whatsapp", address=address)]
    )[0]
    if told is None:
        return None
    message = unit.new_id()
    unit.run(
        """
        with said as (
            insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound,
                address, status, content, correlation, created_at)
            values (%(message)s, %(conversation)s, %(customer)s, 'whatsapp', %(provider)s, false,
                %(address)s, 'queued', %(content)s, %(correlation)s, %(now)s)
        )
        insert into held_words (message_id, case_id, conversation_id, notice_id, outbox_id, words,
            at)
        select %(message)s, %(case)s, %(conversation)s, %(told)s, id, %(words)s, %(now)s
        from outbox where message_id = %(told)s
        """,
        message=message,
        conversation=conversation,
        customer=customer,
        provider=voice.provider,
        address=contacts.token(unit, address),
        content=sealed_content(unit, words, message),
        correlation=unit.correlation,
        case=case,
        words=unit.keys.seal(words, field=WORDS, row=message),
        told=told,
        now=unit.now,
    )
    return message


def waiting(unit: Unit, case: UUID) -> int:
    """Return how many answers of a case wait for its customer to write."""
    count: int = unit.value(
        "select count(*) from held_words where case_id = %(case)s and released_at is null",
        case=case,
    )
    return count


def let_go(unit: Unit, conversation: UUID) -> list[Held]:
    """Return the words that waited for somebody who now writes, in order, and hold them no more.

    Words that went by SMS meanwhile were said, and are not among them. The conversation is locked,
    so that two messages at once let them go once.
    """
    rows = unit.all(
        """
        select h.message_id, h.case_id, c.case_number, h.words,
            -- A template that failed has gone by SMS, unless its row is there and dead.
            coalesce(m.status = 'failed' and o.status is distinct from 'dead', false) as said
        from held_words h join cases c on c.id = h.case_id
            left join messages m on m.id = h.notice_id left join outbox o on o.id = h.outbox_id
        where h.conversation_id = %(conversation)s and h.released_at is null
        order by h.at, h.message_id for update of h
        """,
        conversation=conversation,
    )
    if not rows:
        return []
    unit.run(
        """
        with gone as (
            update held_words set words = null, released_at = %(now)s
            where message_id = any(%(ids)s)
        )
        update messages set status = 'failed', error_code = %(by_sms)s, failed_at = %(now)s
        where id = any(%(said)s) and status = 'queued'
        """,
        ids=[row.message_id for row in rows],
        said=[row.message_id for row in rows if row.said],
        by_sms=BY_SMS,
        now=unit.now,
    )
    return [
        Held(
            row.message_id,
            row.case_id,
            row.case_number,
            unit.keys.open(row.words, field=WORDS, row=row.message_id),
        )
        for row in rows
        if not row.said
    ]


def owe(unit: Unit, held: Held, *, sender: str, contact: str, reply: dict[str, object]) -> None:
    """Owe a customer words that waited, under the message that was kept for them."""
    unit.run(
        """
        insert into outbox (sender, channel, contact, message_id, payload, priority, due_at,
            correlation, created_at)
        values (%(sender)s, 'whatsapp', %(contact)s, %(message)s, %(payload)s, 0, %(now)s,
            %(correlation)s, %(now)s)
        """,
        sender=sender,
        contact=contacts.token(unit, contact),
        message=held.message,
        payload=sealed_payload(unit, {"reply": reply}, held.message),
        correlation=unit.correlation,
        now=unit.now,
    )
    unit.wakes.add(sender)
