"""Taking back what was authorised, all of it or a part, and what nobody captured in time."""

from uuid import UUID

from core.cards import inbox, payments, postings
from core.cards import payer as payers
from core.cards.inbox import Decided, declined
from core.cards.messages import APPROVED, Answer, Request
from core.cards.payments import CardPayment
from core.money import Money
from core.store.unit import Unit

NOTED = Answer(APPROVED)
MOST_EXPIRED = 100


def reverse(unit: Unit, request: Request) -> Answer:
    """Let go of what is held; of ``request.amount`` so much stays, which may be nothing.

    One that comes before what it reverses is remembered: the question that comes later is declined.
    """
    return inbox.once(unit, request, lambda index: _reverse(unit, request, index))


def _reverse(unit: Unit, request: Request, index: str) -> Decided:
    payer = payers.lock(unit, index, mcc=request.merchant.mcc)
    if payer is None:
        return declined("unknown_card")
    known = payments.lock(unit, request.scheme, request.ref)
    if known is None:
        one = payments.insert(
            unit,
            request,
            payer,
            payments.Begun(
                status="reversed", code=APPROVED, step="reversed", amount=Money(0, payer.currency)
            ),
        )
        return Decided(NOTED, one.id)
    if known.card != payer.card or request.amount.currency != known.amount.currency:
        return declined("no_original")
    if known.status != "approved":  # it was declined, or is over: nothing is held of it
        return Decided(NOTED, known.id)
    _let_go(unit, request, known)
    return Decided(NOTED, known.id)


def _let_go(unit: Unit, request: Request, known: CardPayment) -> None:
    stays = max(request.amount.minor - known.captured.minor, 0)
    freed = Money(max(known.held.minor - stays, 0), known.amount.currency)
    none = Money(0, known.amount.currency)
    is_open = postings.is_open(unit, known)
    if stays and (not freed.minor or not is_open):
        return  # as much as is held is to stay, or its time is over anyway
    if stays:
        postings.lower(unit, request.id, known, freed)
        changes = {"amount": known.amount - freed, "held": known.held - freed}
        payments.save(unit, known, "lowered", amount=freed, message=request.id, changes=changes)
        return
    if is_open:
        postings.let_go(unit, request.id, known)
    ended = "captured" if known.captured.minor else "reversed"
    payments.save(
        unit, known, "reversed", amount=known.held, message=request.id,
        changes={"status": ended, "held": none, "amount": known.captured},
    )  # fmt: skip


def expire_due(unit: Unit, *, most: int = MOST_EXPIRED) -> list[UUID]:
    """End approvals whose time is over, and return which.

    The ledger's own sweep gives the money back; captures that come later are taken all the same.
    """
    rows = unit.all(
        f"""
        select {payments.COLUMNS} from card_transactions
        where status = 'approved' and expires_at <= %(now)s
        order by expires_at limit %(most)s for no key update skip locked
        """,
        now=unit.now,
        most=most,
    )
    ended = [payments.read(row) for row in rows]
    for one in ended:
        payments.save(
            unit, one, "expired", amount=one.held, message=None,
            changes={
                "status": "captured" if one.captured.minor else "expired",
                "held": Money(0, one.amount.currency),
            },
        )  # fmt: skip
    return [one.id for one in ended]
