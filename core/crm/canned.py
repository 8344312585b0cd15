"""Canned replies: what staff answer often, worded once in each language, picked by a shortcut.

Supervisors write them, whoever works on cases uses them. Their words hold nobody: where a name or a
number belongs they have a placeholder, which is filled for one case.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.crm import case_catalog
from core.errors import DeskRefusal
from core.store.unit import Row, Unit, jsonb

LANGUAGES = ("en", "sw", "fr")
MOST_TITLE, MOST_WORDS = 80, 1000
MOST = 200
"""Canned replies a desk may have; more than that nobody finds again."""
PLACEHOLDERS = frozenset({"name", "case", "me"})
"""The customer's first name, the case's number, and the first name of whoever answers."""

_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9-]{1,29}")
_PLACE = re.compile(r"\{([^{}]*)\}")
_LIST = """
select id, shortcut, title, category, texts, is_active, version from canned_replies
"""


class UnfitCanned(DeskRefusal):
    """It cannot be kept so. Fact: ``what``: shortcut, title, category, words, placeholder, full."""

    code = "unfit_canned"


class ShortcutTaken(DeskRefusal):
    """Another canned reply has that shortcut. Fact: ``shortcut``."""

    code = "shortcut_taken"


class CannedChanged(DeskRefusal):
    """Somebody changed it meanwhile, or there is none (any more)."""

    code = "canned_changed"


@dataclass(frozen=True, slots=True)
class Canned:
    """A canned reply."""

    id: UUID
    shortcut: str
    title: str
    category: str | None
    texts: Mapping[str, str]
    """Its words by language; in at least one."""
    is_active: bool
    version: int

    def filled(self, language: str, facts: Mapping[str, str]) -> str:
        """Return its words in a language, or in the first it has, with the placeholders filled."""
        words = self.texts.get(language) or next(
            self.texts[one] for one in LANGUAGES if one in self.texts
        )
        return _PLACE.sub(lambda found: facts.get(found[1], ""), words)


def offered(unit: Unit, actor: Actor, *, category: str) -> list[Canned]:
    """Return those in use, the ones of a case's category first. At most ``MOST``.

    :raises Forbidden: if their role works on no cases
    """
    actor.require("cases.work")
    rows = unit.all(
        f"""
        {_LIST} where is_active
        order by category is not distinct from %(category)s desc, category is null desc, shortcut
        limit %(most)s
        """,
        category=category,
        most=MOST,
    )
    return [_read(row) for row in rows]


def listed(unit: Unit, actor: Actor) -> list[Canned]:
    """Return all, also those no longer in use, by their shortcut. At most ``MOST``.

    :raises Forbidden: if they may not write them
    """
    actor.require("canned.manage")
    return [_read(row) for row in unit.all(f"{_LIST} order by shortcut limit %(most)s", most=MOST)]


def add(
    unit: Unit,
    actor: Actor,
    *,
    shortcut: str,
    title: str,
    category: str | None,
    texts: Mapping[str, str],
) -> UUID:
    """Write a new canned reply and return its id.

    :raises Forbidden: if they may not write them
    :raises UnfitCanned: if it cannot be kept so, or there are ``MOST`` already
    :raises ShortcutTaken: if another has that shortcut
    """
    actor.require("canned.manage")
    if not _SHORTCUT.fullmatch(shortcut):
        raise UnfitCanned(what="shortcut")
    kept = _judged(title=title, category=category, texts=texts)
    # One at a time, or two of them would both find room for the last one.
    unit.run("select pg_advisory_xact_lock(hashtext('canned_replies'))")
    if unit.value("select count(*) from canned_replies") >= MOST:
        raise UnfitCanned(what="full")
    new = unit.new_id()
    added = unit.value(
        """
        insert into canned_replies (id, shortcut, title, category, texts, updated_at, updated_by)
        values (%(id)s, %(shortcut)s, %(title)s, %(category)s, %(texts)s, %(now)s, %(by)s)
        on conflict (shortcut) do nothing returning id
        """,
        id=new,
        shortcut=shortcut,
        title=title.strip(),
        category=category,
        texts=jsonb(kept),
        now=unit.now,
        by=actor.id,
    )
    if added is None:
        raise ShortcutTaken(shortcut=shortcut)
    _note(unit, actor, "canned.added", new, after={"shortcut": shortcut, "title": title.strip()})
    return new


def change(
    unit: Unit,
    actor: Actor,
    canned: UUID,
    *,
    version: int,
    title: str,
    category: str | None,
    texts: Mapping[str, str],
    is_active: bool,
) -> None:
    """Word a canned reply anew, or take it out of use; ``version`` is the one that was seen.

    :raises Forbidden: if they may not write them
    :raises UnfitCanned: if it cannot be kept so
    :raises CannedChanged: if somebody changed it meanwhile
    """
    actor.require("canned.manage")
    kept = _judged(title=title, category=category, texts=texts)
    changed = unit.value(
        """
        update canned_replies set title = %(title)s, category = %(category)s, texts = %(texts)s,
            is_active = %(is_active)s, version = version + 1, updated_at = %(now)s,
            updated_by = %(by)s
        where id = %(id)s and version = %(version)s returning id
        """,
        id=canned,
        version=version,
        title=title.strip(),
        category=category,
        texts=jsonb(kept),
        is_active=is_active,
        now=unit.now,
        by=actor.id,
    )
    if changed is None:
        raise CannedChanged
    after = {"title": title.strip(), "in_use": "yes" if is_active else "no"}
    _note(unit, actor, "canned.changed", canned, after=after)


def _judged(*, title: str, category: str | None, texts: Mapping[str, str]) -> dict[str, str]:
    if not 0 < len(title.strip()) <= MOST_TITLE:
        raise UnfitCanned(what="title")
    if category is not None and category not in case_catalog.CATEGORIES:
        raise UnfitCanned(what="category")
    kept = {one: texts[one].strip() for one in LANGUAGES if texts.get(one, "").strip()}
    if not kept or any(len(words) > MOST_WORDS for words in kept.values()):
        raise UnfitCanned(what="words")
    if any(set(_PLACE.findall(words)) - PLACEHOLDERS for words in kept.values()):
        raise UnfitCanned(what="placeholder")
    return kept


def _note(
    unit: Unit, actor: Actor, what: str, canned: UUID, *, after: Mapping[str, object]
) -> None:
    audit.note(unit, actor, what, subject="canned_reply", subject_id=canned, after=dict(after))


def _read(row: Row) -> Canned:
    return Canned(
        id=row.id,
        shortcut=row.shortcut,
        title=row.title,
        category=row.category,
        texts=row.texts,
        is_active=row.is_active,
        version=row.version,
    )
