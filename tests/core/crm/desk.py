"""Members of staff, customers and cases for the tests of cases."""

from dataclasses import replace
from uuid import UUID

from core.access.actors import Actor
from core.crm import cases
from core.crm.cases import Case
from core.store.unit import Unit
from tests.core.people import someone

AGENT = frozenset({"cases.read", "cases.take", "cases.work", "cases.escalate"})
SUPERVISOR = AGENT | {"cases.assign"}


def staff(unit: Unit, role: str = "agent") -> Actor:
    """Hire somebody who does cases."""
    id_ = unit.new_id()
    unit.run(
        """
        insert into staff (id, email, email_index, name, role, created_at, created_by, updated_at,
            updated_by)
        values (%(id)s, %(email)s, %(index)s, %(name)s, %(role)s, %(now)s, 'test', %(now)s, 'test')
        """,
        id=id_,
        email=unit.keys.seal(f"{id_}@bank.example", field="staff.email", row=id_),
        name=unit.keys.seal(role.title(), field="staff.name", row=id_),
        index=str(id_),
        role=role,
        now=unit.now,
    )
    permissions = {"agent": AGENT, "supervisor": SUPERVISOR}.get(role, frozenset({"cases.read"}))
    return Actor(id_, "staff", role, permissions)


def customer(unit: Unit, phone: str = "+254712000001") -> UUID:
    """Join somebody who may have cases."""
    return someone(unit, phone).id


def case(unit: Unit, of: UUID | None = None, **other: object) -> Case:
    """Open a case about money that never came."""
    facts: dict[str, object] = {
        "customer": of,
        "category": "Transfer",
        "sub_category": "not_received",
        "title": "Money never came",
        "description": "I sent 500 to Brian and he has nothing",
        "priority": "Medium",
        "channel": "whatsapp",
        "conversation": None,
        "by": "customer",
    }
    return cases.open_case(unit, **(facts | other))  # type: ignore[arg-type]


def without(actor: Actor, permission: str) -> Actor:
    """Return somebody who may do one thing less."""
    return replace(actor, permissions=actor.permissions - {permission})
