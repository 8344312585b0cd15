"""Suspicions for tests: alerts about somebody, and people of compliance who look into them."""

from uuid import UUID

from core.access import approvals
from core.access.actors import Actor
from core.aml import alert_list, casework
from core.aml.alert_list import Alert, Asked
from core.aml.alerts import raise_alert
from core.aml.cases import Case, find
from core.approvals.catalog import KINDS
from core.store.unit import Unit
from tests.core.people import Someone
from tests.support.desk import hired


def suspected(unit: Unit, customer: Someone, key: str = "structuring 1", **other: object) -> None:
    """Raise an alert about a customer."""
    given: dict[str, object] = {
        "type": "structuring",
        "severity": "high",
        "customer": customer.id,
        "transactions": [],
        "facts": {"in 24 hours": "KES 1,960,000.00"},
        "source": "typology structuring 1",
        "key": key,
    }
    raise_alert(unit, **(given | other))  # type: ignore[arg-type]


class Office:
    """Two people of compliance, who know each other's work."""

    def __init__(self, unit: Unit) -> None:
        approvals.register(KINDS)
        self.unit = unit
        self.halima: Actor = hired(unit, "compliance")
        self.yusuf: Actor = hired(unit, "compliance")

    def alerts(self, view: str = "all") -> list[Alert]:
        return alert_list.page(self.unit, self.halima, Asked(view=view))  # type: ignore[arg-type]

    def taken(self, customer: Someone, key: str = "structuring 1") -> UUID:
        """Raise an alert and have Halima look into it; return the investigation."""
        suspected(self.unit, customer, key)
        [alert] = self.alerts("open")
        return casework.take(self.unit, self.halima, alert.id)

    def case(self, case_id: UUID) -> Case:
        return find(self.unit, self.yusuf, case_id)
