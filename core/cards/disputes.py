"""Disputed card payments: opened by their customer, and moved on until somebody bears the loss.

A dispute is about what a merchant took. The customer gets it back for the time being
(`core.cards.dispute_money`), the merchant's bank may show that it was right (it is *represented*),
and in the end the money is the customer's for good or is taken again. Every step is an event; a
case goes along, so that people talk about it where they talk about everything.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core.access.actors import SYSTEM
from core.cards import dispute_money, dispute_store, payments
from core.cards.dispute_store import Dispute, Reason
from core.cards.payments import CardPayment
from core.crm import case_work, cases
from core.errors import Refusal
from core.ledger.reference import reference_of
from core.money import Money
from core.store.outbox import queue_notice
from core.store.unit import Unit

MOST_WORDS = 2000
CATEGORY, SUB_CATEGORY = "Card", "dispute"


class NotDisputable(Refusal):
    """Nothing was taken that could be disputed. Fact: ``status``."""

    code = "not_disputable"


class DisputeTooLate(Refusal):
    """The time to dispute it is over. Fact: ``until``."""

    code = "dispute_too_late"


class AlreadyDisputed(Refusal):
    """It is disputed already. Fact: ``reference``."""

    code = "already_disputed"


class DisputeAmount(Refusal):
    """More than the merchant took, or nothing. Fact: ``limit``."""

    code = "dispute_amount"


@dataclass(frozen=True, slots=True)
class Terms:
    """How long each side has, for a reason."""

    scheme_code: str
    dispute_days: int
    credit_days: int
    answer_days: int


def open_dispute(
    unit: Unit,
    *,
    customer: UUID,
    payment: UUID,
    reason: Reason,
    words: str,
    channel: str,
    conversation: UUID | None = None,
    amount: Money | None = None,
) -> Dispute:
    """Dispute what a merchant took, or a part of it, and open a case for it.

    The money comes back at once where the reason allows it, else within its days.

    :raises UnknownCardPayment: if the customer has made no such payment
    :raises NotDisputable: if nothing was taken for it, or it was given back
    :raises DisputeTooLate: if it can be disputed no more
    :raises AlreadyDisputed: if it is disputed already
    :raises DisputeAmount: if that is more than was taken
    :raises TooManyCases: if the customer has as many open cases as one may have
    """
    payments.find(unit, customer, payment)
    one = payments.lock_one(unit, payment)
    terms = terms_of(unit, reason)
    wanted = _disputable(unit, one, terms, amount)
    reference = reference_of(unit.new_id())
    case = cases.open_case(
        unit,
        customer=customer,
        category=CATEGORY,
        sub_category=SUB_CATEGORY,
        title=f"Card payment disputed: {wanted.grouped} at {one.merchant}",
        description=f"{reason.replace('_', ' ').capitalize()}. {words}"[:MOST_WORDS],
        priority="High",
        channel=channel,
        conversation=conversation,
        transaction=one.id,
        by="bot",
    )
    dispute = dispute_store.insert(
        unit,
        one,
        reference=reference,
        case=case.id,
        reason=reason,
        amount=wanted,
        credit_due=unit.now + timedelta(days=terms.credit_days),
        answer_due=unit.now + timedelta(days=terms.answer_days),
        channel=channel,
        words=words[:MOST_WORDS],
    )
    tell(unit, dispute, "opened")
    return credit(unit, dispute) if not terms.credit_days else dispute


def add_evidence(
    unit: Unit, dispute: Dispute, *, by: str, words: str, media: UUID | None = None
) -> Dispute:
    """Keep what somebody said or showed about a dispute that runs.

    :raises DisputeOver: if it has ended
    """
    dispute.require_running()
    return dispute_store.move(
        unit, dispute, "evidence", by=by, words=words[:MOST_WORDS], media=media
    )


def credit(unit: Unit, dispute: Dispute) -> Dispute:
    """Give the money back for the time being; a wallet that cannot take it gets it another day."""
    if not dispute_money.credit(unit, dispute):
        return dispute_store.put_off(unit, dispute, until=unit.now + timedelta(days=1))
    status: dispute_store.Status = "credited" if dispute.status == "opened" else dispute.status
    credited = dispute_store.move(
        unit, dispute, "credited", by="system", status=status, credited=True
    )
    tell(unit, credited, "credited")
    return credited


def represent(unit: Unit, dispute: Dispute, *, by: str, words: str) -> Dispute:
    """Write down that the merchant's bank says that it was right; the bank has its days to answer.

    :raises DisputeOver: if it has ended
    """
    dispute.require_running()
    terms = terms_of(unit, dispute.reason)
    return dispute_store.move(
        unit,
        dispute,
        "represented",
        by=by,
        words=words[:MOST_WORDS],
        status="represented",
        answer_due=unit.now + timedelta(days=terms.answer_days),
    )


def win(unit: Unit, dispute: Dispute, *, by: str, words: str = "") -> Dispute:
    """End a dispute for its customer: the scheme pays, and the money is theirs for good.

    :raises DisputeOver: if it has ended
    """
    dispute.require_running()
    dispute_money.won(unit, dispute, payments.lock_one(unit, dispute.payment))
    return _end(unit, dispute, "won", by=by, words=words, told="won")


def lose(
    unit: Unit, dispute: Dispute, *, by: str, bearer: Literal["customer", "bank"], words: str
) -> Dispute:
    """End a dispute that the merchant won. Its customer gives the money back, or the bank bears it.

    :raises DisputeOver: if it has ended
    """
    dispute.require_running()
    one = payments.lock_one(unit, dispute.payment)
    if bearer == "bank":
        dispute_money.bear(unit, dispute, one)
    elif dispute.credited:
        dispute_money.take_back(unit, dispute, one)
    told = "kept" if bearer == "bank" else "lost"
    return _end(unit, dispute, "lost", by=by, words=words, told=told, bearer=bearer)


def withdraw(unit: Unit, customer: UUID, dispute_id: UUID) -> Dispute:
    """End a dispute that its customer gives up: what they had back is taken again.

    :raises UnknownDispute: if the customer has none such
    :raises DisputeOver: if it has ended
    """
    dispute = dispute_store.lock(unit, dispute_id)
    if dispute.customer != customer:
        raise dispute_store.UnknownDispute
    dispute.require_running()
    if dispute.credited:
        dispute_money.take_back(unit, dispute, payments.lock_one(unit, dispute.payment))
    return _end(unit, dispute, "withdrawn", by="customer", words="", told="withdrawn")


def look_after_due(unit: Unit) -> UUID | None:
    """Do what is due for one dispute: its credit, or its end where the merchant's bank was silent.

    Return its id; None when none is due. One that waits for the bank's own answer is told of to
    whoever works on its case, once a day.
    """
    dispute = dispute_store.due(unit)
    if dispute is None:
        return None
    if not dispute.credited and dispute.credit_due <= unit.now:
        credit(unit, dispute)
    elif dispute.status == "represented":
        _note(unit, dispute, "The answer to the merchant's bank is due.")
        dispute_store.put_off(unit, dispute, until=unit.now + timedelta(days=1))
    else:
        win(unit, dispute, by="system", words="The merchant's bank did not answer in time.")
    return dispute.id


def terms_of(unit: Unit, reason: Reason) -> Terms:
    """Return how long each side has, for a reason."""
    row = unit.one(
        """
        select scheme_code, dispute_days, credit_days, answer_days
        from card_dispute_reasons where reason = %(reason)s
        """,
        reason=reason,
    )
    return Terms(*row)


def tell(unit: Unit, dispute: Dispute, what: str) -> None:
    """Tell the customer what has become of a dispute."""
    queue_notice(
        unit,
        customer_id=dispute.customer,
        alert=f"card_dispute_{what}",
        facts={
            "amount": str(dispute.amount),
            "merchant": dispute.merchant,
            "card": dispute.last4,
            "reference": dispute.reference,
        },
    )


def _end(
    unit: Unit,
    dispute: Dispute,
    how: Literal["won", "lost", "withdrawn"],
    *,
    by: str,
    words: str,
    told: str,
    bearer: str | None = None,
) -> Dispute:
    """Write down how a dispute ended, tell its customer, and resolve its case."""
    ended = dispute_store.move(
        unit, dispute, how, by=by, words=words[:MOST_WORDS], status=how, bearer=bearer
    )
    tell(unit, ended, told)
    _note(unit, dispute, f"The dispute has ended: {how}.")
    case = cases.get(unit, dispute.case)
    if not case.done:
        case_work.set_status(unit, SYSTEM, case, "Resolved")
    return ended


def _note(unit: Unit, dispute: Dispute, words: str) -> None:
    """Write to the case of a dispute, for those who work on it."""
    case = cases.get(unit, dispute.case)
    cases.add_words(unit, case, by="system", actor=None, text=words, internal=True)


def _disputable(unit: Unit, one: CardPayment, terms: Terms, amount: Money | None) -> Money:
    taken = one.captured - one.refunded
    if one.kind == "refund" or taken.minor <= 0:
        raise NotDisputable(status="refund" if one.kind == "refund" else one.status)
    known = dispute_store.of_payment(unit, one.id)
    if known is not None:
        raise AlreadyDisputed(reference=known)
    until = _last_taken(unit, one) + timedelta(days=terms.dispute_days)
    if unit.now > until:
        raise DisputeTooLate(until=until.isoformat())
    wanted = taken if amount is None else amount
    if wanted.currency != taken.currency or not 0 < wanted.minor <= taken.minor:
        raise DisputeAmount(limit=str(taken))
    return wanted


def _last_taken(unit: Unit, one: CardPayment) -> datetime:
    moment: datetime = unit.value(
        "select max(at) from card_clearings where card_tx_id = %(id)s and kind = 'captured'",
        id=one.id,
    )
    return moment
