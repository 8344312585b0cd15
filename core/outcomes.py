"""Who hears of the answers to an order: by its subject, the engine that owes it.

What an engine does about a final word happens in the unit that moves the order's status, so both
are written down together or not at all.
"""

from collections.abc import Mapping

from core.bills import outcomes as bills
from core.cards import outcomes as cards
from core.deposits import outcomes as deposits
from core.fx import hedge_outcomes
from core.kyc_review import outcomes as kyc
from core.partners.answers import Answer, Heard, Unclear
from core.partners.order_queue import Noted
from core.partners.orders import Order
from core.settlement import outcomes as settlements
from core.store.unit import Unit

HEARD: Mapping[str, Heard] = {
    "airtime": bills.AIRTIME,
    "bill": bills.BILLS,
    "card": cards.HEARD,
    "deposit": deposits.DEPOSIT,
    "hedge": hedge_outcomes.HEDGES,
    "kyc_document": kyc.CHECKS,
    "receipt": deposits.RECEIPT,
    "return": settlements.RETURNS,
    "settlement": settlements.PAYMENTS,
}
"""One line for each subject: its engine's functions. What they may do is told by `Heard`."""


def tell(unit: Unit, order: Order, noted: Noted, answer: Answer) -> None:
    """Tell the engine that owes an order what came of it; nothing when nothing new did.

    :raises LookupError: if nobody is known for the order's subject
    """
    match noted.heard:
        case "done":
            _heard(order).done(unit, order, answer)
        case "refused":
            _heard(order).refused(unit, order, answer)
        case "accepted":
            _heard(order).accepted(unit, order, answer)


def tell_stuck(unit: Unit, order: Order) -> None:
    """Tell the engine that owes an order that a day has passed without a final word.

    :raises LookupError: if nobody is known for the order's subject
    """
    _heard(order).stuck(unit, order, Unclear("no final word within a day"))


def _heard(order: Order) -> Heard:
    found = HEARD.get(order.subject)
    if found is None:
        raise LookupError(f"nobody hears of orders for {order.subject}")
    return found
