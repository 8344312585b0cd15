"""The money of a payment that leaves, posting by posting.

Set aside in the wallet, for the clearing account of its rail; captured into clearing when it
leaves; from clearing to the nostro when it has arrived, or back to the wallet. The fee is held
beside it as a posting of its own, taken when it has arrived. Every posting has an id that follows
from the payment's, so that nothing happens twice, and uses the stripe that the payment's id picks,
so that each stripe of a clearing account comes to zero by itself.
"""

from datetime import timedelta
from uuid import UUID, uuid5

from core.fees import held
from core.ledger import book
from core.money import Money
from core.settlement.rails import Rail
from core.settlement.store import Settlement
from core.store.crashpoints import reached
from core.store.unit import Unit

HELD_FOR = timedelta(days=30)
"""How long an amount stays set aside at most; no payment waits that long (`sending.GIVEN_UP`)."""


def hold(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the payment's
    wallet: UUID,
    rail: Rail,
    amount: Money,
    fee: Money,
    reference: str,
) -> None:
    """Set amount and fee aside in the wallet.

    :raises Refusal: whatever `book.authorise` may refuse
    """
    clearing = _account(unit, rail.clearing, amount, id)
    book.lock_holds(unit, [], accounts=[wallet, clearing, held.account(unit, id, fee)])
    book.authorise(
        unit,
        id=id,
        type="withdrawal",
        leg=book.Leg(wallet, clearing, amount),
        wallet=wallet,
        expires_at=unit.now + HELD_FOR,
        reference=reference,
    )
    held.hold(unit, id, wallet=wallet, fee=fee, reference=reference)


def into_clearing(unit: Unit, one: Settlement, *, rail: Rail) -> None:
    """Bring the amount into the clearing account of a rail, from the wallet or another rail's.

    What was set aside is captured to where it was set aside for: while the payment waited another
    rail may have become the better one, more than once.

    :raises HoldExpired: if it was set aside for too long
    :raises HoldClosed: if it is not set aside any more
    """
    step = f"attempt {one.attempts + 1}"
    wanted = _account(unit, rail.clearing, one.amount, one.id)
    held_yet = one.clearing is None
    stands = _stands_at(unit, one)
    book.lock_holds(unit, [one.id] if held_yet else [], accounts=[stands, wanted])
    if held_yet:
        book.capture(unit, id=uuid5(one.id, "capture"), hold=one.id, final=True)
    if stands != wanted:
        legs = [book.Leg(stands, wanted, one.amount)]
        _post(unit, one, f"reroute {step}", type="reroute", legs=legs, wallet=None)


def _stands_at(unit: Unit, one: Settlement) -> UUID:
    """Return the clearing account of a payment: where it is, or where its hold leads."""
    if one.clearing is not None:
        return _account(unit, one.clearing, one.amount, one.id)
    hold = book.hold(unit, one.id)
    if hold is None:
        raise LookupError("a payment that waits is set aside")
    return hold.credit


def settle(unit: Unit, one: Settlement, rail: Rail) -> None:
    """Let the nostro pay what arrived, and take the fee."""
    clearing = _account(unit, rail.clearing, one.amount, one.id)
    nostro = _account(unit, rail.nostro, one.amount, one.id)
    _lock(unit, one, clearing, nostro)
    _post(
        unit,
        one,
        "settle",
        type="settlement",
        legs=[book.Leg(clearing, nostro, one.amount)],
        wallet=None,
    )
    held.take(unit, one.id, one.fee)


def release(unit: Unit, one: Settlement) -> None:
    """Let go of what is still set aside: all of it before the payment left, the fee after."""
    holds = held.holds(one.id, one.fee)
    if one.clearing is None:
        book.let_go(unit, [one.id, *holds])
        return
    # What stands in clearing goes back next.
    _lock(unit, one, _account(unit, one.clearing, one.amount, one.id))
    book.let_go(unit, holds)


def give_back(unit: Unit, one: Settlement) -> bool:
    """Bring what stands in clearing back to the wallet; return whether the wallet took it.

    A wallet that is frozen or full does not. Each try is a posting of its own, for what the ledger
    refused once stays refused.
    """
    if one.clearing is None:
        raise LookupError("nothing of it stands in clearing")
    clearing = _account(unit, one.clearing, one.amount, one.id)
    _lock(unit, one, clearing)
    return _to_wallet(unit, one, clearing, one.in_clearing)


def bring_back(unit: Unit, one: Settlement, rail: Rail, amount: Money) -> bool:
    """Bring what came back from the nostro to the wallet; return whether the wallet took it.

    Where it did not, the money stands in clearing.
    """
    nostro = _account(unit, rail.nostro, amount, one.id)
    clearing = _account(unit, rail.clearing, amount, one.id)
    _lock(unit, one, nostro, clearing)
    if _to_wallet(unit, one, nostro, amount):
        return True
    leg = book.Leg(nostro, clearing, amount)
    _post(unit, one, "back in clearing", type="settlement", legs=[leg], wallet=None)
    return False


def charge_return(unit: Unit, one: Settlement, fee: Money) -> bool:
    """Charge for a return that came of what the payer wrote; return whether the wallet had it."""
    if not fee.minor:
        return False
    legs = [book.Leg(one.wallet, held.account(unit, one.id, fee), fee)]
    return book.attempt(
        unit, lambda: _post(unit, one, "return fee", type="fee", legs=legs, wallet=one.wallet)
    )


def refund_fee(unit: Unit, one: Settlement) -> bool:
    """Give back a fee that was not earned; return whether the wallet took it."""
    if not one.fee.minor:
        return False
    leg = book.Leg(held.account(unit, one.id, one.fee), one.wallet, one.fee)
    return _home(unit, one, "fee back", paid=held.hold_id(one.id), leg=leg)


def _to_wallet(unit: Unit, one: Settlement, source: UUID, amount: Money) -> bool:
    leg = book.Leg(source, one.wallet, amount)
    taken = _home(unit, one, f"back {one.events}", paid=one.id, leg=leg)
    reached("payout.given_back")
    return taken


def _home(unit: Unit, one: Settlement, step: str, *, paid: UUID, leg: book.Leg) -> bool:
    return book.attempt(
        unit,
        lambda: book.post_return(
            unit,
            id=uuid5(one.id, step),
            paid=paid,
            leg=leg,
            wallet=one.wallet,
            reference=one.reference,
        ),
    )


def _post(
    unit: Unit,
    one: Settlement,
    step: str,
    *,
    type: str,  # noqa: A002 - the column's name
    legs: list[book.Leg],
    wallet: UUID | None,
) -> None:
    book.post(
        unit,
        id=uuid5(one.id, step),
        type=type,
        legs=legs,
        wallet=wallet,
        reference=one.reference,
    )


def _lock(unit: Unit, one: Settlement, *accounts: UUID) -> None:
    """Lock the fee's hold and all accounts that a payment's money and its fees may move between.

    What ends a payment posts more than once, so it takes all locks first, in the ledger's order.
    """
    fees = held.account(unit, one.id, one.fee)
    book.lock_holds(unit, held.holds(one.id, one.fee), accounts=[one.wallet, fees, *accounts])


def _account(unit: Unit, kind: str, money: Money, settlement: UUID) -> UUID:
    return book.system_account(unit, kind, money.currency, spread_by=settlement)
