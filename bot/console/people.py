"""Names for a page: of customers, masked, and of colleagues; each kind read by one statement."""

from collections.abc import Iterable
from uuid import UUID

from core import customer_view
from core.access import staff
from core.access.approval_store import Approval
from core.crm.cases import Case
from core.store.unit import Unit


class People:
    """Gathers whom a page names, then knows what they are called."""

    def __init__(self) -> None:
        self._customers: set[UUID] = set()
        self._staff: set[UUID] = set()
        self._names: dict[UUID, str] = {}

    def of_cases(self, cases: Iterable[Case]) -> None:
        """Gather the customers and the owners of cases."""
        for case in cases:
            self.add(customers=[case.customer], colleagues=[case.assigned_to])

    def of_approvals(self, asked: Iterable[Approval]) -> None:
        """Gather whom requests are about, and who made and decided them."""
        for one in asked:
            self.add(customers=[one.customer], colleagues=[one.made_by, one.decided_by])

    def add(
        self, *, customers: Iterable[UUID | None] = (), colleagues: Iterable[UUID | None] = ()
    ) -> None:
        """Gather some more; None is nobody."""
        self._customers |= {one for one in customers if one is not None}
        self._staff |= {one for one in colleagues if one is not None}

    def load(self, unit: Unit) -> None:
        """Read the names of everybody gathered."""
        self._names |= customer_view.names(unit, list(self._customers))
        self._names |= staff.names(unit, list(self._staff))

    def name(self, who: UUID | None) -> str:
        """Return what somebody is called; nothing for nobody or a stranger."""
        return "" if who is None else self._names.get(who, "***")

    def known(self, who: UUID | None) -> bool:
        """Return whether somebody's name was gathered and found."""
        return who in self._names

    def name_of(self, who: str) -> str:
        """Return what the person with an id, as it is written, is called."""
        return self.name(UUID(who))
