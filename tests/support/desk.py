"""People who work at the desk of a test, with the permissions of their role."""

from dataclasses import replace
from uuid import UUID, uuid4

from core.access.actors import Actor
from core.store.unit import Unit

NAME = "Zuri Mwangi"
"""What everybody who is hired here is called."""


def hired(unit: Unit, role: str, *, mfa: bool = True) -> Actor:
    """Hire somebody who has just proven a second factor, unless told otherwise."""
    staff_id = uuid4()
    unit.run(
        """
        insert into staff (id, email, email_index, name, role, created_at, created_by, updated_at,
            updated_by)
        values (%(id)s, 'sealed', %(id)s, %(name)s, %(role)s, %(now)s, 'test', %(now)s, 'test')
        """,
        id=staff_id,
        name=unit.keys.seal(NAME, field="staff.name", row=staff_id),
        role=role,
        now=unit.now,
    )
    return acting(unit, staff_id, role, mfa=mfa)


def acting(unit: Unit, staff_id: UUID, role: str, *, mfa: bool = True) -> Actor:
    """Return somebody as they act now."""
    rows = unit.all("select permission from role_permissions where role = %(role)s", role=role)
    permissions = frozenset(row.permission for row in rows)
    return Actor(staff_id, "staff", role, permissions, mfa_at=unit.now if mfa else None)


def unproven(actor: Actor) -> Actor:
    """Return the same person without a fresh second factor."""
    return replace(actor, mfa_at=None)
