"""Payments that leave and that a person looks at first: released, refused, or nobody did in time.

Whichever way one ends that is not made, its payer hears that it could not leave in time. What is
written down is what any payment leaves behind that had to wait: the staff of operations read it.
"""

from uuid import UUID

from core.monitoring import reviews
from core.settlement import endings, reasons, store
from core.settlement.starting import WAITS_FOR
from core.settlement.store import Settlement
from core.store.crashpoints import reached
from core.store.unit import Unit


class NotReviewed(LookupError):
    """No such payment waits for a person any more."""


def lock(unit: Unit, payment: UUID) -> None:
    """Lock the row of a payment that leaves, or left, which its review is locked after."""
    store.lock(unit, payment)


def release(unit: Unit, payment: UUID) -> None:
    """Let a payment leave as soon as its rail takes it. The caller has locked its review.

    :raises NotReviewed: if it does not wait for a person any more
    """
    one = _lock(unit, payment)
    store.move(
        unit,
        one,
        one.status,
        event="waits",
        changes={"due_at": unit.now, "waits_for": "turn"},
    )
    reached("payout.released")


def give_back(unit: Unit, payment: UUID) -> None:
    """Let go of what was set aside for a payment, and tell its payer that it is not made.

    :raises NotReviewed: if it does not wait for a person any more
    """
    _not_made(unit, _lock(unit, payment))


def over(unit: Unit, one: Settlement) -> None:
    """End a locked payment that nobody looked at in time."""
    _not_made(unit, one)
    reviews.ended(unit, one.id, "expired")


def _not_made(unit: Unit, one: Settlement) -> None:
    endings.fail(unit, one, code=reasons.TOO_LONG, event="given_up")
    reached("payout.not_made")


def _lock(unit: Unit, payment: UUID) -> Settlement:
    one = store.lock(unit, payment)
    if one is None or one.waits_for != WAITS_FOR:
        raise NotReviewed
    return one
