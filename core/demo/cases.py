"""Plays the demo's cases: everything at its time, by those who do it in a real bank."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.access.actors import Actor
from core.crm import (
    answer_sweep,
    case_catalog,
    case_queue,
    case_sweep,
    case_work,
    cases,
    complaints,
)
from core.crm.cases import Case
from core.demo import canned
from core.demo.case_stories import TOLD, Step, Told
from core.store.unit import Unit
from core.transfers import payments

_SWEPT_EVERY = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Team:
    """Who works on the demo's cases."""

    agent: Actor
    lead: Actor


def load(unit: Unit, *, people: Sequence[UUID], agent: UUID, lead: UUID) -> None:
    """Play all cases up to the unit's time. ``people`` are customers in the demo's order.

    Nobody is told of what happened long ago.
    """
    now = unit.now
    team = Team(_actor(unit, agent, "agent"), _actor(unit, lead, "supervisor"))
    opened: dict[int, Case] = {}
    for at, place, step in sorted(_moments(now), key=lambda moment: moment[:2]):
        unit.now = at
        if step is None and place < 0:
            _sweep(unit)
        elif step is None:
            told = TOLD[place]
            opened[place] = _open(unit, told, people[told.person])
        else:
            _do(unit, cases.get(unit, opened[place].id), step, team)
    unit.now = now
    canned.load(unit, team.lead)
    _sweep(unit)


def _moments(now: datetime) -> Iterator[tuple[datetime, int, Step | None]]:
    """Yield when which case is opened (no step) or goes on; a place below nought is a sweep."""
    begun = now - timedelta(hours=max(told.hours_ago for told in TOLD))
    for count in range((now - begun) // _SWEPT_EVERY):
        yield begun + count * _SWEPT_EVERY, -1, None
    for place, told in enumerate(TOLD):
        start = now - timedelta(hours=told.hours_ago)
        yield start, place, None
        for n, step in enumerate(told.steps):
            # Steps of one moment keep their order.
            yield start + timedelta(hours=step.after, milliseconds=n), place, step


def _open(unit: Unit, told: Told, customer: UUID) -> Case:
    category, _, sub = told.about.partition("/")
    sent = payments.sent_by(unit, customer, limit=1) if told.payment else []
    return cases.open_case(
        unit,
        customer=customer,
        category=category,
        sub_category=sub,
        title=told.title,
        description=told.text,
        priority=case_catalog.priority_of(category, sub),
        channel=told.channel,
        conversation=None,
        transaction=sent[0].id if sent else None,
        by="customer",
    )


def _do(unit: Unit, case: Case, step: Step, team: Team) -> None:
    if step.deed in ("says", "reopen"):
        _hear(unit, case, step)
    elif step.deed in ("take", "lead"):
        case_queue.claim(unit, team.agent if step.deed == "take" else team.lead, case)
    else:
        _work(unit, case, step, team.lead if case.assigned_to == team.lead.id else team.agent)


def _hear(unit: Unit, case: Case, step: Step) -> None:
    if step.deed == "reopen":
        cases.reopen(unit, case, by="customer", actor=case.customer)
        return
    cases.add_words(unit, case, by="customer", actor=case.customer, text=step.words, internal=False)


def _work(unit: Unit, case: Case, step: Step, who: Actor) -> None:
    match step.deed:
        case "reply" | "ask":
            case_work.reply(unit, who, case, step.words, message=None)
        case "note":
            case_work.note(unit, who, case, step.words)
        case "resolve":
            case_work.set_status(unit, who, case, "Resolved")
        case "escalate":
            case_work.escalate(unit, who, case, step.words)
    if step.deed == "ask":
        case_work.set_status(unit, who, case, "PendingCustomer")


def _sweep(unit: Unit) -> None:
    case_sweep.escalate_late(unit, tell=False)
    answer_sweep.sweep(unit, most=500)
    complaints.sweep(unit, most=500, tell=False)
    case_sweep.warn(unit)
    case_sweep.close_old(unit)


def _actor(unit: Unit, staff: UUID, role: str) -> Actor:
    rows = unit.all("select permission from role_permissions where role = %(role)s", role=role)
    return Actor(staff, "staff", role, frozenset(row.permission for row in rows))
