"""The list of cases: by tab and filter, page by page; the next one to take; and the search."""

from typing import cast, get_args

from flask import Response, redirect, url_for

from bot.console import looks, shell
from bot.console.customers import search
from bot.console.given import cursor
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import audit
from core.crm import case_catalog, case_list, case_queue
from core.crm import cases as store
from core.crm.case_list import View
from core.crm.case_store import Status
from core.crm.sla import PRIORITIES

TABS: tuple[View, ...] = ("mine", "unassigned", "open", "soon", "late", "all")
PAGE = 25
_FILTERS = {
    "status": get_args(Status),
    "priority": tuple(PRIORITIES),
    "category": tuple(case_catalog.CATEGORIES),
}


@console.get("/cases")
@guard("cases.read")
def cases() -> Response:
    """Show a page of a tab."""
    who = actor()
    tab = cast("View", shell.chosen("tab", TABS) or "mine")
    chosen = {name: shell.chosen(name, among) for name, among in _FILTERS.items()}
    after = cursor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "cases")
        found = case_list.page(unit, who, tab, **chosen, after=after, limit=PAGE + 1)
        people = People()
        people.of_cases(found)
        people.load(unit)
        if looks.is_new(shell.house(), who, f"cases:{tab}:{after}:{sorted(chosen.items())}"):
            told = {name: value for name, value in chosen.items() if value}
            audit.note(unit, who, "case.listed", subject="cases", subject_id=tab, after=told)
    return shell.show(
        "cases",
        framed,
        tab=tab,
        tabs=TABS,
        chosen=chosen,
        filters=_FILTERS,
        cases=found[:PAGE],
        next=found[PAGE - 1].id if len(found) > PAGE else None,
        after=after,
        people=people,
    )


@console.post("/cases/next")
@guard("cases.take")
def take_next() -> Response:
    """Take the case that should be worked on next, and open it."""
    house = shell.house()
    with house.unit() as unit:
        taken = case_queue.take_next(unit, actor())
    if taken is None:
        return shell.go("console.cases", tab="unassigned", done="none_waiting")
    house.tell("queue")
    house.tell(f"case:{taken.id}")
    return shell.go("console.case", case_id=taken.id, done="taken")


@console.post("/find")
@guard("cases.read")
def find() -> Response:
    """Find a case by its number, or customers by phone, e-mail, id number or name.

    By POST, so that what was looked for stands in no address and no log.
    """
    who, words = actor(), shell.field("words", most=80)
    with shell.house().unit() as unit:
        case = store.find(unit, words)
        if case is not None:
            return cast("Response", redirect(url_for("console.case", case_id=case.id), code=303))
        framed = shell.frame(unit, "customers")
        found = search(unit, who, words)
        people = People()
        people.add(customers=found)
        people.load(unit)
    if len(found) == 1:
        return shell.go("console.customer", customer_id=found[0])
    return shell.show("customers", framed, searched=True, found=found, people=people)
