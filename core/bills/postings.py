"""The money of airtime and bills, posting by posting.

From the wallet into clearing when it is ordered; from clearing to where the bank pays the partner
from when it happened, or back to the wallet when it did not. The fee is held beside it and taken
when it happened. Every posting has an id that follows from the payment's, so nothing happens twice.
"""

from uuid import UUID, uuid5

from core.bills.store import Bought, Kind
from core.fees import held
from core.ledger import book
from core.money import Money
from core.store.crashpoints import reached
from core.store.unit import Unit

CLEARING = {"airtime": "clearing_airtime", "bill": "clearing_bills"}
PAID_FROM = {"airtime": "prepaid_airtime", "bill": "nostro_central"}


def take(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's
    kind: Kind,
    wallet: UUID,
    amount: Money,
    fee: Money,
    reference: str,
) -> bool:
    """Take the amount into clearing and hold the fee; return whether that was done before.

    :raises Refusal: whatever `book.post` and `book.authorise` may refuse
    """
    clearing = _account(unit, CLEARING[kind], amount, id)
    book.lock_holds(unit, [], accounts=[wallet, clearing, held.account(unit, id, fee)])
    posted = book.post(
        unit,
        id=id,
        type="payment",
        legs=[book.Leg(wallet, clearing, amount)],
        wallet=wallet,
        reference=reference,
    )
    if not posted.replayed:
        held.hold(unit, id, wallet=wallet, fee=fee, reference=reference)
    reached("bill.taken")
    return posted.replayed


def settle(unit: Unit, one: Bought, *, discount: Money) -> None:
    """Pay the partner out of clearing and take the fee; a ``discount`` is the bank's to keep."""
    clearing = _account(unit, CLEARING[one.kind], one.amount, one.id)
    paid_from = _account(unit, PAID_FROM[one.kind], one.amount, one.id)
    earned = _account(unit, "commission_income", one.amount, one.id)
    _lock(unit, one, clearing, paid_from, earned)
    legs = [book.Leg(clearing, paid_from, one.amount - discount)]
    if discount.minor:
        legs.append(book.Leg(clearing, earned, discount))
    book.post(
        unit,
        id=uuid5(one.id, "settle"),
        type="settlement",
        legs=legs,
        wallet=None,
        reference=one.reference,
    )
    held.take(unit, one.id, one.fee)


def give_back(unit: Unit, one: Bought) -> bool:
    """Let go of the fee and bring the amount back; return whether the wallet took it.

    One that is frozen or full does not. Each try is a posting of its own, for what the ledger
    refused once stays refused.
    """
    clearing = _account(unit, CLEARING[one.kind], one.amount, one.id)
    _lock(unit, one, one.wallet, clearing)
    book.let_go(unit, held.holds(one.id, one.fee))
    return book.attempt(
        unit,
        lambda: book.post_return(
            unit,
            id=uuid5(one.id, f"back {one.tries}"),
            paid=one.id,
            leg=book.Leg(clearing, one.wallet, one.amount),
            wallet=one.wallet,
            reference=one.reference,
        ),
    )


def _lock(unit: Unit, one: Bought, *accounts: UUID) -> None:
    book.lock_holds(unit, held.holds(one.id, one.fee), accounts=accounts)


def _account(unit: Unit, kind: str, money: Money, payment: UUID) -> UUID:
    return book.system_account(unit, kind, money.currency, spread_by=payment)
