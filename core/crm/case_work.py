"""Working on a case: staff answer, note, move it on, escalate it. Everything they do is audited.

An agent works on the cases they have, of the categories their role takes; those who may hand out
cases work on all of them; others read. Statuses move only along ``MOVES``.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.crm import calendar, case_chat, case_takers, cases
from core.crm.case_catalog import is_known
from core.crm.case_store import By, Case, Status, lock, save
from core.crm.sla import PRIORITIES, Priority
from core.errors import DeskRefusal
from core.store.unit import Unit

MOVES: Mapping[str, frozenset[str]] = {
    "Open": frozenset({"InProgress", "Resolved", "Escalated"}),
    "InProgress": frozenset({"Open", "PendingCustomer", "Resolved", "Escalated"}),
    "PendingCustomer": frozenset({"InProgress", "Open", "Resolved", "Escalated"}),
    "Escalated": frozenset({"InProgress", "PendingCustomer", "Resolved"}),
    "Resolved": frozenset({"Closed", "Open"}),
    "Closed": frozenset({"Open"}),
}
"""Where a case may go from each status. One that was done and is taken up again is ``Open``."""


class NotYourCase(DeskRefusal):
    """Somebody else works on it, or nobody does yet. Fact: ``number``."""

    code = "not_your_case"


class CaseCannotMove(DeskRefusal):
    """Not from the status it is in. Facts: ``number``, ``was``, ``to``."""

    code = "wrong_status"


def require_work(actor: Actor, case: Case) -> None:
    """Let those pass who may work on this case now.

    :raises Forbidden: if their role works on no cases
    :raises NotYourCase: if it is not theirs
    """
    actor.require("cases.work")
    if actor.kind == "system" or actor.may("cases.assign"):
        return
    if actor.id is None or case.assigned_to != actor.id:
        raise NotYourCase(number=case.number)


def reply(unit: Unit, actor: Actor, case: Case, text: str, *, message: UUID | None) -> Case:
    """Write an agent's answer to the customer into the thread; ``message`` carries it to them.

    Raises what `require_work` does.

    :raises CaseClosed: if the case is done
    """
    return _say(unit, actor, case, text, internal=False, message=message)


def note(unit: Unit, actor: Actor, case: Case, text: str) -> Case:
    """Write a note for colleagues, which no customer ever sees. Raises what `require_work` does."""
    return _say(unit, actor, case, text, internal=True, message=None)


def set_status(unit: Unit, actor: Actor, case: Case, status: Status) -> Case:
    """Move a case on, and return it as it is now. Escalating and reopening have their own ways.

    Back to ``Open`` it has nobody. Once it is done the bot answers the customer again.
    Raises what `require_work` does.

    :raises CaseCannotMove: if it may not go there from where it is
    """
    before = _mine(unit, actor, case)
    if status not in MOVES[before.status] or status == "Escalated" or before.done:
        allowed = before.status == "Resolved" and status == "Closed"
        if not allowed:
            raise CaseCannotMove(number=before.number, was=before.status, to=status)
    if status == "Open":
        after = moved_to(unit, before, None)
    else:
        after = _at(unit, replace(before, status=status), actor)
    if after.done:
        _bot_answers(unit, before)
    return _kept(unit, actor, before, after, "case.status_set")


def set_priority(unit: Unit, actor: Actor, case: Case, priority: Priority) -> Case:
    """Change how urgent a case is; its deadline is what it would be, had it always been so.

    Raises what `require_work` does.
    """
    before = _mine(unit, actor, case)
    days = calendar.load(unit, before.country)
    after = cases.clocked(replace(before, priority=priority), before.clock, days, unit.now)
    return _kept(unit, actor, before, after, "case.priority_set")


def set_category(
    unit: Unit, actor: Actor, case: Case, category: str, sub_category: str = ""
) -> Case:
    """Say what a case is about after all. Raises what `require_work` does.

    :raises ValueError: if no case can be about that
    """
    if not is_known(category, sub_category):
        raise ValueError(f"no case is about {category}/{sub_category}")
    before = _mine(unit, actor, case)
    after = replace(before, category=category, sub_category=sub_category)
    return _kept(unit, actor, before, after, "case.category_set")


def escalate(unit: Unit, actor: Actor, case: Case, reason: str) -> Case:
    """Give a case to those who may hand out cases, one priority higher, for a reason.

    That it was escalated stays with the case for good. Raises what `require_work` does.

    :raises CaseCannotMove: if it is done, or escalated and nobody has it yet
    """
    actor.require("cases.escalate")
    before = _mine(unit, actor, case)
    if "Escalated" not in MOVES[before.status]:
        raise CaseCannotMove(number=before.number, was=before.status, to="Escalated")
    raised = PRIORITIES[min(PRIORITIES.index(before.priority) + 1, len(PRIORITIES) - 1)]
    given = replace(
        before,
        status="Escalated",
        priority=raised,
        assigned_to=None,
        assigned_at=None,
        escalated_at=before.escalated_at or unit.now,
    )
    days = calendar.load(unit, before.country)
    after = cases.clocked(given, before.clock.resume(unit.now), days, unit.now)
    cases.add_words(unit, before, by=_by(actor), actor=actor.id, text=reason, internal=True)
    return _kept(unit, actor, before, after, "case.escalated", reason=reason)


def reopen(unit: Unit, actor: Actor, case: Case, reason: str) -> Case:
    """Take a case up again that was done, because a member of staff says so; whosever it was.

    :raises Forbidden: if their role works on no cases, or on none of its category
    :raises CaseCannotMove: if it is not done
    """
    actor.require("cases.work")
    case_takers.require(unit, actor, case.category)
    before = lock(unit, case.id)
    if not before.done:
        raise CaseCannotMove(number=before.number, was=before.status, to="Open")
    after = cases.reopen(unit, before, by=_by(actor), actor=actor.id)
    _audit(unit, actor, before, after, "case.reopened", reason)
    return after


def moved_to(unit: Unit, case: Case, to: UUID | None) -> Case:
    """Return an unfinished case in the hands of somebody, or of nobody.

    The wait for a customer goes on with whoever has the case; in the queue nobody waits.
    """
    kept = "Escalated" if to is None else "PendingCustomer"
    status = "Open" if to is None else "InProgress"
    if case.status == kept:
        status = kept
    given = replace(
        case, status=status, assigned_to=to, assigned_at=None if to is None else unit.now
    )
    if status == "PendingCustomer" or case.clock.running_since is not None:
        return given
    days = calendar.load(unit, case.country)
    return cases.clocked(given, case.clock.resume(unit.now), days, unit.now)


def _say(
    unit: Unit, actor: Actor, case: Case, text: str, *, internal: bool, message: UUID | None
) -> Case:
    before = _mine(unit, actor, case)
    if before.done and not internal:
        raise cases.closed(before, unit.now)
    after = cases.add_words(
        unit, before, by=_by(actor), actor=actor.id, text=text, internal=internal, message=message
    )
    _audit(unit, actor, before, after, "case.noted" if internal else "case.replied")
    return after


def _mine(unit: Unit, actor: Actor, case: Case) -> Case:
    """Lock what a case is worked on with, in the order of a customer's turn; judge the actor."""
    case_chat.lock_all(unit, case.id, opened_in=case.conversation)
    before = lock(unit, case.id)
    require_work(actor, before)
    return before


