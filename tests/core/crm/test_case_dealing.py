"""What the house hands out: by skill, language, load and hours, never beyond capacity."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, time, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from core.access import audit
from core.access.actors import SYSTEM, Actor, Forbidden
from core.crm import case_dealing, case_queue, case_work, cases, shifts, skills
from core.crm.case_dealing import Dealt
from core.crm.cases import Case
from core.store.engine import open_engine
from core.store.unit import Unit, open_unit
from tests.core.crm.desk import case, customer, staff
from tests.core.crm.test_cases_queue import many_cases
from tests.support.keys import KEYS
from tests.support.servers import Servers

ALWAYS = dict.fromkeys(range(1, 8), (time(0), time(0)))
MORNING = dict.fromkeys(range(1, 6), (time(8), time(13)))


def on_shift(
    unit: Unit,
    role: str = "agent",
    *,
    good_at: tuple[str, ...] = (),
    languages: tuple[str, ...] = ("en",),
    most: int | None = None,
    hours: dict[int, tuple[time, time]] = ALWAYS,
) -> Actor:
    """Hire somebody who is there now; it is half past twelve on a Wednesday in Nairobi."""
    hired, lead = staff(unit, role), staff(unit, "supervisor")
    assert hired.id is not None
    shifts.set_shift(unit, lead, hired.id, country="KE", hours=hours)
    skills.set_skills(unit, lead, hired.id, skills=good_at, languages=languages)
    if most is not None:
        case_queue.set_capacity(unit, lead, hired.id, most)
    return hired


def deal(unit: Unit) -> Dealt:
    """Hand out what waits."""

    @contextmanager
    def same() -> Iterator[Unit]:
        yield unit

    return case_dealing.tick(same)


def owner(unit: Unit, one: Case) -> UUID | None:
    return cases.get(unit, one.id).assigned_to


def test_nobody_is_given_anything_who_has_no_hours(unit: Unit) -> None:
    staff(unit)
    case(unit, customer(unit))
    assert deal(unit) == Dealt([], [])


def test_a_case_goes_to_who_is_good_at_it_and_speaks_its_language(unit: Unit) -> None:
    on_shift(unit, good_at=("Card",), languages=("en", "sw"))
    on_shift(unit, good_at=("Transfer",), languages=("en",))
    both = on_shift(unit, good_at=("Transfer", "Fees"), languages=("fr", "sw"))
    someone = customer(unit, "+255712000001")
    unit.run("update customers set language = 'sw' where id = %(id)s", id=someone)
    one = case(unit, someone)
    assert one.language == "sw"
    assert deal(unit) == Dealt([one.id], [])
    given = cases.get(unit, one.id)
    assert (given.assigned_to, given.status, given.updated_by) == (both.id, "InProgress", "system")
    unit.finish()
    (noted,) = audit.page(unit, SYSTEM, action="case.assigned")
    assert (noted.actor_id, noted.after) == (None, {"assigned_to": str(both.id)})
    nobody = case(unit, someone, category="Account", sub_category="")
    assert deal(unit) == Dealt([], [])
    assert owner(unit, nobody) is None, "it waits for who takes it"


def test_the_least_burdened_are_given_first_and_in_turns(unit: Unit) -> None:
    me = customer(unit)
    team = [on_shift(unit) for _ in range(3)]
    busy = case_queue.claim(unit, team[0], case(unit, me, priority="Critical", by="system"))
    for _ in range(6):
        unit.now += timedelta(seconds=1)
        case(unit, me, priority="Medium", by="system")
    assert len(deal(unit).given) == 6
    rows = unit.all("select assigned_to from cases where id <> %(busy)s", busy=busy.id)
    assert Counter(row.assigned_to for row in rows) == {team[1].id: 3, team[2].id: 3}
    more = [case(unit, me, priority="Medium", by="system") for _ in range(4)]
    deal(unit)
    assert Counter(owner(unit, one) for one in more) == {
        team[0].id: 1, team[1].id: 2, team[2].id: 1,
    }  # fmt: skip


def test_nobody_is_given_more_than_they_may_have(unit: Unit) -> None:
    me, agent = customer(unit), on_shift(unit, most=2)
    for _ in range(5):
        case(unit, me, by="system")
    assert len(deal(unit).given) == 2
    assert deal(unit) == Dealt([], [])
    held = unit.value("select count(*) from cases where assigned_to = %(id)s", id=agent.id)
    assert held == 2


def test_who_spoke_with_the_customer_within_a_week_is_given_their_next_case(unit: Unit) -> None:
    me = customer(unit)
    known, other = on_shift(unit), on_shift(unit)
    first = case_queue.claim(unit, known, case(unit, me, priority="Critical"))
    case_work.reply(unit, known, first, "We are looking", message=None)
    unit.now += timedelta(days=6)
    second = case(unit, me, priority="Low")
    stranger = case(unit, None, priority="Low", by="system")
    deal(unit)
    assert owner(unit, second) == known.id, "though the other carries less"
    assert owner(unit, stranger) == other.id
    unit.now += timedelta(days=2)
    third = case(unit, me, priority="Low")
    deal(unit)
    assert owner(unit, third) == other.id, "that is more than a week ago"


def test_escalated_cases_go_to_those_who_hand_out_cases(unit: Unit) -> None:
    agent = on_shift(unit)
    one = case_queue.claim(unit, agent, case(unit, customer(unit)))
    case_work.escalate(unit, agent, one, "he threatens to sue")
    assert deal(unit) == Dealt([], [])
    lead = on_shift(unit, "supervisor")
    assert deal(unit) == Dealt([one.id], [])
    assert owner(unit, one) == lead.id


def test_a_category_may_be_left_to_people(unit: Unit) -> None:
    agent, lead = on_shift(unit), staff(unit, "supervisor")
    one = case(unit, customer(unit))
    with pytest.raises(Forbidden):
        skills.set_dealing(unit, agent, "Transfer", automatic=False)
    with pytest.raises(skills.BadSkill):
        skills.set_dealing(unit, lead, "Weather", automatic=False)
    skills.set_dealing(unit, lead, "Transfer", automatic=False)
    assert (skills.dealing(unit)["Transfer"], skills.dealing(unit)["Card"]) == (False, True)
    assert deal(unit) == Dealt([], [])
    skills.set_dealing(unit, lead, "Transfer", automatic=True)
    assert deal(unit) == Dealt([one.id], [])
    unit.finish()
    assert unit.value("select count(*) from audit_log where action = 'cases.dealing_set'") == 2


def test_who_goes_home_with_an_answer_due_is_relieved(unit: Unit) -> None:
    """The morning shift ends at one; High is answered within the hour, Low by tomorrow noon."""
    me = customer(unit)
    morning = on_shift(unit, hours=MORNING)
    urgent = case_queue.claim(unit, morning, case(unit, me, priority="High"))
    calm = case_queue.claim(unit, morning, case(unit, me, priority="Low"))
    quiet = case_queue.claim(unit, morning, case(unit, me, priority="High", by="system"))
    unit.now += timedelta(minutes=29)
    afternoon = on_shift(unit)
    assert deal(unit) == Dealt([], [])
    unit.now += timedelta(minutes=1)
    assert deal(unit) == Dealt([], [urgent.id])
    assert owner(unit, urgent) == afternoon.id
    assert owner(unit, calm) == morning.id, "they are back before it is due"
    assert owner(unit, quiet) == morning.id, "nobody waits for an answer"
    assert deal(unit) == Dealt([], [])


def test_what_somebody_has_who_is_away_goes_back_where_nobody_fits(unit: Unit) -> None:
    agent, lead = staff(unit), staff(unit, "supervisor")
    assert agent.id is not None
    one = case_queue.claim(unit, agent, case(unit, customer(unit)))
    shifts.away(unit, agent, agent.id)
    full = on_shift(unit, most=0)
    assert deal(unit) == Dealt([], [one.id])
    again = cases.get(unit, one.id)
    assert (again.assigned_to, again.status) == (None, "Open")
    assert again.answer is not None and again.answer.due == one.answer.due  # type: ignore[union-attr]
    assert full.id is not None
    case_queue.set_capacity(unit, lead, full.id, 1)
    assert deal(unit) == Dealt([one.id], [])
    shifts.away(unit, full, full.id, until=unit.now + timedelta(minutes=10))
    assert deal(unit) == Dealt([], []), "they are back before it is due"


def test_what_fits_somebody_at_the_front_is_taken_first(unit: Unit) -> None:
    me, lead, agent = customer(unit), staff(unit, "supervisor"), staff(unit)
    assert agent.id is not None
    skills.set_skills(unit, lead, agent.id, skills=("Card",), languages=("en",))
    other = case(unit, me, priority="Critical", by="system")
    first = case(unit, None, category="Card", sub_category="", priority="High", by="system")
    card = case(unit, me, category="Card", sub_category="", priority="Low", by="system")
    taken = [case_queue.take_next(unit, agent) for _ in range(3)]
    assert [one and one.id for one in taken] == [first.id, card.id, other.id]


def at_work(engine: Engine, now: datetime) -> AbstractContextManager[Unit]:
    return open_unit(engine, keys=KEYS, now=now, new_id=uuid4, correlation=str(uuid4()))


def test_dealing_and_taking_at_once_never_overfill_anybody(
    servers: Servers, clean_database: str, clean_engine: Engine, now: datetime
) -> None:
    with at_work(clean_engine, now) as unit:
        opened = many_cases(unit, 120)
        team = [on_shift(unit, most=10) for _ in range(8)]
    engine = open_engine(servers.app_url(clean_database), name="dealing", pool=8)
    start = Barrier(6)

    def take(agent: Actor) -> int:
        many = 0
        start.wait()
        while True:
            try:
                with at_work(engine, now) as one:
                    if case_queue.take_next(one, agent) is None:
                        return many
            except case_queue.HandsFull:
                return many
            many += 1

    def house() -> int:
        many = 0
        start.wait()
        while some := case_dealing.tick(lambda: at_work(engine, now)).given:
            many += len(some)
        return many

    try:
        with ThreadPoolExecutor(6) as pool:
            jobs = [pool.submit(house) for _ in range(2)]
            jobs += [pool.submit(take, agent) for agent in team[:4]]
            many = sum(job.result() for job in jobs)
    finally:
        engine.dispose()
    with at_work(clean_engine, now) as unit:
        rows = unit.all("select id, assigned_to from cases where assigned_to is not null")
        events = unit.value("select count(*) from case_events where what = 'assigned'")
    assert many == len(rows) == events == 80
    assert {row.id for row in rows} <= opened
    assert set(Counter(row.assigned_to for row in rows).values()) == {10}


def test_the_queue_is_taken_and_swept_by_its_indexes(clean_engine: Engine, now: datetime) -> None:
    from core.crm import answer_sweep, case_sweep, complaints

    facts = {
        "now": now, "most": 100, "ids": [], "before": now, "only": [], "skills": ["Card"],
        "languages": ["sw"], "takes": ["Open", "Escalated"], "me": None, "assigned": None,
        "moved": None, "by": "system", "actor": None, "signed": "x", "since": now,
    }  # fmt: skip
    wanted = {
        case_queue.TAKE_NEXT: "cases_queue",
        case_dealing.WAITING: "cases_queue",
        answer_sweep.SWEEP: "cases_reply_next",
        answer_sweep.UNCLOCKED: "cases_unclocked",
        complaints.SWEEP: "cases_complaints",
        case_sweep.LATE: "cases_due",
        case_sweep.WARN: "cases_to_warn",
    }
    with at_work(clean_engine, now) as unit:
        many_cases(unit, 3000)
        for statement, index in wanted.items():
            plan = "\n".join(row[0] for row in unit.all(f"explain {statement}", **facts))
            assert index in plan, plan
