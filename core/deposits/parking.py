"""Money whose owner is not known or cannot have it: parked, looked into, and sent back in time."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from core.crm import cases
from core.deposits import telling
from core.deposits.matching import Owner, Why
from core.money import Money
from core.store.unit import Unit

ACCOUNT = "suspense_receipts"
CATEGORY, SUSPENSE, STUCK = "Deposit", "suspense", "stuck"
RETURNED_AFTER: Mapping[Why, timedelta] = {
    "unknown_payee": timedelta(days=7),
    "account_closed": timedelta(days=2),
    "account_frozen": timedelta(days=30),
    "over_ceiling": timedelta(days=14),
    "other_currency": timedelta(days=7),
}
"""How long money waits for its owner before it goes back to its payer. What was frozen by an order
waits longest: sending it out could be what the order forbids."""
WHY: Mapping[Why, str] = {
    "unknown_payee": "nobody here is called what the payer wrote",
    "account_closed": "the account is closed",
    "account_frozen": "the account may not receive",
    "over_ceiling": "it is more than the customer's tier may hold",
    "other_currency": "the customer has no wallet in this currency",
}


def open_case(
    unit: Unit, payment: UUID, *, owner: Owner, why: Why, amount: Money, reference: str
) -> None:
    """Have operations look into a payment that was parked, and tell its owner if there is one."""
    days = RETURNED_AFTER[why].days
    cases.open_case(
        unit,
        customer=owner.customer,
        category=CATEGORY,
        sub_category=SUSPENSE,
        title=f"{amount.grouped} came and is parked: {reference}",
        description=f"Payment {payment}: {WHY[why]}. It goes back to its payer after {days} days.",
        priority="High",
        channel="desk",
        conversation=None,
        by="system",
    )
    if owner.customer is not None:
        telling.tell_parked(unit, owner.customer, amount=amount, reference=reference)
