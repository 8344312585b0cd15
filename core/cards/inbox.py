"""Messages of the scheme, each answered once: said again, it gets the answer it got.

The row is written before anything is locked or decided, so that one message presented twice at once
waits here for the first to end (and finds its answer), and never decides a second time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from core.cards.declines import CODES
from core.cards.messages import Answer, Request
from core.cards.vault import KIND
from core.money import Money
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a message, and which payment it is about."""

    answer: Answer
    payment: UUID | None = None


def declined(reason: str, payment: UUID | None = None) -> Decided:
    """Return a decline for a reason of `core.cards.declines`."""
    return Decided(Answer(CODES[reason], reason), payment)


def once(unit: Unit, request: Request, decide: Callable[[str], Decided]) -> Answer:
    """Return what ``decide`` says of a message, or what it said when the message first came.

    ``decide`` is given the keyed hash of the card's number. One id with another body is refused,
    and leaves what was decided before as it is.
    """
    card = unit.keys.token(request.pan, kind=KIND)
    body = request.body_hash(card)
    new = unit.run(
        """
        insert into card_messages (message_id, scheme, told, kind, body_hash, received_at)
        values (%(id)s, %(scheme)s, %(told)s, %(kind)s, %(hash)s, %(now)s) on conflict do nothing
        """,
        id=request.id,
        scheme=request.scheme,
        told=request.told,
        kind=request.kind,
        hash=body,
        now=unit.now,
    )
    if not new:
        return _again(unit, request, body)
    decided = decide(card)
    answer = decided.answer
    unit.run(
        """
        update card_messages set card_tx_id = %(payment)s, code = %(code)s, reason = %(reason)s,
            approval = %(approval)s, amount = %(amount)s, currency = %(currency)s
        where message_id = %(id)s
        """,
        id=request.id,
        payment=decided.payment,
        code=answer.code,
        reason=answer.reason,
        approval=answer.approval,
        amount=0 if answer.amount is None else answer.amount.minor,
        currency=None if answer.amount is None else answer.amount.currency,
    )
    return answer


def _again(unit: Unit, request: Request, body: bytes) -> Answer:
    row = unit.one(
        """
        select body_hash, code, reason, approval, amount, currency::text as currency
        from card_messages where message_id = %(id)s
        """,
        id=request.id,
    )
    if bytes(row.body_hash) != body:
        return Answer(CODES["repeated"], "repeated", replayed=True)
    amount = None if row.currency is None else Money(row.amount, row.currency)
    return Answer(row.code, row.reason, amount, row.approval, replayed=True)
