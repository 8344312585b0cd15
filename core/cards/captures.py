"""What merchants take: of what is held, beyond it, or without anybody having been asked.

What was approved is taken whatever was paused, frozen or blocked since. What goes beyond the hold
is taken from the wallet as far as the trade's tolerance reaches (tips, fuel) and the wallet has it;
for the rest the bank pays, and the customer owes it (`core.cards.debts`).
"""

from dataclasses import dataclass
from uuid import UUID

from core.cards import clearing, debts, inbox, payments, postings, spend
from core.cards import payer as payers
from core.cards.inbox import Decided, declined
from core.cards.messages import APPROVED, Answer, Request
from core.cards.payer import Payer
from core.cards.payments import CardPayment
from core.money import Money
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class _Split:
    """Where the money of a capture comes from."""

    held: Money
    """Of what is set aside."""
    more: Money
    """Beyond it."""
    agreed: Money
    """Of ``more``, what may be taken from the wallet."""


def clear(unit: Unit, request: Request) -> Answer:
    """Take what a merchant presents, or pay back what one refunds; it is always acknowledged.

    Without a payment that it belongs to, a capture is taken as one that nobody was asked for.
    """
    return inbox.once(unit, request, lambda index: _clear(unit, request, index))


def _clear(unit: Unit, request: Request, index: str) -> Decided:
    payer = payers.lock(unit, index, mcc=request.merchant.mcc)
    if payer is None:
        return declined("unknown_card")
    if request.amount.currency != payer.currency or not request.amount.minor:
        return declined("currency")
    known = payments.lock(unit, request.scheme, request.ref)
    if known is not None and known.card != payer.card:
        return declined("no_original")
    if request.what == "refund":
        return _refund(unit, request, payer, known)
    if known is None:
        known = payments.insert(
            unit,
            request,
            payer,
            payments.Begun(
                status="captured", code=APPROVED, step="forced", amount=request.amount, forced=True
            ),
        )
    return _capture(unit, request, payer, known)


def _capture(unit: Unit, request: Request, payer: Payer, one: CardPayment) -> Decided:
    split = _split(unit, one, request.amount, payer.trade.over_points)
    rest = one.held if one.status == "approved" else Money(0, one.amount.currency)
    if split.held.minor:
        rest = postings.capture(unit, request.id, one, split.held, final=request.final)
    elif request.final and rest.minor:
        rest = _ended(unit, request, one)
    owed = Money(0, one.amount.currency)
    if split.more.minor:
        taken = postings.take_more(unit, request.id, one, split.more, agreed=split.agreed)
        owed = taken.owed
        debts.owe(unit, request.id, one, owed=owed, agreed=taken.wallet == split.agreed)
    clearing.note(unit, request.id, one, told=request.told, kind="captured", amount=request.amount)
    is_over = request.final or not rest.minor
    payments.save(
        unit, one, "captured", amount=request.amount, message=request.id,
        changes={
            "status": "captured" if is_over else one.status,
            "held": rest,
            "captured": one.captured + request.amount,
            "forced": one.forced or one.status == "declined",
        },
    )  # fmt: skip
    if split.more.minor:
        spend.tell_more(unit, one, payer.last4, more=split.more, owed=owed)
    return Decided(Answer(APPROVED, amount=request.amount, approval=one.approval), one.id)


def _ended(unit: Unit, request: Request, one: CardPayment) -> Money:
    """Let go of a hold that a final capture took nothing of; its time is over, most likely."""
    if postings.is_open(unit, one):
        postings.let_go(unit, request.id, one)
    return Money(0, one.amount.currency)


def _split(unit: Unit, one: CardPayment, amount: Money, over_points: int) -> _Split:
    """Tell where the money of a capture comes from.

    Beyond the hold the customer has agreed to what was authorised and is held no more, and to the
    tolerance of the trade; and to whatever a merchant takes that never asked, for the scheme makes
    the bank pay it: the customer is told, and may dispute it. To what was declined they have not.
    """
    currency = amount.currency
    held = min(amount.minor, one.held.minor) if postings.is_open(unit, one) else 0
    more = amount.minor - held
    if one.status == "declined":
        return _Split(Money(0, currency), Money(more, currency), Money(0, currency))
    if one.forced and one.hold is None:
        return _Split(Money(0, currency), Money(more, currency), Money(more, currency))
    ceiling = one.amount.minor + one.amount.minor * over_points // 10_000
    room = max(ceiling - one.captured.minor - held, 0)
    return _Split(Money(held, currency), Money(more, currency), Money(min(more, room), currency))


def _refund(unit: Unit, request: Request, payer: Payer, known: CardPayment | None) -> Decided:
    """Pay back what a merchant gives, with the payment that it is of or without."""
    one = known or payments.insert(
        unit,
        request,
        payer,
        payments.Begun(status="captured", code=APPROVED, step="forced", amount=request.amount),
    )
    paid_in = postings.refund(unit, request.id, one, request.amount)
    if not paid_in:
        debts.keep_refund(unit, request.id, one, request.amount)
    minus = Money(-request.amount.minor, request.amount.currency)
    clearing.note(unit, request.id, one, told=request.told, kind="refunded", amount=minus)
    payments.save(
        unit, one, "refunded", amount=request.amount, message=request.id,
        changes={"refunded": one.refunded + request.amount},
    )  # fmt: skip
    if paid_in:
        spend.tell_refunded(unit, one, payer.last4, request.amount)
    return Decided(Answer(APPROVED, amount=request.amount), one.id)


def waiting_refund(unit: Unit) -> UUID | None:
    """Try one refund that its wallet could not take before; return its id, None without one."""
    due = debts.refund_due(unit)
    if due is None:
        return None
    one = payments.lock_one(unit, due.payment)
    if postings.refund_waiting(unit, due.id, due.tries, one, due.amount):
        debts.refund_paid(unit, due)
        row = unit.one("select last4 from cards where card_id = %(card)s", card=one.card)
        spend.tell_refunded(unit, one, row.last4, due.amount)
    else:
        debts.refund_again(unit, due)
    return due.id
