"""Disputed card payments: the list, one dispute with all that happened, and its steps."""

from collections.abc import Callable
from uuid import UUID

from flask import Response

from bot.console import given, looks, operations, shell, tabs
from bot.console.approvals import told
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access.approval_store import Approval
from core.cards import dispute_desk
from core.cards.dispute_desk import BEARERS, READ, WORK, Bearer
from core.cards.dispute_store import Dispute
from core.errors import Refusal
from core.store.unit import Unit

STATUSES = ("running", "all")
Step = Callable[[Unit, UUID, str], Dispute | Approval]
STEPS: dict[str, Step] = {
    "evidence": lambda unit, one, words: dispute_desk.evidence(unit, actor(), one, words),
    "represented": lambda unit, one, words: dispute_desk.represented(unit, actor(), one, words),
    "won": lambda unit, one, words: dispute_desk.won(unit, actor(), one, words),
    "lost": lambda unit, one, words: dispute_desk.lost(
        unit, actor(), one, bearer=_bearer(), words=words
    ),
}
"""What may be done with a dispute, by the name of its form."""


@console.get("/operations/disputes", endpoint="disputes")
@guard(READ)
def listed() -> Response:
    """Show a page of disputes, those that run unless all are asked for."""
    who, after = actor(), given.cursor()
    status = shell.chosen("status", STATUSES) or "running"
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        found = dispute_desk.listed(
            unit, who, running=status == "running", after=after, limit=tabs.PAGE + 1
        )
        people = People()
        people.add(customers=[one.customer for one in found])
        people.load(unit)
    return operations.show(
        "disputes",
        framed,
        tab="disputes",
        **tabs.paged(found, after),
        chosen={"status": status},
        statuses=STATUSES,
        people=people,
    )


@console.get("/operations/disputes/<uuid:dispute_id>")
@guard(READ)
def dispute(dispute_id: UUID) -> Response:
    """Show one dispute with all that was said, and note that it was read."""
    return _page(dispute_id)


@console.post("/operations/disputes/<uuid:dispute_id>/<any(evidence, represented, won, lost):step>")
@guard(WORK)
def move_dispute(dispute_id: UUID, step: str) -> Response:
    """Do a step of a dispute; a great loss is asked for, and somebody else decides."""
    try:
        with shell.house().unit() as unit:
            done = STEPS[step](unit, dispute_id, shell.field("reason", most=2000))
    except Refusal as refusal:
        return _page(dispute_id, refusal)
    shell.house().tell("disputes")
    if isinstance(done, Approval):
        return told(done)
    return shell.go("console.dispute", dispute_id=dispute_id, done=f"dispute_{step}")


def _page(dispute_id: UUID, refused: Refusal | None = None) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        seen = dispute_desk.look(unit, who, dispute_id)
        people = People()
        people.add(customers=[seen.dispute.customer])
        people.load(unit)
        if looks.is_new(shell.house(), who, f"dispute:{dispute_id}"):
            dispute_desk.seen(unit, who, seen.dispute)
    return operations.show(
        "dispute",
        framed,
        tab="disputes",
        refused=refused,
        one=seen.dispute,
        events=seen.events,
        alone=seen.alone,
        pending=seen.pending,
        bearers=BEARERS,
        people=people,
    )


def _bearer() -> Bearer:
    """Return who bears the loss, as the form has it; without a word its customer does."""
    return "bank" if shell.field("bearer") == "bank" else "customer"
