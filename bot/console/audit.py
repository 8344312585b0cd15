"""The audit log: who did what and why, filtered and paged; and the proof that nobody changed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice
from typing import Any
from uuid import UUID

from flask import Response, abort, request

from bot.console import shell
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import approval_store, audit, audit_anchor, audit_verify, staff
from core.crm import cases
from core.crm.cases import UnknownCase
from core.store.unit import Unit

PAGE = 50
MOST_BREACHES = 100
AREAS = (
    "approval", "audit", "case", "compliance", "customer", "keys", "order", "payout", "provider",
    "receipt", "reconciliation", "staff",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the log is narrowed down to, as the page asked for it."""

    area: str = ""
    who: str = ""
    case: str = ""
    customer: str = ""
    since: str = ""


@console.get("/audit")
@guard("audit.read")
def audit_log() -> Response:
    """Show a page of the log, newest first."""
    return _page()


@console.post("/audit/verify")
@guard("audit.verify")
def verify_audit() -> Response:
    """Walk the whole chain and say what is wrong with it; that somebody asked is noted."""
    house = shell.house()
    file = audit_anchor.place(house.settings.data_dir)
    lines = list(audit_anchor.kept(file)) if file.exists() else []
    kept = [anchor for _, anchor in lines if anchor is not None]
    with house.unit() as unit:
        breaches = list(islice(audit_verify.verify(unit, anchors=kept), MOST_BREACHES))
        rows = audit.length(unit)
        audit.note(
            unit,
            actor(),
            "audit.verified",
            subject="audit_log",
            subject_id=str(rows),
            after={"breaches": len(breaches)},
        )
    forged = len(lines) - len(kept)
    return _page({"breaches": breaches, "rows": rows, "anchors": len(kept), "forged": forged})


def _page(verified: Mapping[str, object] | None = None) -> Response:
    who = actor()
    asked = Asked(
        area=shell.chosen("area", AREAS),
        who=request.args.get("who", "")[:254].strip(),
        case=request.args.get("case", "")[:40].strip(),
        customer=request.args.get("customer", "")[:40],
        since=request.args.get("since", "")[:10],
    )
    after = request.args.get("after", type=int)
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "audit")
        found = audit.page(unit, who, after=after, limit=PAGE + 1, **_filters(unit, asked))
        people = People()
        for entry in found:
            colleague = entry.actor_id if entry.actor_kind == "staff" else None
            people.add(customers=[entry.customer_id], colleagues=[colleague, _member(entry)])
        people.load(unit)
    return shell.show(
        "audit",
        framed,
        entries=found[:PAGE],
        next=found[PAGE - 1].seq if len(found) > PAGE else None,
        after=after,
        asked=asked,
        areas=AREAS,
        people=people,
        verified=verified,
    )


def _member(entry: audit.Entry) -> UUID | None:
    """Return the colleague to whom something was done, if it was done to one."""
    return UUID(entry.subject_id) if entry.subject_type == "staff" else None


def _filters(unit: Unit, asked: Asked) -> dict[str, Any]:
    """Return what `audit.page` takes: ids for what people know by name and number."""
    filters: dict[str, Any] = {"action": asked.area or None}
    if asked.who:
        member = staff.by_email(unit, asked.who)
        if member is None:
            raise staff.NoSuchStaff
        filters["actor"] = member.id
    if asked.case:
        case = cases.find(unit, asked.case)
        if case is None:
            raise UnknownCase(number=asked.case)
        approvals = approval_store.page(unit, case=case.id)
        filters["subjects"] = [
            ("case", str(case.id)),
            *(("approval", str(one.id)) for one in approvals),
        ]
    try:
        filters["customer"] = UUID(asked.customer) if asked.customer else None
        day = datetime.fromisoformat(asked.since).date() if asked.since else None
    except ValueError:
        abort(400)
    filters["since"] = None if day is None else datetime.combine(day, time(), UTC)
    return filters
