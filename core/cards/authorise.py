"""May this card pay this? One function decides, whichever door the question came in by.

The order: a card we know, the security code, its status, its expiry, the PIN, the rules of the
card, monitoring, and last the money, which the ledger judges on the locked wallet. The first that
says no is the reason, for the scheme a code and for the customer words.
"""

from datetime import datetime, timedelta
from uuid import UUID

from core.cards import (
    card_pin,
    control_check,
    declines,
    inbox,
    payments,
    postings,
    spend,
    watching,
)
from core.cards import payer as payers
from core.cards.inbox import Decided, declined
from core.cards.messages import APPROVED, IN_PART, Answer, Request, approval_code, is_good
from core.cards.payer import Payer
from core.cards.payments import CardPayment
from core.errors import Refusal
from core.ledger.refusals import InsufficientFunds
from core.money import Money
from core.store.crashpoints import reached
from core.store.unit import Unit


def authorise(unit: Unit, request: Request) -> Answer:
    """Decide a payment by card, and hold its money when it may go on.

    Asked again under the same id it says what it said. A reference that is known and approved is
    raised by the amount. Nothing asked for (an amount of zero) is only a question whether the card
    is good, and so is a refund: its money comes when it is cleared.
    """
    answer = inbox.once(unit, request, lambda index: _decide(unit, request, index))
    reached("card.decided")
    return answer


def _decide(unit: Unit, request: Request, index: str) -> Decided:
    payer = payers.lock(unit, index, mcc=request.merchant.mcc)
    if payer is None:
        return declined("unknown_card")
    known = payments.lock(unit, request.scheme, request.ref)
    if known is not None:
        return _raise(unit, request, payer, known)
    why = _card_says_no(unit, request, payer)
    if request.what == "refund" or not request.amount.minor:
        return declined(why) if why else Decided(Answer(APPROVED, amount=request.amount))
    why = why or _rules_say_no(unit, request, payer, whole=request.amount)
    if why:
        return _decline(unit, request, payer, why)
    return _hold(unit, request, payer)


def _card_says_no(unit: Unit, request: Request, payer: Payer) -> str:
    """Return why the card itself does not pay, or nothing. A wrong PIN is counted all the same."""
    pin = card_pin.judge(unit, payer.card, request.pin, needed=request.what == "cash")
    if request.code_matches is False:
        return "security_code"
    if payer.status != "active":
        return declines.BY_STATUS[payer.status]
    if not is_good(payer.expires_on, request.expiry, payer.day(unit.now)):
        return "expired"
    if pin:
        return pin
    return "currency" if request.amount.currency != payer.currency else ""


def _rules_say_no(
    unit: Unit, request: Request, payer: Payer, *, payment: UUID | None = None, whole: Money
) -> str:
    broken = control_check.check(unit, request, payer, payment=payment, whole=whole)
    return broken or watching.judge(unit, request, payer)


def _hold(unit: Unit, request: Request, payer: Payer) -> Decided:
    expires_at = unit.now + timedelta(days=payer.trade.hold_days)
    hold, amount = request.id, request.amount
    why, left = _set_aside(unit, hold, request, payer, amount, expires_at)
    if why == "funds" and left.minor > 0 and request.partial and request.what == "purchase":
        hold, amount = postings.part_of(hold), left
        why, _ = _set_aside(unit, hold, request, payer, amount, expires_at)
    if why:
        return _decline(unit, request, payer, why)
    code = APPROVED if amount == request.amount else IN_PART
    one = payments.insert(
        unit,
        request,
        payer,
        payments.Begun(
            status="approved",
            code=code,
            step="approved",
            amount=amount,
            approval=approval_code(request.id),
            hold=hold,
            held=amount,
            expires_at=expires_at,
        ),
    )
    spend.tell_spent(unit, payer, one, amount)
    return Decided(Answer(code, amount=amount, approval=one.approval), one.id)


def _set_aside(
    unit: Unit, hold: UUID, request: Request, payer: Payer, amount: Money, expires_at: datetime
) -> tuple[str, Money]:
    """Hold an amount; return why the ledger did not, or nothing, and what the wallet had free."""
    left = Money(0, payer.currency)
    try:
        postings.hold(unit, hold, payer, what=request.what, amount=amount, expires_at=expires_at)
    except InsufficientFunds as refused:
        return "funds", Money.load(refused.facts["available"])
    except Refusal as refused:
        return declines.of_refusal(refused), left
    return "", left


def _decline(unit: Unit, request: Request, payer: Payer, reason: str) -> Decided:
    asked = request.amount
    if asked.currency != payer.currency:  # what it would come to, nobody has said
        asked = Money(0, payer.currency)
    one = payments.insert(
        unit,
        request,
        payer,
        payments.Begun(
            status="declined",
            code=declines.CODES[reason],
            step="declined",
            amount=asked,
            reason=reason,
        ),
    )
    spend.tell_declined(unit, payer, one)
    return declined(reason, one.id)


def _raise(unit: Unit, request: Request, payer: Payer, known: CardPayment) -> Decided:
    """Hold more for a payment that was approved: a longer stay, a bigger tank."""
    if known.card != payer.card or known.kind != request.what:
        return declined("repeated", known.id)
    if known.status != "approved" or not postings.is_open(unit, known):
        return declined("no_original" if known.status != "declined" else "repeated", known.id)
    why = _card_says_no(unit, request, payer)
    why = why or _rules_say_no(
        unit, request, payer, payment=known.id, whole=known.amount + request.amount
    )
    expires_at = unit.now + timedelta(days=payer.trade.hold_days)
    if not why:
        try:
            postings.raise_(unit, request.id, known, request.amount, expires_at=expires_at)
        except Refusal as refused:
            why = declines.of_refusal(refused)
    if why:
        payments.save(
            unit, known, "raise_declined", amount=request.amount, message=request.id,
            code=declines.CODES[why], reason=why, changes={},
        )  # fmt: skip
        spend.tell_declined(unit, payer, known, reason=why, amount=request.amount)
        return declined(why, known.id)
    changes = {
        "amount": known.amount + request.amount,
        "held": known.held + request.amount,
        "expires_at": max(known.expires_at or expires_at, expires_at),
    }
    one = payments.save(
        unit, known, "raised", amount=request.amount, message=request.id, changes=changes
    )
    spend.tell_spent(unit, payer, one, request.amount)
    return Decided(Answer(APPROVED, amount=request.amount, approval=known.approval), known.id)
