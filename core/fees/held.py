"""A fee beside a payment that has no final word yet: set aside with it, taken when it arrived.

It is a hold of its own, whose id follows from the payment's. Who sets both aside locks all accounts
of both first (`book.lock_holds`), and the holds of both before either is ended.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from core.ledger import book
from core.money import Money
from core.store.unit import Unit

HELD_FOR = timedelta(days=364)
"""A payment that left may wait for its final word longer than any that has not."""


def hold_id(payment: UUID) -> UUID:
    """Return the id of the hold that a payment's fee stands on."""
    return uuid5(payment, "fee")


def holds(payment: UUID, fee: Money) -> list[UUID]:
    """Return the hold of a payment's fee, to be locked with others; none where it is free."""
    return [hold_id(payment)] if fee.minor else []


def account(unit: Unit, payment: UUID, fee: Money) -> UUID:
    """Return the account of the bank that a payment's fee goes to."""
    return book.system_account(unit, "fees", fee.currency, spread_by=payment)


def hold(
    unit: Unit,
    payment: UUID,
    *,
    wallet: UUID,
    fee: Money,
    reference: str,
    expires_at: datetime | None = None,
) -> None:
    """Set a fee aside in the payer's wallet, for a year less a day unless told; none is nothing.

    :raises Refusal: whatever `book.authorise` may refuse
    """
    if not fee.minor:
        return
    book.authorise(
        unit,
        id=hold_id(payment),
        type="fee",
        leg=book.Leg(wallet, account(unit, payment, fee), fee),
        wallet=wallet,
        expires_at=expires_at or unit.now + HELD_FOR,
        reference=reference,
    )


def take(unit: Unit, payment: UUID, fee: Money) -> None:
    """Take a fee that was set aside: the payment has arrived.

    :raises Refusal: whatever `book.capture` may refuse
    """
    if fee.minor:
        book.capture(unit, id=uuid5(payment, "take fee"), hold=hold_id(payment), final=True)
