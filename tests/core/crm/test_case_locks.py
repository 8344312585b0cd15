"""Staff who work on a case never lock a customer out whose turn needs it too, nor each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

import pytest
import uuid_utils.compat
from sqlalchemy import Engine

from core.access.actors import Actor
from core.crm import case_chat, case_queue, case_work, cases, conversations
from core.crm.cases import Case
from core.crm.conversations import Opening
from core.store.engine import open_engine
from core.store.unit import Unit, open_unit
from tests.core.crm.desk import case, customer, staff
from tests.support.keys import KEYS

AMINA = "+254712000001"
Deed = Callable[[Unit, Actor, Case], object]
DEEDS: dict[str, Deed] = {
    "resolve": lambda unit, actor, one: case_work.set_status(unit, actor, one, "Resolved"),
    "reply": lambda unit, actor, one: case_work.reply(unit, actor, one, "Hi", message=None),
    "note": lambda unit, actor, one: case_work.note(unit, actor, one, "Hm"),
    "priority": lambda unit, actor, one: case_work.set_priority(unit, actor, one, "High"),
    "escalate": lambda unit, actor, one: case_work.escalate(unit, actor, one, "too hard"),
    "release": lambda unit, actor, one: case_queue.assign(unit, actor, one, None),
}


def at_work(engine: Engine, now: datetime) -> AbstractContextManager[Unit]:
    new_id = uuid_utils.compat.uuid7
    return open_unit(engine, keys=KEYS, now=now, new_id=new_id, correlation=str(new_id()))


def turn(unit: Unit, number: str) -> UUID:
    """Begin a customer's turn, which locks their conversation, and return which one it is."""
    opened = conversations.open_turn(
        unit,
        provider="twilio",
        provider_id=number,
        channel="whatsapp",
        address=AMINA,
        language="en",
    )
    assert isinstance(opened, Opening)
    return opened.talk.id


def await_lock(unit: Unit) -> None:
    """Wait until somebody waits for what another holds."""
    while not unit.value("select exists(select from pg_locks where not granted)"):
        pass


@pytest.mark.parametrize("opened_here", [True, False], ids=["opened here", "spoken of here"])
@pytest.mark.parametrize("deed", DEEDS)
def test_a_customer_who_writes_and_staff_who_work_wait_for_each_other_in_turn(
    servers, clean_database: str, clean_engine: Engine, now: datetime, deed: str, opened_here: bool
) -> None:
    with at_work(clean_engine, now) as unit:
        agent, talk = staff(unit), turn(unit, "m1")
        found = case(unit, customer(unit), conversation=talk if opened_here else None)
        mine = case_queue.claim(unit, agent, found)
        case_chat.person_answers(unit, talk, mine.id)
    engine = open_engine(servers.app_url(clean_database), name="desk", pool=2)

    def work() -> None:
        with at_work(engine, now) as unit:
            DEEDS[deed](unit, agent, mine)

    def write(unit: Unit) -> None:
        cases.add_words(unit, mine, by="customer", actor=None, text="Hello?", internal=False)

    try:
        with ThreadPoolExecutor(1) as pool:
            with at_work(clean_engine, now) as unit:
                assert turn(unit, "m2") == talk
                working = pool.submit(work)
                if deed == "release":
                    working.result(10)  # needs no conversation, and so waits for none
                else:
                    await_lock(unit)
                write(unit)
            working.result(10)
    finally:
        engine.dispose()
    with at_work(clean_engine, now) as unit:
        assert unit.value("select count(*) from case_notes where by = 'customer'") == 1
