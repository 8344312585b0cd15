"""Who is paid by a plan and is no customer: compared with the lists when the plan is made.

Customers are compared for themselves, billers when they are contracted with, and airtime has no
payee. Whom a list names later is stopped on the day, as any payment to them is.
"""

from uuid import UUID

from core.plans.payer import Details
from core.settlement import payees
from core.store.unit import Unit

PAYOUT = "payout"
"""The kind of plans that pay somebody who is no customer."""


def compare(unit: Unit, customer: UUID, *, kind: str, details: Details) -> UUID | None:
    """Compare whom a plan pays; return the id they were compared under, None where nobody is.

    Nothing is refused: each payment is decided on its day.
    """
    if kind != PAYOUT:
        return None
    return payees.compare(unit, customer, bank_id=details["bank_id"], name=details["name"])
