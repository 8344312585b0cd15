"""Approvals: what one person asked for and another decides, with its facts and its consequence."""

from dataclasses import replace
from uuid import UUID

from flask import Response

from bot import entrance
from bot.console import given, looks, shell, tabs
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import approval_list, approvals, audit
from core.access.actors import MFA_FRESH, Actor
from core.access.approval_store import Approval
from core.access.approvals import UnknownApproval
from core.crm import cases
from core.errors import Refusal
from core.phone import mask
from core.store import contacts
from core.store.unit import Unit

TABS = ("me", "mine", "decided", "all")
_ADDRESSES = ("to", "address")
"""Facts that are tokens of addresses; shown masked."""
_PEOPLE = ("payer", "payee")


@console.get("/approvals")
@guard("approvals.read")
def approvals_queue() -> Response:
    """Show what waits for me, what I asked for, and what was decided."""
    who, after = actor(), given.cursor()
    tab = shell.chosen("tab", TABS) or "me"
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "approvals")
        found = shell.deciding(unit, who) if tab == "me" else _listed(unit, who, tab, after)
        page = tabs.paged(found, after) if tab != "me" else {"found": found}
        asked = page["found"]
        people = People()
        people.of_approvals(asked)
        people.load(unit)
        if looks.is_new(shell.house(), who, f"approvals:{tab}"):
            audit.note(unit, who, "approval.listed", subject="approvals", subject_id=tab)
    return shell.show("approvals", framed, tab=tab, tabs=TABS, people=people, **page)


@console.get("/approvals/<uuid:approval_id>")
@guard("approvals.read")
def approval(approval_id: UUID) -> Response:
    """Show one request: its facts, who asked and why, and what comes of it."""
    return _page(approval_id)


@console.post("/approvals/<uuid:approval_id>/approve")
@guard("approvals.read")
def approve(approval_id: UUID) -> Response:
    """Approve, with a fresh code where the kind asks for one; the effect happens at once."""
    return _decide(approval_id, "approve")


@console.post("/approvals/<uuid:approval_id>/reject")
@guard("approvals.read")
def reject(approval_id: UUID) -> Response:
    """Reject, with a reason."""
    return _decide(approval_id, "reject")


@console.post("/approvals/<uuid:approval_id>/withdraw")
@guard(None)
def withdraw(approval_id: UUID) -> Response:
    """Take back what one has asked for."""
    with shell.house().unit() as unit:
        ended = approvals.withdraw(unit, actor(), approval_id, shell.field("reason"))
    return told(ended)


def _decide(approval_id: UUID, how: str) -> Response:
    house, who = shell.house(), actor()
    reason, code = shell.field("reason"), shell.field("code", most=40)
    try:
        if code:
            entrance.prove(house, who, code)
            who = replace(who, mfa_at=house.now())
        with house.unit() as unit:
            if how == "approve":
                ended = approvals.approve(unit, who, approval_id, reason)
            else:
                ended = approvals.reject(unit, who, approval_id, reason)
    except UnknownApproval:
        raise
    except Refusal as refusal:
        return _page(approval_id, refusal, given=reason)
    return told(ended)


def told(ended: Approval) -> Response:
    """Have live pages learn of a request, and send the browser to where it is seen."""
    house = shell.house()
    # Of what is confidential only those pages hear whose readers may know of it.
    secret = approvals.kind_of(ended.kind).confidential
    house.tell("confidential" if secret else "approvals")
    if ended.case is not None:
        house.tell(f"case:{ended.case}")
    done = "asked" if ended.status == "pending" else ended.status
    if actor().may("approvals.read"):
        return shell.go("console.approval", approval_id=ended.id, done=done)
    if ended.case is not None:
        return shell.go("console.case", case_id=ended.case, done=done)
    if ended.customer is None:
        return shell.go("console.home", done=done)
    return shell.go("console.customer", customer_id=ended.customer, done=done)


def _page(approval_id: UUID, refused: Refusal | None = None, *, given: str = "") -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "approvals")
        asked = approval_list.find(unit, who, approval_id)
        people = People()
        people.of_approvals([asked])
        people.add(customers=[UUID(asked.facts[name]) for name in _PEOPLE if name in asked.facts])
        people.load(unit)
        case = None if asked.case is None else cases.get(unit, asked.case)
        if looks.is_new(shell.house(), who, f"approval:{approval_id}"):
            audit.note(
                unit,
                who,
                "approval.seen",
                subject="approval",
                subject_id=approval_id,
                customer=asked.customer,
                fields=("facts", "reason"),
            )
        facts = _facts(unit, asked, people)
        fresh = who.mfa_at is not None and unit.now - who.mfa_at <= MFA_FRESH
    return shell.show(
        "approval",
        framed,
        status=shell.status_of(refused),
        refused=shell.told(refused),
        asked=asked,
        given=given,
        facts=facts,
        case=case,
        may_decide=approvals.may_decide(who, asked),
        may_withdraw=asked.status == "pending" and asked.made_by == who.id,
        needs_code=approvals.kind_of(asked.kind).mfa and not fresh,
        people=people,
    )


def _facts(unit: Unit, asked: Approval, people: People) -> list[tuple[str, str]]:
    """Return the facts as they are shown: people by name, addresses masked."""
    tokens = [value for name, value in asked.facts.items() if name in _ADDRESSES]
    known = contacts.reveal(unit, tokens)
    shown = []
    for name, value in asked.facts.items():
        if name in _PEOPLE:
            shown.append((name, people.name(UUID(value))))
        elif name in _ADDRESSES:
            shown.append((name, mask(known.get(value, ""))))
        else:
            shown.append((name, value))
    return shown


def _listed(unit: Unit, who: Actor, tab: str, after: UUID | None) -> list[Approval]:
    """Return a page of what is no decision of theirs, one row more than it shows."""
    return approval_list.listed(
        unit,
        who,
        made_by=shell.me() if tab == "mine" else None,
        ended=True if tab == "decided" else None,
        after=after,
        limit=tabs.PAGE + 1,
    )
