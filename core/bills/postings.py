"""The money of airtime and bills, posting by posting.

From the wallet into clearing when it is ordered; from clearing to where the bank pays the partner
from when it happened, or back to the wallet when it did not. The fee is held beside it and taken
when it happened. Every posting has an id that follows from the payment's, so nothing happens twice.
"""

from datetime import timedelta
from uuid import UUID, uuid5

from core.bills.store import Bought, Kind
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.store.crashpoints import reached
from core.store.unit import Unit

CLEARING = {"airtime": "clearing_airtime", "bill": "clearing_bills"}
PAID_FROM = {"airtime": "prepaid_airtime", "bill": "nostro_central"}
FEE_HELD_FOR = timedelta(days=364)


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
    fees = _account(unit, "fees", fee, id)
    book.lock_holds(unit, [], accounts=[wallet, clearing, fees])
    posted = book.post(
        unit,
        id=id,
        type="payment",
        legs=[book.Leg(wallet, clearing, amount)],
        wallet=wallet,
        reference=reference,
    )
    if fee.minor and not posted.replayed:
        book.authorise(
            unit,
            id=fee_hold(id),
            type="fee",
            leg=book.Leg(wallet, fees, fee),
            wallet=wallet,
            expires_at=unit.now + FEE_HELD_FOR,
            reference=reference,
        )
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
    _post(unit, one, "settle", type="settlement", legs=legs, wallet=None)
    if one.fee.minor:
        book.capture(unit, id=uuid5(one.id, "take fee"), hold=fee_hold(one.id), final=True)


def give_back(unit: Unit, one: Bought) -> bool:
    """Let go of the fee and bring the amount back; return whether the wallet took it.

    One that is frozen or full does not. Each try is a posting of its own, for what the ledger
    refused once stays refused.
    """
    clearing = _account(unit, CLEARING[one.kind], one.amount, one.id)
    _lock(unit, one, one.wallet, clearing)
    _release_fee(unit, one)
    leg = book.Leg(clearing, one.wallet, one.amount)
    try:
        with unit.savepoint():
            _post(unit, one, f"back {one.tries}", type="return", legs=[leg], wallet=one.wallet)
    except Refusal as refused:
        book.keep(unit, refused)
        return False
    return True


def _release_fee(unit: Unit, one: Bought) -> None:
    if not one.fee.minor:
        return
    held = book.hold(unit, fee_hold(one.id))
    if held is not None and held.status == "open" and held.expires_at > unit.now:
        book.void(unit, id=uuid5(one.id, "void fee"), hold=fee_hold(one.id))


def fee_hold(payment: UUID) -> UUID:
    """Return the id of the hold that a payment's fee stands on."""
    return uuid5(payment, "fee")


def _post(
    unit: Unit,
    one: Bought,
    step: str,
    *,
    type: str,  # noqa: A002 - the column's name
    legs: list[book.Leg],
    wallet: UUID | None,
) -> None:
    book.post(
        unit, id=uuid5(one.id, step), type=type, legs=legs, wallet=wallet, reference=one.reference
    )


def _lock(unit: Unit, one: Bought, *accounts: UUID) -> None:
    holds = [fee_hold(one.id)] if one.fee.minor else []
    book.lock_holds(unit, holds, accounts=accounts)


def _account(unit: Unit, kind: str, money: Money, payment: UUID) -> UUID:
    return book.system_account(unit, kind, money.currency, spread_by=payment)