def _bot_answers(unit: Unit, case: Case) -> None:
    unit.run("update conversations set case_id = null where case_id = %(case)s", case=case.id)


def _at(unit: Unit, case: Case, actor: Actor) -> Case:
    """Return a case that has just come to its status, with its clock and its times."""
    days = calendar.load(unit, case.country)
    running = case.status == "InProgress"
    clock = case.clock.resume(unit.now) if running else case.clock.pause(unit.now, days)
    if case.done:
        case = replace(
            case,
            resolved_at=case.resolved_at or unit.now,
            closed_at=unit.now if case.status == "Closed" else None,
            waiting_since=None,
        )
    elif case.assigned_to is None:
        case = replace(case, assigned_to=actor.id, assigned_at=unit.now)
    return cases.clocked(case, clock, days, unit.now)


def _kept(
    unit: Unit, actor: Actor, before: Case, after: Case, action: str, *, reason: str = ""
) -> Case:
    saved = save(unit, before, after, by=_by(actor), actor=actor.id)
    _audit(unit, actor, before, saved, action, reason)
    return saved


def _audit(
    unit: Unit, actor: Actor, before: Case, after: Case, action: str, reason: str = ""
) -> None:
    names = ("status", "priority", "category", "sub_category", "assigned_to")
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    audit.note(
        unit,
        actor,
        action,
        subject="case",
        subject_id=before.id,
        customer=before.customer,
        reason=reason,
        fields=changed,
        before={name: getattr(before, name) for name in changed},
        after={name: getattr(after, name) for name in changed},
    )


def _by(actor: Actor) -> By:
    return "agent" if actor.kind == "staff" else "system"
