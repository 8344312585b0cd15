"""Home: what waits for me, for the team, and for my decision."""

from datetime import timedelta

from flask import Response

from bot.console import looks, operations, shell
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import audit
from core.access.actors import Actor
from core.crm import case_list, case_ratings, complaints
from core.crm import cases as case_store
from core.crm.case_list import View
from core.crm.cases import Case
from core.deposits import suspense_view
from core.partners import order_view
from core.recon import breaks
from core.store.unit import Unit

SHOWN = 8
RATED_WITHIN = timedelta(days=14)
"""How far back supervisors see low ratings."""


@console.get("")
@guard(None)
def home() -> Response:
    """Show what should be done next."""
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "home")
        people = People()
        lists = {name: _some(unit, who, view) for name, view in _LISTS.items()}
        asked = shell.deciding(unit, who, limit=SHOWN) if who.may("approvals.read") else []
        standing = _standing(unit, who) if who.may(operations.READ) else None
        for cases in lists.values():
            people.of_cases(cases)
        low, late = _rated_low(unit, who), _late_complaints(unit, who)
        people.of_cases(low or [])
        people.of_approvals(asked)
        people.load(unit)
        if who.may("cases.read") and looks.is_new(shell.house(), who, "home"):
            audit.note(unit, who, "case.listed", subject="cases", subject_id="home")
    return shell.show(
        "home",
        framed,
        lists=lists,
        asked=asked,
        people=people,
        standing=standing,
        low=low,
        complaints=late,
    )


_LISTS: dict[str, View] = {"mine": "mine", "soon": "soon", "late": "late", "queue": "unassigned"}


def _standing(unit: Unit, who: Actor) -> dict[str, int]:
    """Return how much operations have to look into, by the page it is on."""
    return {
        "orders": order_view.stuck(unit, who),
        "breaks": breaks.how_many(unit, who),
        "receipts": suspense_view.how_many(unit, who),
    }


def _rated_low(unit: Unit, who: Actor) -> list[Case] | None:
    """Return the cases whose customers were not content lately; None for who hands out none."""
    if not who.may("cases.assign"):
        return None
    rated = case_ratings.low(unit, since=unit.now - RATED_WITHIN, limit=SHOWN)
    return [case_store.get(unit, one) for one in dict.fromkeys(each.case for each in rated)]


def _late_complaints(unit: Unit, who: Actor) -> int | None:
    """Return how many complaints took too long that nobody saw to; None for who sees none."""
    if not who.may(complaints.PERMISSION):
        return None
    return len(complaints.page(unit, who, limit=complaints.MOST_LISTED))


def _some(unit: Unit, who: Actor, view: View) -> list[Case]:
    return case_list.page(unit, who, view, limit=SHOWN) if who.may("cases.read") else []
