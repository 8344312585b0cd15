"""Canned replies: what supervisors word once, and agents pick by its shortcut while they answer."""

from dataclasses import dataclass
from uuid import UUID

from flask import Response, request

from bot.console import shell, team
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import staff
from core.access.actors import Actor
from core.crm import canned, case_catalog, customers
from core.crm.cases import Case
from core.errors import Refusal
from core.store.unit import Unit

MANAGE = "canned.manage"


@dataclass(frozen=True, slots=True)
class Offered:
    """A canned reply as the composer offers it: its words filled for one case."""

    shortcut: str
    title: str
    words: str


@console.get("/canned")
@guard(MANAGE)
def canned_page() -> Response:
    """Show all canned replies, and the form for a new one."""
    return _page()


@console.post("/canned")
@guard(MANAGE)
def add_canned() -> Response:
    """Keep a new canned reply."""
    try:
        with shell.house().unit() as unit:
            canned.add(
                unit,
                actor(),
                shortcut=shell.field("shortcut", most=40).lower().removeprefix("/"),
                title=shell.field("title", most=200),
                category=shell.field("category", most=40) or None,
                texts=_texts(),
            )
    except Refusal as refusal:
        return _page(refusal)
    return shell.go("console.canned_page", done="saved")


@console.post("/canned/<uuid:canned_id>")
@guard(MANAGE)
def change_canned(canned_id: UUID) -> Response:
    """Word a canned reply anew, or take it out of use."""
    version = shell.field("version", most=9)
    try:
        with shell.house().unit() as unit:
            canned.change(
                unit,
                actor(),
                canned_id,
                version=int(version) if version.isdecimal() else 0,
                title=shell.field("title", most=200),
                category=shell.field("category", most=40) or None,
                texts=_texts(),
                is_active=bool(request.form.get("is_active")),
            )
    except Refusal as refusal:
        return _page(refusal)
    return shell.go("console.canned_page", done="saved")


def offered(unit: Unit, who: Actor, case: Case) -> list[Offered]:
    """Return what may be picked while one answers a case, in the customer's language."""
    if not who.may("cases.work"):
        return []
    known = customers.people(unit, [case.customer]) if case.customer else {}
    person = known.get(case.customer) if case.customer else None
    facts = {
        "name": person.first_name if person else "",
        "case": case.number,
        "me": staff.get(unit, shell.me()).name.partition(" ")[0],
    }
    language = person.language if person else "en"
    return [
        Offered(one.shortcut, one.title, one.filled(language, facts))
        for one in canned.offered(unit, who, category=case.category)
    ]


def _texts() -> dict[str, str]:
    return {one: shell.field(f"text_{one}", most=2000) for one in canned.LANGUAGES}


def _page(refused: Refusal | None = None) -> Response:
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "team")
        found = canned.listed(unit, actor())
    return team.show(
        "canned",
        framed,
        tab="canned",
        refused=refused,
        found=found,
        categories=list(case_catalog.CATEGORIES),
        languages=canned.LANGUAGES,
        given={name: request.form.get(name, "")[:2000] for name in _FIELDS} if refused else {},
    )


_FIELDS = ("shortcut", "title", "category", "text_en", "text_sw", "text_fr")
