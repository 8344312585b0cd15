"""The money of card payments, posting by posting.

What is authorised is held from the wallet for ``clearing_cards``; a capture moves it there, the
scheme's report moves it on to ``nostro_cards``. Every posting has an id that follows from the
message or the payment it is of, so nothing happens twice. Credit-positive, as the book is: a
capture adds to what clearing holds, a refund takes from it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from core.cards.payer import Payer
from core.cards.payments import CardPayment
from core.ledger import book
from core.ledger.reference import reference_of
from core.money import Money
from core.store.crashpoints import reached
from core.store.unit import Unit

TYPES = {"purchase": "card", "cash": "card_cash"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken beyond a hold: from the wallet, and what the customer owes for it now."""

    wallet: Money
    owed: Money


def clearing(unit: Unit, payment: UUID, currency: str) -> UUID:
    """Return the account where money of a payment stands on its way to the scheme."""
    return book.system_account(unit, "clearing_cards", currency, spread_by=payment)


def hold(
    unit: Unit,
    id: UUID,  # noqa: A002 - of the hold
    payer: Payer,
    *,
    what: str,
    amount: Money,
    expires_at: datetime,
) -> None:
    """Set an amount aside for the scheme.

    :raises Refusal: whatever `book.authorise` may refuse; the refusal is recorded
    """
    book.authorise(
        unit,
        id=id,
        type=TYPES[what],
        leg=book.Leg(payer.wallet, clearing(unit, id, payer.currency), amount),
        wallet=payer.wallet,
        expires_at=expires_at,
        reference=reference_of(id),
    )
    reached("card.held")


def is_open(unit: Unit, one: CardPayment) -> bool:
    """Return whether a payment's hold still sets something aside now."""
    if one.hold is None or not one.held.minor:
        return False
    found = book.hold(unit, one.hold)
    return found is not None and found.status == "open" and found.expires_at > unit.now


def capture(unit: Unit, message: UUID, one: CardPayment, amount: Money, *, final: bool) -> Money:
    """Take an amount of what is held, and let go of the rest if nothing more comes.

    Return what is still held. It succeeds whatever was paused or frozen since.
    """
    if one.hold is None:
        raise LookupError("what is captured is held")
    taken = book.capture(
        unit, id=uuid5(message, "capture"), hold=one.hold, amount=amount, final=final
    )
    reached("card.captured")
    return taken.rest


def let_go(unit: Unit, message: UUID, one: CardPayment) -> None:
    """Give back all that is held."""
    if one.hold is None:
        raise LookupError("what is let go of is held")
    book.void(unit, id=uuid5(message, "void"), hold=one.hold)


def lower(unit: Unit, message: UUID, one: CardPayment, amount: Money) -> None:
    """Give back a part of what is held."""
    if one.hold is None:
        raise LookupError("what is lowered is held")
    book.lower_hold(unit, id=uuid5(message, "lower"), hold=one.hold, amount=amount)


def raise_(
    unit: Unit, message: UUID, one: CardPayment, amount: Money, *, expires_at: datetime
) -> None:
    """Set more aside under the same hold.

    :raises Refusal: whatever `book.raise_hold` may refuse; the refusal is recorded
    """
    if one.hold is None:
        raise LookupError("what is raised is held")
    book.raise_hold(unit, id=message, hold=one.hold, amount=amount, expires_at=expires_at)


def take_more(
    unit: Unit, message: UUID, one: CardPayment, amount: Money, *, agreed: Money
) -> Taken:
    """Pay the scheme what a merchant takes beyond the hold, and return where it came from.

    ``agreed`` of it may be taken from the wallet, as far as the wallet has it and gives it. For the
    rest the bank pays, and is owed it: ``card_overdraft``.
    """
    clears = clearing(unit, one.id, one.amount.currency)
    owes = book.system_account(unit, "card_overdraft", one.amount.currency, spread_by=one.id)
    book.lock_holds(unit, [], accounts=[one.wallet, clears, owes])
    free = max(book.balance(unit, one.wallet).available.minor, 0)
    ours = Money(min(agreed.minor, free, amount.minor), amount.currency)
    if ours.minor and book.attempt(
        unit, lambda: _post_more(unit, uuid5(message, "more"), one, clears, owes, amount, ours)
    ):
        return Taken(ours, amount - ours)
    none = Money(0, amount.currency)
    _post_more(unit, uuid5(message, "more owed"), one, clears, owes, amount, none)
    return Taken(none, amount)


