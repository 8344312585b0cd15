"""Whoever leaves, or goes to other work, leaves no case behind; nor is given one afterwards."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from threading import Event

import pytest
import uuid_utils.compat
from sqlalchemy import Engine

from core.access.actors import Actor
from core.crm import case_queue, case_work, cases, leaving
from core.crm.case_queue import CannotTake
from core.crm.case_work import CaseCannotMove
from core.store.engine import open_engine
from core.store.unit import Unit, open_unit
from tests.core.crm.desk import case, customer, staff
from tests.support.keys import KEYS


def admin_of(unit: Unit) -> Actor:
    """Hire somebody who looks after staff, and does no cases."""
    return replace(staff(unit, "admin"), permissions=frozenset({"staff.manage"}))


def test_whoever_is_let_go_or_goes_to_other_work_leaves_no_case_behind(unit: Unit) -> None:
    admin, me = admin_of(unit), customer(unit)
    people = gone, moved, kept = staff(unit), staff(unit), staff(unit)
    hers = [case_queue.claim(unit, who, case(unit, me)) for who in people]
    assert gone.id and moved.id and kept.id
    leaving.deactivate(unit, admin, gone.id)
    leaving.change_role(unit, admin, moved.id, "auditor")
    leaving.change_role(unit, admin, kept.id, "supervisor")
    assert [cases.get(unit, one.id).assigned_to for one in hers] == [None, None, kept.id]
    unit.finish()
    noted = unit.all(
        """
        select subject_id, actor_id from audit_log
        where action = 'case.assigned' order by subject_id
        """
    )
    assert [(row.subject_id, row.actor_id) for row in noted] == [
        (str(one.id), admin.id) for one in hers[:2]
    ]


def test_nobody_is_given_a_case_who_takes_none(unit: Unit) -> None:
    lead, gone = staff(unit, "supervisor"), staff(unit)
    one = case(unit, customer(unit))
    unit.run("update staff set is_active = false where id = %(id)s", id=gone.id)
    for nobody in (gone.id, staff(unit, "auditor").id, unit.new_id()):
        with pytest.raises(CannotTake):
            case_queue.assign(unit, lead, one, nobody)
    with pytest.raises(CannotTake):
        case_queue.claim(unit, gone, one)


def test_what_is_not_done_is_not_reopened_and_the_log_says_nothing(unit: Unit) -> None:
    agent = staff(unit)
    mine = case_queue.claim(unit, agent, case(unit, customer(unit)))
    with pytest.raises(CaseCannotMove):
        case_work.reopen(unit, agent, mine, "too early")
    unit.finish()
    assert not unit.all("select from audit_log where action = 'case.reopened'")


def at_work(engine: Engine, now: datetime) -> AbstractContextManager[Unit]:
    new_id = uuid_utils.compat.uuid7
    return open_unit(engine, keys=KEYS, now=now, new_id=new_id, correlation=str(new_id()))


def waiting(unit: Unit) -> bool:
    """Return whether somebody waits for a lock of a unit's."""
    held: bool = unit.value("select exists(select from pg_locks where not granted)")
    return held


@pytest.mark.parametrize("how", ["taken", "assigned"])
def test_a_case_given_to_somebody_who_is_just_let_go_is_not_kept(
    servers, clean_database: str, clean_engine: Engine, now: datetime, how: str
) -> None:
    with at_work(clean_engine, now) as unit:
        admin, agent, lead = admin_of(unit), staff(unit), staff(unit, "supervisor")
        one = case(unit, customer(unit))
    engine, let_go = open_engine(servers.app_url(clean_database), name="desk", pool=2), Event()

    def give() -> object:
        let_go.wait(10)
        with at_work(engine, now) as unit:
            if how == "taken":
                return case_queue.claim(unit, agent, one)
            return case_queue.assign(unit, lead, one, agent.id)

    try:
        with ThreadPoolExecutor(1) as pool:
            given = pool.submit(give)
            with at_work(clean_engine, now) as unit:
                assert agent.id is not None
                leaving.deactivate(unit, admin, agent.id)
                let_go.set()
                while not waiting(unit):
                    assert not given.done()
            with pytest.raises(CannotTake):
                given.result(10)
    finally:
        engine.dispose()
    with at_work(clean_engine, now) as unit:
        assert cases.get(unit, one.id).assigned_to is None
