"""Letting somebody go, or to other work: the cases they had in hand go back into the queue."""

from uuid import UUID

from core.access import staff
from core.access.actors import Actor
from core.access.staff import Member
from core.crm import case_queue, case_takers
from core.store.unit import Unit


def deactivate(unit: Unit, by: Actor, id: UUID) -> Member:  # noqa: A002 - a colleague's id
    """Let somebody go: out everywhere at once, and without a case. Raises what `staff` does."""
    gone = staff.deactivate(unit, by, id)
    case_queue.release_all(unit, by, id)
    return gone


def change_role(unit: Unit, by: Actor, id: UUID, role: str) -> Member:  # noqa: A002
    """Give somebody another role; what that one does not take goes back. Raises as `staff`."""
    changed = staff.change_role(unit, by, id, role)
    case_queue.release_all(unit, by, id, keeps=case_takers.taker(unit, id))
    return changed