def _post_more(
    unit: Unit,
    id: UUID,  # noqa: A002
    one: CardPayment,
    clears: UUID,
    owes: UUID,
    amount: Money,
    ours: Money,
) -> None:
    legs = []
    if ours.minor:
        legs.append(book.Leg(one.wallet, clears, ours))
    if ours < amount:
        legs.append(book.Leg(owes, clears, amount - ours))
    book.post(
        unit,
        id=id,
        type="card_more",
        legs=legs,
        wallet=one.wallet,
        reference=reference_of(one.id),
    )


def refund(unit: Unit, message: UUID, one: CardPayment, amount: Money) -> bool:
    """Pay a refund into the wallet; return whether it took it.

    One that is frozen or full does not: the money waits for it in ``card_returns``.
    """
    clears = clearing(unit, one.id, one.amount.currency)
    waits = book.system_account(unit, "card_returns", one.amount.currency, spread_by=one.id)
    book.lock_holds(unit, [], accounts=[one.wallet, clears, waits])
    if book.attempt(unit, lambda: _refund(unit, uuid5(message, "refund"), one, amount, clears)):
        return True
    book.post(
        unit,
        id=uuid5(message, "refund waits"),
        type="card_refund",
        legs=[book.Leg(clears, waits, amount)],
        wallet=None,
        reference=reference_of(one.id),
    )
    return False


def _refund(
    unit: Unit,
    id: UUID,  # noqa: A002
    one: CardPayment,
    amount: Money,
    source: UUID,
) -> None:
    book.post(
        unit,
        id=id,
        type="card_refund",
        legs=[book.Leg(source, one.wallet, amount)],
        wallet=one.wallet,
        reference=reference_of(one.id),
    )


def refund_waiting(
    unit: Unit, return_id: UUID, tries: int, one: CardPayment, amount: Money
) -> bool:
    """Try again to pay a refund that waits into its wallet; return whether it took it."""
    waits = book.system_account(unit, "card_returns", one.amount.currency, spread_by=one.id)
    book.lock_holds(unit, [], accounts=[one.wallet, waits])
    id_ = uuid5(return_id, f"refund {tries}")
    return book.attempt(unit, lambda: _refund(unit, id_, one, amount, waits))


def pay_debt(unit: Unit, debt: UUID, tries: int, one: CardPayment, rest: Money) -> Money:
    """Take of a debt what the wallet has free, and return it; nothing where it gives nothing."""
    owes = book.system_account(unit, "card_overdraft", one.amount.currency, spread_by=one.id)
    book.lock_holds(unit, [], accounts=[one.wallet, owes])
    free = max(book.balance(unit, one.wallet).available.minor, 0)
    amount = Money(min(free, rest.minor), rest.currency)
    none = Money(0, rest.currency)
    if not amount.minor:
        return none

    def pay() -> None:
        book.post(
            unit,
            id=uuid5(debt, f"paid {tries}"),
            type="card_debt",
            legs=[book.Leg(one.wallet, owes, amount)],
            wallet=one.wallet,
            reference=reference_of(one.id),
        )

    return amount if book.attempt(unit, pay) else none


def settle(unit: Unit, id: UUID, net: Money) -> None:  # noqa: A002
    """Pay the scheme what a report nets to, out of clearing; below zero it pays us."""
    clears = book.system_account(unit, "clearing_cards", net.currency)
    nostro = book.system_account(unit, "nostro_cards", net.currency)
    amount = Money(abs(net.minor), net.currency)
    leg = book.Leg(clears, nostro, amount) if net.minor > 0 else book.Leg(nostro, clears, amount)
    book.post(unit, id=id, type="settlement", legs=[leg], wallet=None)


def part_of(hold: UUID) -> UUID:
    """Return the id of the hold of a part, where all of it could not be held."""
    return uuid5(hold, "part")
