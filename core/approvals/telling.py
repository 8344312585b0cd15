"""Telling a customer that what was asked for about them was done."""

from collections.abc import Callable

from core.access.approval_store import Approval
from core.store.outbox import queue_notice
from core.store.unit import Unit


def tell_approved(alert: str) -> Callable[[Unit, Approval], None]:
    """Return the ``tell`` of a kind that is told of with this alert, and only when approved."""

    def tell(unit: Unit, asked: Approval) -> None:
        if asked.status == "approved":
            queue_notice(unit, customer_id=asked.whose, alert=alert, facts={})

    return tell
