"""Who gets which case: in the right order, once, and not more than they can carry."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from core.access.actors import Actor, Forbidden
from core.crm import case_list, case_queue, case_sweep, case_takers, case_work, cases, leaving
from core.crm.case_number import case_number
from core.crm.case_queue import CaseTaken, HandsFull
from core.store.engine import open_engine
from core.store.unit import Unit, open_unit
from tests.core.crm.desk import case, customer, staff
from tests.support.desk import hired
from tests.support.keys import KEYS
from tests.support.servers import Servers

AGENTS, CASES = 32, 1000


def test_the_queue_is_taken_late_first_then_urgent_then_due(unit: Unit) -> None:
    me, agent = customer(unit), staff(unit)
    lead = staff(unit, "supervisor")
    late = case(unit, me, priority="High", by="system")
    unit.now += timedelta(hours=25)
    case_sweep.escalate_late(unit)
    low = case(unit, me, priority="Low", by="system")
    unit.now += timedelta(seconds=1)
    medium = case(unit, me, priority="Medium", by="system")
    unit.now += timedelta(seconds=1)
    later = case(unit, me, priority="Medium", by="system")
    critical = case(unit, me, priority="Critical", by="system")
    wanted = [late, critical, medium, later, low]
    assert [one.id for one in case_list.page(unit, lead, "unassigned")] == [w.id for w in wanted]
    first = case_queue.take_next(unit, lead)
    assert first is not None and first.id == late.id
    taken = [case_queue.take_next(unit, agent) for _ in range(5)]
    assert [one and one.id for one in taken] == [w.id for w in wanted[1:]] + [None]


def test_hands_are_full_at_some_point(unit: Unit) -> None:
    me, agent, lead = customer(unit), staff(unit), staff(unit, "supervisor")
    for _ in range(4):
        case(unit, me, by="system")
    assert agent.id is not None
    assert case_queue.capacity(unit, agent.id) == case_queue.USUAL_CAPACITY == 12
    case_queue.set_capacity(unit, lead, agent.id, 2)
    mine = case_queue.take_next(unit, agent)
    case_queue.take_next(unit, agent)
    with pytest.raises(HandsFull) as refused:
        case_queue.take_next(unit, agent)
    assert refused.value.facts == {"most": "2"}
    assert mine is not None
    case_work.set_status(unit, agent, mine, "PendingCustomer")
    assert case_queue.take_next(unit, agent), "what waits for the customer is in nobody's hands"


def test_operations_are_given_cases_of_their_own_categories_alone(unit: Unit) -> None:
    operator, lead = hired(unit, "operations"), hired(unit, "supervisor")
    assert operator.id is not None and lead.id is not None
    other = case(unit, customer(unit), priority="Critical")
    with pytest.raises(Forbidden):
        case_queue.claim(unit, operator, other)
    with pytest.raises(case_queue.CannotTake):
        case_queue.assign(unit, lead, other, operator.id)
    assert case_queue.take_next(unit, operator) is None
    theirs = [
        case(unit, category=category, sub_category="", by="system")
        for category in ("Reconciliation", "Hedging", "Hedging")
    ]
    assert case_queue.take_next(unit, operator) is not None
    case_queue.claim(unit, operator, theirs[1])
    assert case_queue.assign(unit, lead, theirs[2], operator.id).assigned_to == operator.id
    assert set(case_takers.named(unit, "Transfer")) <= set(case_takers.named(unit, "Hedging"))

    done = case_work.set_status(unit, lead, other, "Resolved")
    with pytest.raises(Forbidden):
        case_work.reopen(unit, operator, done, "not mine")
    mended = case_work.set_status(unit, operator, theirs[1], "Resolved")
    assert case_work.reopen(unit, operator, mended, "it came back").status == "Open"


def test_another_role_puts_back_what_it_does_not_take(unit: Unit) -> None:
    agent, admin = staff(unit), hired(unit, "admin")
    assert agent.id is not None
    hers = [
        case_queue.claim(unit, agent, case(unit, category=category, sub_category="", by="system"))
        for category in ("Complaint", "Hedging")
    ]
    leaving.change_role(unit, admin, agent.id, "operations")
    assert [cases.get(unit, one.id).assigned_to for one in hers] == [None, agent.id]


def test_a_case_has_one_owner(unit: Unit) -> None:
    one = case(unit, customer(unit))
    first, second = staff(unit), staff(unit)
    assert case_queue.claim(unit, first, one).assigned_to == first.id
    for actor in (first, second):
        with pytest.raises(CaseTaken):
            case_queue.claim(unit, actor, one)


def test_views_count_what_they_list(unit: Unit, now: datetime) -> None:
    me, agent, lead = customer(unit), staff(unit), staff(unit, "supervisor")
    for n in range(5):
        case(unit, me, priority="Critical" if n < 2 else "Low", by="system")
    case_queue.take_next(unit, agent)
    pending = case_queue.take_next(unit, agent)
    assert pending is not None
    case_work.set_status(unit, agent, pending, "PendingCustomer")
    unit.now += timedelta(hours=3, minutes=40)
    case_sweep.warn(unit)
    expected = {
        "mine": 2, "unassigned": 3, "escalated": 0, "soon": 1, "late": 0, "waiting": 1, "open": 5,
    }  # fmt: skip
    assert case_list.counts(unit, agent) == expected
    for view, count in expected.items():
        assert len(case_list.page(unit, agent, view)) == count, view  # type: ignore[arg-type]
    unit.now += timedelta(hours=1)
    assert len(case_sweep.escalate_late(unit)) == 1
    assert case_list.counts(unit, lead)["late"] == 1
    assert case_list.counts(unit, lead)["escalated"] == 1
    case_work.set_status(unit, agent, pending, "Resolved")
    assert [one.id for one in case_list.page(unit, lead, "done")] == [pending.id]


@pytest.mark.parametrize("view", ["open", "done", "all"])
def test_pages_of_a_view_follow_each_other(unit: Unit, view: case_list.View) -> None:
    lead, me = staff(unit, "supervisor"), customer(unit)
    for n in range(7):
        unit.now += timedelta(minutes=n)
        one = case(unit, me, priority=("Low", "High")[n % 2], by="system")
        if view == "done":
            case_work.set_status(unit, lead, one, "Resolved")
    whole = [one.id for one in case_list.page(unit, lead, view)]
    paged, after = [], None
    while some := case_list.page(unit, lead, view, after=after, limit=3):
        paged += [one.id for one in some]
        after = paged[-1]
    assert len(whole) == 7
    assert paged == whole


def at_work(engine: Engine, now: datetime) -> AbstractContextManager[Unit]:
    """A unit that commits."""
    return open_unit(engine, keys=KEYS, now=now, new_id=uuid4, correlation=str(uuid4()))


def test_a_view_is_narrowed_down(unit: Unit) -> None:
    lead, me = staff(unit, "supervisor"), customer(unit)
    fraud = case(unit, me, category="Fraud", sub_category="", priority="Critical", by="system")
    other = case(unit, me, by="system")
    case_work.set_status(unit, lead, other, "InProgress")

    def found(**by: str) -> list[UUID]:
        return [one.id for one in case_list.page(unit, lead, "open", **by)]  # type: ignore[arg-type]

    assert found() == [fraud.id, other.id]
    assert found(category="Fraud") == found(priority="Critical") == found(status="Open")
    assert found(status="InProgress", category="Transfer") == [other.id]
    assert found(status="Open", category="Transfer") == []


def many_cases(unit: Unit, count: int) -> set[UUID]:
    """Open many cases at once, as cheaply as can be."""
    rows = [
        {
            "id": uuid4(),
            "number": case_number(500_000 + n),
            "priority": ("Low", "Medium", "High", "Critical")[n % 4],
            "deadline": unit.now + timedelta(minutes=n),
        }
        for n in range(count)
    ]
    unit.run(
        """
        insert into cases (id, case_number, title, description, status, priority, category, country,
            channel, source, sla_running_since, sla_deadline, created_at, created_by, updated_at,
            updated_by)
        select c.*, 'Open', p, 'Other', 'KE', 'sms', 'system', %(now)s, d, %(now)s, 'system',
            %(now)s, 'system'
        from unnest(%(ids)s::uuid[], %(numbers)s::text[], %(titles)s::bytea[],
            %(descriptions)s::bytea[]) with ordinality x (id, number, title, description, place)
        cross join lateral (select x.id, x.number, x.title, x.description) c
        cross join lateral (select (%(priorities)s::text[])[x.place] as p,
            (%(deadlines)s::timestamptz[])[x.place] as d) y
        """,
        ids=[row["id"] for row in rows],
        numbers=[row["number"] for row in rows],
        titles=[unit.keys.seal("t", field="cases.title", row=row["id"]) for row in rows],
        descriptions=[
            unit.keys.seal("d", field="cases.description", row=row["id"]) for row in rows
        ],
        priorities=[row["priority"] for row in rows],
        deadlines=[row["deadline"] for row in rows],
        now=unit.now,
    )
    return {row["id"] for row in rows}  # type: ignore[misc]


def test_32_agents_who_claim_1000_cases_at_once_get_each_exactly_once(
    servers: Servers, clean_database: str, clean_engine: Engine, now: datetime
) -> None:
    with at_work(clean_engine, now) as unit:
        opened = many_cases(unit, CASES)
        agents = [staff(unit) for _ in range(AGENTS)]
        for agent in agents:
            unit.run("insert into case_capacity (staff_id, most) values (%(id)s, 200)", id=agent.id)
    engine = open_engine(servers.app_url(clean_database), name="agents", pool=AGENTS)
    start = Barrier(AGENTS)

    def take_all(agent: Actor) -> list[UUID]:
        mine: list[UUID] = []
        start.wait()
        while True:
            with at_work(engine, now) as unit:
                taken = case_queue.take_next(unit, agent)
            if taken is None:
                return mine
            mine.append(taken.id)

    try:
        with ThreadPoolExecutor(AGENTS) as pool:
            shares = list(pool.map(take_all, agents))
    finally:
        engine.dispose()
    claimed = Counter(id_ for share in shares for id_ in share)
    assert set(claimed) == opened
    assert set(claimed.values()) == {1}
    assert sum(1 for share in shares if share) > AGENTS / 2, "they did work at once"
    with at_work(clean_engine, now) as unit:
        owners = {row.id: row.assigned_to for row in unit.all("select id, assigned_to from cases")}
        told = unit.value("select count(*) from case_events where what = 'assigned'")
        audited = unit.value("select count(*) from audit_log where action = 'case.taken'")
    assert owners == {id_: a.id for a, share in zip(agents, shares, strict=True) for id_ in share}
    assert (told, audited) == (CASES, CASES)


def test_two_requests_of_one_agent_never_overfill_their_hands(
    servers: Servers, clean_database: str, clean_engine: Engine, now: datetime
) -> None:
    with at_work(clean_engine, now) as unit:
        many_cases(unit, 20)
        agent = staff(unit)
        unit.run("insert into case_capacity (staff_id, most) values (%(id)s, 5)", id=agent.id)
    engine = open_engine(servers.app_url(clean_database), name="agents", pool=8)

    def take(_: int) -> bool:
        try:
            with at_work(engine, now) as unit:
                return case_queue.take_next(unit, agent) is not None
        except HandsFull:
            return False

    try:
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(take, range(16))) == 5
    finally:
        engine.dispose()


def test_one_case_goes_to_the_quicker_of_two(
    servers: Servers, clean_database: str, clean_engine: Engine, now: datetime
) -> None:
    with at_work(clean_engine, now) as unit:
        one, agents = case(unit, customer(unit)), [staff(unit) for _ in range(8)]
    engine = open_engine(servers.app_url(clean_database), name="agents", pool=8)

    def claim(agent: Actor) -> bool:
        try:
            with at_work(engine, now) as unit:
                case_queue.claim(unit, agent, one)
        except CaseTaken:
            return False
        return True

    try:
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(claim, agents)) == 1
    finally:
        engine.dispose()
