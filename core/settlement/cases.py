"""Payments that a person must look into: each opens a case for operations, once.

Words of these cases name no account numbers; the payment is found by its reference.
"""

from uuid import UUID

from core.crm import cases as crm
from core.crm import failed_payments
from core.partners.orders import Order
from core.settlement import reasons
from core.settlement.store import Settlement
from core.store.unit import Unit

CHANNEL = "desk"


def no_final_word(unit: Unit, one: Settlement) -> None:
    """Tell of a payment of which nobody has said for a day what became of it."""
    _open(
        unit,
        one,
        "not_received",
        f"No final word about payout {one.reference}",
        f"{one.amount.grouped} over {one.rail}: the partner has given no final answer for a day."
        " The money stands in clearing and is asked after every hour. Ask the partner by its own"
        " channels.",
    )


def wallet_cannot_take_it(unit: Unit, one: Settlement) -> None:
    """Tell of a refund that waits for a wallet that is frozen or full."""
    _open(
        unit,
        one,
        "",
        f"Refund of payout {one.reference} cannot be paid in",
        f"{one.in_clearing.grouped} came back ({one.reason_code}) and the wallet cannot take"
        " it: it is on hold, or at its ceiling. It is tried every hour.",
    )


def other_amount(unit: Unit, one: Settlement, *, told: str) -> None:
    """Tell of a partner that names another amount than was ordered."""
    _open(
        unit,
        one,
        "amount_wrong",
        f"Payout {one.reference}: the partner tells of another amount",
        f"Ordered {one.amount.grouped}, told {told}, over {one.rail}. Settled as ordered: compare"
        " with the statement of the nostro.",
    )


def less_came_back(unit: Unit, one: Settlement) -> None:
    """Tell that less came back than had been sent."""
    _open(
        unit,
        one,
        "amount_wrong",
        f"Payout {one.reference} came back short",
        f"Sent {one.amount.grouped}, returned {one.returned.grouped} ({one.reason_code}). What came"
        " is in the wallet; ask the other bank for the rest.",
    )


def unfit_return(unit: Unit, one: Settlement) -> None:
    """Tell of money that came back of a payment that has none left to come back."""
    _open(
        unit,
        one,
        "amount_wrong",
        f"A return for payout {one.reference} fits nothing",
        f"The payment is {one.status}; nothing was booked. Compare with the statement of the"
        " nostro.",
    )


def arrived_after_all(unit: Unit, one: Settlement, *, said: str) -> None:
    """Tell of a payment that is said to have arrived, whose money the payer has again."""
    _open(
        unit,
        one,
        "amount_wrong",
        f"Payout {one.reference} may have been paid twice",
        f"It is {one.status} here, and now the partner says that it arrived. {said}".strip(),
    )


def of_failure(unit: Unit, one: Settlement) -> str:
    """Return the number of the case of a payment that failed through no fault of its payer's.

    Empty where it was theirs, and where it only could not leave in time: whoever's payment a person
    would not let go is told just that, and must hear what anybody hears.
    """
    code = one.reason_code or reasons.OTHER
    if code == reasons.TOO_LONG or reasons.reason(code).payers:
        return ""
    return failed_payments.open_case(
        unit,
        kind="payout",
        customer=one.customer,
        amount=one.amount,
        reference=one.reference,
        transaction=_transaction(unit, one.id),
        why=code,
    )


def unknown_return(unit: Unit, order: Order, *, partner: str) -> None:
    """Tell of money that came back of a payment nobody here knows."""
    crm.open_case(
        unit,
        customer=None,
        category="Transfer",
        sub_category="",
        title=f"A return over {partner} for a payment we do not know",
        description=f"Order {order.id} confirmed it; nothing was booked.",
        priority="High",
        channel=CHANNEL,
        conversation=None,
        by="system",
    )


def _open(unit: Unit, one: Settlement, sub_category: str, title: str, words: str) -> None:
    crm.open_case(
        unit,
        customer=one.customer,
        category="Transfer",
        sub_category=sub_category,
        title=title,
        description=words,
        priority="High",
        channel=CHANNEL,
        conversation=None,
        transaction=_transaction(unit, one.id),
        by="system",
    )


def _transaction(unit: Unit, settlement: UUID) -> UUID | None:
    """Return the posting that brought a payment into clearing: people at the desk can open it."""
    found: UUID | None = unit.value(
        """
        select transaction_id from hold_events
        where hold_id = %(id)s and kind = 'captured' limit 1
        """,
        id=settlement,
    )
    return found
