"""Who may do what to a case, where it may go from there, and that all of it is audited."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core.access.actors import SYSTEM, Actor, Forbidden
from core.crm import case_list, case_queue, case_work, cases
from core.crm.case_store import Status
from core.crm.case_work import MOVES, CaseCannotMove, NotYourCase
from core.crm.cases import Case
from core.store.unit import Unit
from tests.core.crm.desk import case, customer, staff, without
from tests.core.crm.test_cases import events

Deed = Callable[[Unit, Actor, Case], object]
DEEDS: dict[str, Deed] = {
    "reply": lambda unit, actor, one: case_work.reply(unit, actor, one, "Hi", message=None),
    "note": lambda unit, actor, one: case_work.note(unit, actor, one, "Hm"),
    "resolve": lambda unit, actor, one: case_work.set_status(unit, actor, one, "Resolved"),
    "priority": lambda unit, actor, one: case_work.set_priority(unit, actor, one, "High"),
    "category": lambda unit, actor, one: case_work.set_category(unit, actor, one, "Fraud"),
    "escalate": lambda unit, actor, one: case_work.escalate(unit, actor, one, "too hard"),
}


def audited(unit: Unit) -> list[str]:
    unit.finish()
    return [row.action for row in unit.all("select action from audit_log order by seq")]


@pytest.mark.parametrize("deed", DEEDS)
def test_agents_work_on_their_own_cases_and_supervisors_on_all(unit: Unit, deed: str) -> None:
    agent, colleague, lead = staff(unit), staff(unit), staff(unit, "supervisor")
    me, do = customer(unit), DEEDS[deed]
    mine = case_queue.claim(unit, agent, case(unit, me))
    for other in (colleague, staff(unit, "auditor")):
        with pytest.raises((NotYourCase, Forbidden)):
            do(unit, other, mine)
    with pytest.raises(NotYourCase):
        do(unit, agent, case(unit, me))
    with pytest.raises(Forbidden):
        do(unit, without(agent, "cases.work"), mine)
    do(unit, agent, mine)
    do(unit, lead, case_queue.claim(unit, colleague, case(unit, me)))
    do(unit, SYSTEM, case_queue.claim(unit, colleague, case(unit, me)))
    assert len(audited(unit)) == 6, "three were taken, three were worked on"


def test_who_only_reads_cases_reads(unit: Unit) -> None:
    one, auditor = case(unit, customer(unit)), staff(unit, "auditor")
    assert case_list.page(unit, auditor, "open") == [one]
    case_list.seen(unit, auditor, one)
    nobody = without(auditor, "cases.read")
    for look in (
        lambda: case_list.page(unit, nobody, "open"),
        lambda: case_list.counts(unit, nobody),
        lambda: case_list.seen(unit, nobody, one),
        lambda: case_queue.take_next(unit, auditor),
        lambda: case_queue.assign(unit, auditor, one, auditor.id),
        lambda: case_queue.set_capacity(unit, auditor, auditor.id, 3),  # type: ignore[arg-type]
        lambda: case_work.reopen(unit, auditor, one, "why not"),
    ):
        with pytest.raises(Forbidden):
            look()
    assert audited(unit) == ["case.seen"]


@pytest.mark.parametrize("was", MOVES)
def test_a_case_moves_only_along_the_map(unit: Unit, was: Status) -> None:
    lead, me = staff(unit, "supervisor"), customer(unit)
    for to in MOVES:
        at = bring(unit, lead, case(unit, me, by="system"), was)
        allowed = to in MOVES[was] and to != "Escalated" and (was, to) not in REOPENING
        if not allowed:
            with pytest.raises(CaseCannotMove) as refused:
                case_work.set_status(unit, lead, at, to)  # type: ignore[arg-type]
            assert refused.value.facts == {"number": at.number, "was": was, "to": to}
            continue
        moved = case_work.set_status(unit, lead, at, to)  # type: ignore[arg-type]
        assert moved.status == to
        assert ("status", was, to) in events(unit, moved)
        assert (moved.clock.running_since is not None) == (to in ("Open", "InProgress"))


REOPENING = (("Resolved", "Open"), ("Closed", "Open"))


def bring(unit: Unit, lead: Actor, one: Case, to: str) -> Case:
    """Bring a new case to a status."""
    if to == "Escalated":
        return case_work.escalate(unit, lead, one, "because")
    ways = {
        "Open": (),
        "InProgress": ("InProgress",),
        "PendingCustomer": ("InProgress", "PendingCustomer"),
        "Resolved": ("Resolved",),
        "Closed": ("Resolved", "Closed"),
    }
    for status in ways[to]:
        one = case_work.set_status(unit, lead, one, status)  # type: ignore[arg-type]
    return one


def test_escalating_raises_the_priority_once_and_gives_it_to_supervisors(
    unit: Unit, now: datetime
) -> None:
    agent, lead = staff(unit), staff(unit, "supervisor")
    mine = case_queue.claim(unit, agent, case(unit, customer(unit), priority="Medium"))
    unit.now += timedelta(hours=2)
    given = case_work.escalate(unit, agent, mine, "he threatens to sue")
    assert (given.status, given.priority, given.assigned_to) == ("Escalated", "High", None)
    assert given.escalated_at == unit.now
    assert given.deadline == now + timedelta(hours=24), "as if it had been High always"
    with pytest.raises(NotYourCase):
        case_queue.claim(unit, agent, given)
    assert case_queue.take_next(unit, agent) is None
    with pytest.raises(CaseCannotMove):
        case_work.escalate(unit, lead, given, "again")
    taken = case_queue.take_next(unit, lead)
    assert taken is not None and taken.id == mine.id
    assert taken.escalated_at == given.escalated_at, "that it was escalated stays"
    assert audited(unit) == ["case.taken", "case.escalated", "case.taken"]


def test_another_priority_is_judged_by_what_its_own_clock_used(unit: Unit, now: datetime) -> None:
    lead = staff(unit, "supervisor")
    one = case(unit, customer(unit), priority="Critical")
    unit.now += timedelta(days=3)  # from Wednesday noon to Saturday noon
    calmer = case_work.set_priority(unit, lead, one, "Low")
    assert calmer.deadline == now + timedelta(days=7), "nights and the weekend are not counted"
    late = case_work.set_priority(unit, lead, calmer, "High")
    assert late.deadline == now + timedelta(days=1), "it was due on Thursday"


def test_the_audit_says_what_changed_and_for_whom(unit: Unit) -> None:
    from core.access import audit

    agent = staff(unit)
    mine = case_queue.claim(unit, agent, case(unit, customer(unit)))
    case_work.set_status(unit, agent, mine, "PendingCustomer")
    unit.finish()
    last = audit.looks(unit, mine.customer)[0]  # type: ignore[arg-type]
    assert (last.action, last.subject_id, last.actor_id) == (
        "case.status_set",
        str(mine.id),
        agent.id,
    )
    assert (last.before, last.after) == ({"status": "InProgress"}, {"status": "PendingCustomer"})


def test_a_case_is_handed_over_and_put_back(unit: Unit) -> None:
    agent, colleague, lead = staff(unit), staff(unit), staff(unit, "supervisor")
    mine = case_queue.claim(unit, agent, case(unit, customer(unit)))
    with pytest.raises(Forbidden):
        case_queue.assign(unit, agent, mine, colleague.id)
    theirs = case_queue.assign(unit, lead, mine, colleague.id)
    assert theirs.assigned_to == colleague.id
    waiting = case_work.set_status(unit, colleague, theirs, "PendingCustomer")
    kept = case_queue.assign(unit, lead, waiting, agent.id)
    assert (kept.status, kept.deadline) == ("PendingCustomer", None)
    back = case_queue.assign(unit, agent, kept, None)
    assert (back.status, back.assigned_to) == ("Open", None)
    assert back.deadline is not None
    done = case_work.set_status(unit, lead, back, "Resolved")
    with pytest.raises(case_queue.CaseTaken):
        case_queue.assign(unit, lead, done, agent.id)


def test_whoever_leaves_leaves_no_case_behind(unit: Unit) -> None:
    agent, lead, me = staff(unit), staff(unit, "supervisor"), customer(unit)
    assert agent.id is not None
    hers = [case_queue.claim(unit, agent, case(unit, me)) for _ in range(3)]
    case_work.set_status(unit, agent, hers[0], "PendingCustomer")
    case_work.set_status(unit, agent, hers[1], "Resolved")
    with pytest.raises(Forbidden):
        case_queue.release_all(unit, agent, agent.id)
    assert case_queue.release_all(unit, lead, agent.id) == [hers[0].id, hers[2].id]
    assert [cases.get(unit, one.id).status for one in hers] == ["Open", "Resolved", "Open"]


def test_an_internal_note_may_follow_when_all_is_done(unit: Unit) -> None:
    lead = staff(unit, "supervisor")
    done = case_work.set_status(unit, lead, case(unit, customer(unit)), "Resolved")
    case_work.note(unit, lead, done, "He called to say thanks")
    with pytest.raises(cases.CaseClosed):
        case_work.reply(unit, lead, done, "You are welcome", message=None)
