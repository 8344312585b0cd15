"""The money of a payment that leaves, posting by posting.

Set aside in the wallet, for the clearing account of its rail; captured into clearing when it
leaves; from clearing to the nostro when it has arrived, or back to the wallet. The fee is held
beside it as a posting of its own, taken when it has arrived. Every posting has an id that follows
from the payment's, so that nothing happens twice, and uses the stripe that the payment's id picks,
so that each stripe of a clearing account comes to zero by itself.
"""

from datetime import timedelta
from uuid import UUID, uuid5

from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.settlement.rails import Rail
from core.settlement.store import Settlement
from core.store.crashpoints import reached
from core.store.unit import Unit

HELD_FOR = timedelta(days=30)
"""How long an amount stays set aside at most; no payment waits that long (`sending.GIVEN_UP`)."""
FEE_HELD_FOR = timedelta(days=364)
"""A payment that left may wait for its final word longer than any that has not."""


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
    fees = _account(unit, "fees", fee, id)
    book.lock_holds(unit, [], accounts=[wallet, clearing, fees])
    for hold_id, type_, to, money, held_for in (
        (id, "withdrawal", clearing, amount, HELD_FOR),
        (fee_hold(id), "fee", fees, fee, FEE_HELD_FOR),
    ):
        if money.minor:
            book.authorise(
                unit,
                id=hold_id,
                type=type_,
                leg=book.Leg(wallet, to, money),
                wallet=wallet,
                expires_at=unit.now + held_for,
                reference=reference,
            )


def into_clearing(unit: Unit, one: Settlement, *, held_for: Rail, rail: Rail) -> None:
    """Bring the amount into the clearing account of a rail, from the wallet or another rail's.

    ``held_for`` is the rail it was set aside for, or that it stands in clearing for.

    :raises HoldExpired: if it was set aside for too long
    :raises HoldClosed: if it is not set aside any more
    """
    step = f"attempt {one.attempts + 1}"
    if one.clearing is None:
        book.capture(unit, id=uuid5(one.id, "capture"), hold=one.id, final=True)
    stands = one.clearing or held_for.clearing
    if stands != rail.clearing:
        leg = book.Leg(
            _account(unit, stands, one.amount, one.id),
            _account(unit, rail.clearing, one.amount, one.id),
            one.amount,
        )
        _post(unit, one, f"reroute {step}", type="reroute", legs=[leg], wallet=None)


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
    if one.fee.minor:
        book.capture(unit, id=uuid5(one.id, "take fee"), hold=fee_hold(one.id), final=True)


def release(unit: Unit, one: Settlement) -> None:
    """Let go of what is still set aside: all of it before the payment left, the fee after."""
    holds = [fee_hold(one.id)] if one.fee.minor else []
    if one.clearing is None:
        holds.insert(0, one.id)
    book.lock_holds(unit, holds)
    for each in holds:
        found = book.hold(unit, each)
        if found is not None and found.status == "open" and found.expires_at > unit.now:
            book.void(unit, id=uuid5(each, "void"), hold=each)


def give_back(unit: Unit, one: Settlement) -> bool:
    """Bring what stands in clearing back to the wallet; return whether the wallet took it.

    A wallet that is frozen or full does not. Each try is a posting of its own, for what the ledger
    refused once stays refused.
    """
    if one.clearing is None:
        raise LookupError("nothing of it stands in clearing")
    clearing = _account(unit, one.clearing, one.amount, one.id)
    return _to_wallet(unit, one, clearing, one.in_clearing)


def bring_back(unit: Unit, one: Settlement, rail: Rail, amount: Money) -> bool:
    """Bring what came back from the nostro to the wallet; return whether the wallet took it.

    Where it did not, the money stands in clearing.
    """
    nostro = _account(unit, rail.nostro, amount, one.id)
    clearing = _account(unit, rail.clearing, amount, one.id)
    book.lock_holds(unit, [], accounts=[one.wallet, nostro, clearing])
    if _to_wallet(unit, one, nostro, amount):
        return True
    leg = book.Leg(nostro, clearing, amount)
    _post(unit, one, "back in clearing", type="settlement", legs=[leg], wallet=None)
    return False


def charge_return(unit: Unit, one: Settlement, fee: Money) -> bool:
    """Charge for a return that came of what the payer wrote; return whether the wallet had it."""
    if not fee.minor:
        return False
    leg = book.Leg(one.wallet, _account(unit, "fees", fee, one.id), fee)
    return _taken(unit, one, "return fee", type="fee", leg=leg)


def refund_fee(unit: Unit, one: Settlement) -> bool:
    """Give back a fee that was not earned; return whether the wallet took it."""
    if not one.fee.minor:
        return False
    leg = book.Leg(_account(unit, "fees", one.fee, one.id), one.wallet, one.fee)
    return _taken(unit, one, "fee back", type="return", leg=leg)


def fee_hold(settlement: UUID) -> UUID:
    """Return the id of the hold that a payment's fee stands on."""
    return uuid5(settlement, "fee")


def _to_wallet(unit: Unit, one: Settlement, source: UUID, amount: Money) -> bool:
    leg = book.Leg(source, one.wallet, amount)
    taken = _taken(unit, one, f"back {one.events}", type="return", leg=leg)
    reached("payout.given_back")
    return taken


def _taken(unit: Unit, one: Settlement, step: str, *, type: str, leg: book.Leg) -> bool:  # noqa: A002
    try:
        with unit.savepoint():
            _post(unit, one, step, type=type, legs=[leg], wallet=one.wallet)
    except Refusal as refused:
        book.keep(unit, refused)
        return False
    return True


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
    holds = [fee_hold(one.id)] if one.fee.minor else []
    book.lock_holds(unit, holds, accounts=accounts)


def _account(unit: Unit, kind: str, money: Money, settlement: UUID) -> UUID:
    return book.system_account(unit, kind, money.currency, spread_by=settlement)
