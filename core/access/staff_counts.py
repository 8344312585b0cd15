"""How many of the staff are of some kind: what a house asks before it opens."""

from collections.abc import Sequence

from core.access.sign_in import normal
from core.store.unit import Unit


def with_emails(unit: Unit, emails: Sequence[str]) -> int:
    """Return how many active members of staff have one of these e-mail addresses."""
    return int(
        unit.value(
            "select count(*) from staff where is_active and email_index = any(%(indexes)s)",
            indexes=[unit.keys.token(normal(email), kind="email") for email in emails],
        )
    )


def administrators(unit: Unit) -> int:
    """Return how many active members of staff may look after staff."""
    return int(
        unit.value(
            """
            select count(*) from staff s where s.is_active and exists(
                select from role_permissions p
                where p.role = s.role and p.permission = 'staff.manage')
            """
        )
    )
