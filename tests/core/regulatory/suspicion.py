"""Suspicions for tests that two people concluded should be reported."""

from collections.abc import Sequence
from uuid import UUID

from core.access import approvals
from core.aml import casework, conclusions
from core.store.unit import Unit
from tests.core.aml.suspects import Office, suspected
from tests.core.people import Someone


def reported(
    unit: Unit,
    office: Office,
    customer: Someone,
    *,
    payments: Sequence[UUID] = (),
    key: str = "paid",
) -> UUID:
    """Have Halima suspect somebody and Yusuf agree that it is told; return the investigation."""
    suspected(unit, customer, key, transactions=list(payments))
    [alert] = office.alerts("open")
    case = casework.take(unit, office.halima, alert.id)
    casework.suspect(unit, office.halima, case)
    asked = conclusions.request(unit, office.halima, case, "reported", reason="Cash & <haste>")
    approvals.approve(unit, office.yusuf, asked.id, "so it is")
    return case
