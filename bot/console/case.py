"""A case: its thread, live; beside it the customer, the payments, and what may be done."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import Response, render_template, request

from bot.console import canned, case_beside, case_clocks, drafts, looks, presence, shell
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core import case_view, customer_view
from core.access import approval_store
from core.access.actors import Actor
from core.approvals import freeze
from core.crm import case_list, case_takers, case_thread, case_work
from core.crm.cases import Case
from core.crm.sla import PRIORITIES
from core.errors import Refusal
from core.ledger import book
from core.store.unit import Unit

SHOWN = 100
"""Entries of a thread on a page; earlier ones have pages of their own."""
NOTHING: Mapping[str, str] = MappingProxyType({})


@console.get("/cases/<uuid:case_id>")
@guard("cases.read")
def case(case_id: UUID) -> Response:
    """Show a case, and note that it was read."""
    return page(case_id)


def page(
    case_id: UUID, refused: Refusal | None = None, *, given: Mapping[str, str] = NOTHING
) -> Response:
    """Answer with a case's page; with why it was not handed back, and what was ``given`` for it."""
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "cases")
        facts = gather(unit, who, case_id)
        case_list.seen(unit, who, facts["case"])
    looks.again(shell.house(), who, f"case:{case_id}")
    facts |= {"back_refused": shell.told(refused), "given": given, **begun(case_id)}
    return shell.show("case", framed, status=shell.status_of(refused), **facts, refused=None)


@console.get("/cases/<uuid:case_id>/fresh")
@guard("cases.read")
def fresh(case_id: UUID) -> Response:
    """Return the parts of the page that change, each to be put where it stands."""
    who = actor()
    with shell.house().unit() as unit:
        facts = gather(unit, who, case_id)
        if looks.is_new(shell.house(), who, f"case:{case_id}"):
            case_list.seen(unit, who, facts["case"])
        now = unit.now
    return Response(render_template("console/parts/case_fresh.html", now=now, **facts))


def gather(unit: Unit, who: Actor, case_id: UUID) -> dict[str, Any]:
    """Return what the page of a case shows."""
    found = case_view.get(unit, who, case_id)
    before = request.args.get("before") or None
    entries = case_thread.latest(unit, found, before=before, limit=SHOWN)
    asked = approval_store.page(unit, case=case_id, limit=20)
    people = People()
    people.of_cases([found])
    people.of_approvals(asked)
    people.add(colleagues=[e.actor for e in entries if e.kind != "customer"])
    people.add(colleagues=[UUID(e.became) for e in entries if e.what == "assigned" and e.became])
    people.load(unit)
    return {
        "case": found,
        "entries": entries,
        "earlier": entries[0].cursor if len(entries) == SHOWN else None,
        "old": before is not None,
        "people": people,
        "asked": asked,
        "works": case_view.works(who, found),
        "takes": case_takers.takes(unit, who, found.category),
        "reach": case_view.reach(unit, found),
        "payments": case_view.linked(unit, found),
        "offered": case_view.offered(unit, found),
        "files": case_view.files(unit, found),
        "priorities": PRIORITIES,
        "moves": sorted(case_work.MOVES[found.status] - {"Escalated"}),
        "colleagues": case_takers.named(unit, found.category) if who.may("cases.assign") else {},
        "met": _places(unit, who, found),
        "freezes": _freezes(unit, who, found),
        "canned": canned.offered(unit, who, found),
        "clocks": case_clocks.hands(found, unit.now),
        **case_beside.gather(unit, who, found),
        "key": shell.house().new_id(),
    }


def begun(case_id: UUID) -> dict[str, Any]:
    """Return what the composer starts with: what was begun, and who else is here."""
    house, mine = shell.house(), shell.me()
    return {
        "reply_draft": drafts.read(house, case=case_id, staff=mine, mode="reply"),
        "note_draft": drafts.read(house, case=case_id, staff=mine, mode="note"),
        "present": presence.others(house, case=case_id, but=mine),
    }


def _places(unit: Unit, who: Actor, found: Case) -> list[customer_view.Place]:
    if found.customer is None or not who.may("pin_resets.request"):
        return []
    return customer_view.places(unit, found.customer)


def _freezes(unit: Unit, who: Actor, found: Case) -> list[str]:
    if found.customer is None or not who.may("freezes.request"):
        return []
    return freeze.possible(book.balances(unit, found.customer))
