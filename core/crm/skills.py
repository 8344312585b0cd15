"""What staff are good at, and which cases the house hands out by itself.

Skills are categories of cases, languages those that somebody serves customers in; together they say
which cases somebody is given first, and which the house gives them by itself.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from core.access import audit, staff
from core.access.actors import Actor
from core.crm.case_catalog import CATEGORIES
from core.errors import DeskRefusal
from core.store.unit import Unit

LANGUAGES = frozenset({"en", "sw", "fr"})
"""Those the bank speaks."""


class BadSkill(DeskRefusal):
    """No case is about that, or the bank does not speak that language. Fact: ``what``."""

    code = "bad_skill"


def set_skills(
    unit: Unit, actor: Actor, member: UUID, *, skills: Collection[str], languages: Collection[str]
) -> None:
    """Say what somebody is good at (no category: all of them) and which languages they speak.

    :raises Forbidden: if ``actor`` may not hand out cases
    :raises NoSuchStaff: if nobody works here under that id
    :raises BadSkill: if there is no such category or language, or no language at all
    """
    actor.require("cases.assign")
    before = staff.get(unit, member)
    strange = sorted((set(skills) - set(CATEGORIES)) | (set(languages) - LANGUAGES))
    if strange or not languages:
        raise BadSkill(what=", ".join(strange) or "languages")
    after = {"skills": sorted(set(skills)), "languages": _first_kept(languages)}
    unit.run(
        """
        update staff set skills = %(skills)s, languages = %(languages)s, updated_at = %(now)s,
            updated_by = %(by)s
        where id = %(id)s
        """,
        id=member,
        by=str(actor.id or actor.role),
        now=unit.now,
        **after,
    )
    audit.note(
        unit,
        actor,
        "staff.skills_set",
        subject="staff",
        subject_id=member,
        before={"skills": list(before.skills), "languages": list(before.languages)},
        after=after,
    )


def dealing(unit: Unit) -> Mapping[str, bool]:
    """Return of each category whether the house hands out its cases by itself."""
    rows = unit.all("select category, automatic from case_dealing limit 1000")
    told = {row.category: row.automatic for row in rows}
    return {category: told.get(category, True) for category in CATEGORIES}


def set_dealing(unit: Unit, actor: Actor, category: str, *, automatic: bool) -> None:
    """Say whether the house hands out cases of a category by itself; what is given stays given.

    :raises Forbidden: if ``actor`` may not hand out cases
    :raises BadSkill: if no case is about that
    """
    actor.require("cases.assign")
    if category not in CATEGORIES:
        raise BadSkill(what=category)
    before = dealing(unit)[category]
    unit.run(
        """
        insert into case_dealing (category, automatic, updated_at, updated_by)
        values (%(category)s, %(automatic)s, %(now)s, %(by)s)
        on conflict (category) do update set automatic = excluded.automatic,
            updated_at = excluded.updated_at, updated_by = excluded.updated_by
        """,
        category=category,
        automatic=automatic,
        by=str(actor.id or actor.role),
        now=unit.now,
    )
    audit.note(
        unit,
        actor,
        "cases.dealing_set",
        subject="category",
        subject_id=category,
        before={"automatic": before},
        after={"automatic": automatic},
    )


def _first_kept(languages: Collection[str]) -> list[str]:
    """Return languages once each; the first stays so, for it is the one letters are written in."""
    return list(dict.fromkeys(languages))
