"""What a status says, in the few words that every engine understands. In doubt it is unclear."""

from core.iso.messages import REJECTED, SETTLED, Status
from core.partners.answers import Accepted, Done, NotKnown, Refused, Unclear
from core.partners.orders import Order

ON_THE_WAY = frozenset({"RCVD", "ACTC", "ACCP", "ACSP", "ACWC", "ACWP", "PDNG", "PATC"})
DUPLICATE = frozenset({"AM05", "DUPL"})
"""Reasons that say there is a payment of this id already: something did happen."""
NO_REASON = "MS03"


def verdict(told: Status, order: Order) -> Accepted | Done | Refused | NotKnown | Unclear:
    """Return what a status of the switch's says of an order.

    A status of an earlier order with the same end-to-end id says that this one was never seen.
    """
    if told.end_to_end != order.body["end_to_end"]:
        return Unclear("a status of another payment", failure=False)
    if told.original and told.original != order.key:
        return NotKnown()
    return _of_code(told, order)


def _of_code(told: Status, order: Order) -> Accepted | Done | Refused | Unclear:
    if told.code in SETTLED:
        amount = told.amount or order.body["amount"]
        settled_on = told.settled_on.isoformat() if told.settled_on else ""
        return Done(told.reference, {"amount": str(amount), "settled_on": settled_on})
    if told.code in ON_THE_WAY:
        return Accepted(told.reference)
    if told.code not in REJECTED:
        return Unclear(f"the status {told.code}, which nobody here knows")
    if told.reason in DUPLICATE:
        return Unclear("they have a payment of this id already", failure=False)
    return Refused(told.reason or NO_REASON, "", told.reference, told.words)
