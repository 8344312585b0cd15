"""What the scheme decided in our stead while the bank could not be asked: it is only written down.

An approval is as good as our own: its money is held as far as the wallet has it. Where nothing can
be held the payment stands all the same, and its capture will be taken as one that nobody held for.
"""

from datetime import timedelta

from core.cards import declines, inbox, payments, postings, spend
from core.cards import payer as payers
from core.cards.inbox import Decided, declined
from core.cards.messages import APPROVED, IN_PART, Answer, Request, approval_code
from core.cards.payer import Payer
from core.cards.payments import CardPayment
from core.errors import Refusal
from core.money import Money
from core.store.unit import Unit

NOTED = Answer(APPROVED)


def advise(unit: Unit, request: Request) -> Answer:
    """Write down a decision of the scheme's own, and acknowledge it."""
    return inbox.once(unit, request, lambda index: _advise(unit, request, index))


def _advise(unit: Unit, request: Request, index: str) -> Decided:
    payer = payers.lock(unit, index, mcc=request.merchant.mcc)
    if payer is None or request.amount.currency != payer.currency:
        return declined("unknown_card" if payer is None else "currency")
    known = payments.lock(unit, request.scheme, request.ref)
    if known is not None:
        return _advise_more(unit, request, payer, known)
    if request.what == "refund" or not request.amount.minor:
        return Decided(NOTED)
    if request.decided not in {APPROVED, IN_PART}:
        one = payments.insert(
            unit,
            request,
            payer,
            payments.Begun(
                status="declined",
                code=declines.CODES["elsewhere"],
                step="declined",
                amount=request.amount,
                reason="elsewhere",
            ),
        )
        return Decided(NOTED, one.id)
    return _stands(unit, request, payer)


def _stands(unit: Unit, request: Request, payer: Payer) -> Decided:
    """Write down what was approved in our stead, and hold it as far as that can be."""
    expires_at = unit.now + timedelta(days=payer.trade.hold_days)
    held = request.amount
    try:
        postings.hold(
            unit, request.id, payer, what=request.what, amount=held, expires_at=expires_at
        )
    except Refusal:
        held = Money(0, payer.currency)
    one = payments.insert(
        unit,
        request,
        payer,
        payments.Begun(
            status="approved",
            code=APPROVED,
            step="approved",
            amount=request.amount,
            approval=approval_code(request.id),
            hold=request.id if held.minor else None,
            held=held,
            forced=not held.minor,
            expires_at=expires_at,
        ),
    )
    spend.tell_spent(unit, payer, one, request.amount)
    return Decided(Answer(APPROVED, amount=request.amount, approval=one.approval), one.id)


def _advise_more(unit: Unit, request: Request, payer: Payer, known: CardPayment) -> Decided:
    """Hold more for a payment that the scheme raised in our stead, as far as that can be."""
    if request.decided not in {APPROVED, IN_PART} or known.status != "approved":
        return Decided(NOTED, known.id)
    expires_at = unit.now + timedelta(days=payer.trade.hold_days)
    held = Money(0, payer.currency)
    if postings.is_open(unit, known):
        try:
            postings.raise_(unit, request.id, known, request.amount, expires_at=expires_at)
            held = request.amount
        except Refusal:
            held = Money(0, payer.currency)
    changes = {
        "amount": known.amount + request.amount,
        "held": known.held + held,
        "forced": known.forced or not held.minor,
        "expires_at": max(known.expires_at or expires_at, expires_at),
    }
    payments.save(unit, known, "raised", amount=request.amount, message=request.id, changes=changes)
    return Decided(NOTED, known.id)
