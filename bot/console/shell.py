"""The desk's frame: what every page of it carries, how it answers, and how it says no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

import redis
from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from bot import problems, streams
from bot.guard import actor, csrf_token
from bot.house import UI_DESK, House
from core.access import approval_list, approvals, staff
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.crm import case_list
from core.errors import Refusal
from core.money import Money
from core.store.unit import Unit

console = Blueprint("console", __name__, url_prefix="/desk")

PLACES = (
    ("home", "console.home", None),
    ("cases", "console.cases", "cases.read"),
    ("customers", "console.customers", "customers.read"),
    ("approvals", "console.approvals_queue", "approvals.read"),
    ("team", "console.team", "team.read"),
    ("operations", "console.positions", "operations.read"),
    ("compliance", "console.compliance", "compliance.read"),
    ("audit", "console.audit_log", "audit.read"),
    ("staff", "console.staff_list", "staff.manage"),
    ("security", "console.security", None),
)
"""Where one may go: name, endpoint, and the permission it takes."""
_STATUS = {
    "unknown_case": 404,
    "unknown_broadcast": 404,
    "no_candidate": 404,
    "meaning_needed": 422,
    "bad_broadcast": 422,
    "bad_skill": 422,
    "bad_shift": 422,
    "bad_period": 422,
    "unknown_customer": 404,
    "unknown_action": 404,
    "bad_outcome": 422,
    "no_such_flag": 404,
    "unknown_approval": 404,
    "unknown_payout": 404,
    "unknown_decision": 404,
    "unknown_break": 404,
    "unknown_hit": 404,
    "unknown_version": 404,
    "unknown_order": 404,
    "unknown_alert": 404,
    "unknown_review": 404,
    "unknown_rule_set": 404,
    "unfit_rule": 422,
    "unfit_bands": 422,
    "unknown_investigation": 404,
    "unknown_report": 404,
    "report_forgotten": 410,
    "unknown_provider": 404,
    "unknown_document": 404,
    "unknown_kyc_request": 404,
    "no_such_picture": 404,
    "picture_unfit": 422,
    "not_parked": 404,
    "unknown_held_receipt": 404,
    "no_such_file": 404,
    "no_such_card": 404,
    "reason_needed": 422,
    "not_a_phone": 422,
}


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in, as the page's header shows them."""

    id: UUID
    name: str
    role: str

    @property
    def initials(self) -> str:
        """One or two letters for their picture."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def house() -> House:
    """Return the house this request came to."""
    return cast("House", current_app.extensions["house"])


def me() -> UUID:
    """Return the id of who is signed in."""
    known = actor().id
    if known is None:
        raise LookupError("the house itself does not come to the desk")
    return known


def frame(unit: Unit, here: str) -> dict[str, object]:
    """Return what every page shows around itself. Ask for it first.

    The page then goes live from before what it shows was read, and misses nothing.
    """
    who = actor()
    cursor = _cursor()
    mine = staff.get(unit, me())
    return {
        "cursor": cursor,
        "here": here,
        "me": Me(mine.id, mine.name, who.role),
        "now": unit.now,
        **tally(unit, who),
    }


def tally(unit: Unit, who: Actor) -> dict[str, object]:
    """Return how much waits for somebody, as far as they may see it."""
    return {
        "counts": case_list.counts(unit, who) if who.may("cases.read") else None,
        "waiting": len(deciding(unit, who)) if who.may("approvals.read") else 0,
    }


def deciding(unit: Unit, who: Actor, *, limit: int = 100) -> list[Approval]:
    """Return the requests that wait for this person's decision, the newest first."""
    asked = approval_list.listed(unit, who, status="pending", limit=limit)
    return [one for one in asked if approvals.may_decide(who, one)]


def show(
    page: str, framed: Mapping[str, object], *, status: int = 200, **facts: object
) -> Response:
    """Answer with a page of the desk. No fact of it may take the name of one around it."""
    who = actor()
    html = render_template(
        f"console/{page}.html",
        places=[
            {"name": name, "href": url_for(endpoint)}
            for name, endpoint, permission in PLACES
            if permission is None or who.may(permission)
        ],
        done=request.args.get("done", "")[:40],
        demo=house().settings.demo_mode,
        **framed,
        **facts,
    )
    return Response(html, status=status)


def go(endpoint: str, *, done: str = "", **values: Any) -> Response:  # noqa: ANN401 - a route's
    """Send the browser on after a form, with what was done to be said there."""
    if done:
        values["done"] = done
    return cast("Response", redirect(url_for(endpoint, **values), code=303))


def field(name: str, *, most: int = 500) -> str:
    """Return a field of the form, trimmed and bounded."""
    return request.form.get(name, "").strip()[:most]


def chosen(name: str, among: Sequence[str]) -> str:
    """Return what the query chose, or nothing when it is none of these."""
    given = request.args.get(name, "")
    return given if given in among else ""


def money(amount: Money) -> str:
    """Return an amount as it is read: ``KES 12,400.00``."""
    return amount.grouped


def written(value: str) -> str:
    """Return a fact as it is read: an amount that was stored as text, or the text itself."""
    try:
        return money(Money.load(value))
    except ValueError:
        return value


def money_of(minor: int, currency: str) -> str:
    """Return so many minor units of a currency as an amount is read."""
    return money(Money(minor, currency))


_FORMATS = {"money": money, "money_of": money_of, "amount": written, "me_id": me}


@console.context_processor
def _common() -> dict[str, object]:
    """Return what every template may use, also before anybody is known."""
    who: Actor | None = g.get("actor")
    if who is None or who.session is None:
        return {"csrf": "", "may": lambda _: False, **_FORMATS}
    return {"csrf": csrf_token(who.session), "may": who.may, **_FORMATS}


@console.after_request
def _keep_nothing(answer: Response) -> Response:
    """Let no browser and no proxy keep a page of the desk."""
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    return answer


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@console.errorhandler(Refusal)
def _refused(refusal: Refusal) -> Response:
    return refused(refusal, status_of(refusal))


def status_of(refusal: Refusal | None) -> int:
    """Return the HTTP status a page answers with; without a refusal all went well."""
    if refusal is None:
        return 200
    return _STATUS.get(refusal.code, problems.status_of(refusal))


def refused(refusal: Refusal, status: int) -> Response:
    """Say why the bank, or the desk, will not. A missing second factor is asked for instead."""
    if refusal.code == "mfa_needed":
        return cast("Response", redirect(url_for("console.prove", next=_back()), code=303))
    return _sorry(status, told(refusal))


def told(refusal: Refusal | None) -> dict[str, object] | None:
    """Return a refusal as the templates word it."""
    return None if refusal is None else {"code": refusal.code, "facts": refusal.facts}


def sorry(error: HTTPException) -> Response:
    """Return the page of an error under ``/desk``, wherever it came from."""
    return _sorry(error.code or 500, None)


def _sorry(status: int, words: dict[str, object] | None) -> Response:
    html = render_template(
        "console/error.html", status=status, refused=words, done="", back=_back(), **_common()
    )
    return _keep_nothing(Response(html, status=status))


def _back() -> str:
    """Return where the browser came from, if that was the desk."""
    came = urlsplit(request.referrer or "")
    ours = came.netloc == request.host and came.path.startswith("/desk")
    return came.path + (f"?{came.query}" if came.query else "") if ours else url_for("console.home")


def _cursor() -> str:
    try:
        return streams.last_id(house().redis, UI_DESK)
    except redis.RedisError:
        return streams.START
