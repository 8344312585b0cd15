"""Who takes cases, and of what: a role takes all, or those of the categories it is there for alone.

Both stand in tables (``role_permissions``, ``role_case_categories``) and are asked of them, so that
whoever is given another role is judged by it at once. What somebody is good at (``staff.skills``,
``staff.languages``) says which of these they are given first.
"""

from dataclasses import dataclass, field
from uuid import UUID

from core.access import staff
from core.access.actors import Actor, Forbidden
from core.store.unit import Row, Unit

PERMISSION = "cases.take"


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody whose role takes cases."""

    only: frozenset[str]
    """The categories they are there for; empty for all."""
    skills: frozenset[str] = field(default_factory=frozenset)
    """The categories they are good at; empty for all."""
    languages: frozenset[str] = field(default_factory=frozenset)

    def takes(self, category: str) -> bool:
        """Return whether cases of a category are theirs to take and to work on."""
        return not self.only or category in self.only

    def fits(self, category: str, language: str | None) -> bool:
        """Return whether they are good at a category, and speak the language of its customer."""
        skilled = not self.skills or category in self.skills
        return skilled and (language is None or language in self.languages)


def taker(unit: Unit, member: UUID) -> Taker | None:
    """Return what a member of staff takes; None if they take no cases, or do not work here."""
    row = unit.maybe(
        """
        select array(select c.category from role_case_categories c where c.role = s.role) as only,
            s.skills, s.languages
        from staff s join role_permissions p on p.role = s.role
        where s.id = %(staff)s and s.is_active and p.permission = %(permission)s
        """,
        staff=member,
        permission=PERMISSION,
    )
    return None if row is None else of_row(row)


def of_row(row: Row) -> Taker:
    """Return what somebody takes, of a row with ``only``, ``skills`` and ``languages``."""
    return Taker(frozenset(row.only), frozenset(row.skills), frozenset(row.languages))


def takes(unit: Unit, actor: Actor, category: str) -> bool:
    """Return whether somebody may take and work on cases of a category; the house itself may."""
    if actor.id is None:
        return actor.kind == "system"
    found = taker(unit, actor.id)
    return found is not None and found.takes(category)


def require(unit: Unit, actor: Actor, category: str) -> None:
    """Let those pass who take cases of a category.

    :raises Forbidden: if their role takes none, or is there for others
    """
    if not takes(unit, actor, category):
        raise Forbidden(permission=PERMISSION)


def named(unit: Unit, category: str) -> dict[UUID, str]:
    """Return the names of those who may be given a case of a category, by their ids."""
    rows = unit.all(
        """
        select s.id from staff s join role_permissions p on p.role = s.role
        where p.permission = %(permission)s and s.is_active and s.password_hash is not null
            and (not exists (select from role_case_categories c where c.role = s.role)
                or exists (select from role_case_categories c
                    where c.role = s.role and c.category = %(category)s))
        limit 1000
        """,
        permission=PERMISSION,
        category=category,
    )
    known = staff.names(unit, [row.id for row in rows])
    return dict(sorted(known.items(), key=lambda one: one[1]))


def leaders(unit: Unit) -> list[UUID]:
    """Return those who hand out cases: whom it concerns that customers wait too long."""
    rows = unit.all(
        """
        select s.id from staff s join role_permissions p on p.role = s.role
        where p.permission = 'cases.assign' and s.is_active and s.password_hash is not null
        order by s.id limit 1000
        """
    )
    return [row.id for row in rows]
