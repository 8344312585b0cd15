"""Who waits too long for an answer: letters to who has the case, and to supervisors, once each."""

from datetime import time
from uuid import UUID

import pytest

from core.access.actors import SYSTEM, Actor
from core.crm import case_queue, case_takers, cases, shifts
from core.crm.cases import Case
from core.store import mail
from tests.bot.test_alerts_watched import letters, topics
from tests.support.desk import acting
from worker import sla


def told(house, one: Case) -> list[mail.Letter]:
    """Letters about a case that may be taken now; others of the demo are late as well."""
    return [letter for letter in letters(house) if one.number in letter.body]


def somebody(house, role: str) -> Actor:
    with house.unit() as unit:
        staff = unit.value("select id from staff where role = %(role)s limit 1", role=role)
        return acting(unit, staff, role)


def asked(house, agent: Actor | None) -> Case:
    """Somebody asks for a person, who takes their case."""
    with house.unit() as unit:
        one = cases.open_case(
            unit,
            customer=unit.value("select id from customers order by id limit 1"),
            category="Fraud",
            sub_category="",
            title="Zebra",
            description="A zebra took my money",
            priority="Critical",
            channel="whatsapp",
            conversation=None,
            by="bot",
        )
        return one if agent is None else case_queue.claim(unit, agent, one)


@pytest.fixture
def agent(house) -> Actor:
    sla.tick(house)
    letters(house)
    with house.unit() as unit:
        unit.run("delete from mails")
        for row in unit.all("select id from staff"):
            case_queue.set_capacity(unit, SYSTEM, row.id, 200)
    return somebody(house, "agent")


def test_letters_go_to_who_has_the_case_and_then_to_supervisors(house, clock, agent):
    one = asked(house, agent)
    with house.unit() as unit:
        leaders = len(case_takers.leaders(unit))
    assert leaders
    told_of: dict[UUID, mail.Letter] = {}
    for minutes, more in ((12, 0), (3, 1), (1, 0), (7, leaders), (60, 0)):
        clock.pass_(minutes=minutes)
        ticked = sla.tick(house)
        assert (one.id in ticked.unanswered) == (minutes in (12, 3, 7)), minutes
        known = len(told_of)
        told_of |= {letter.id: letter for letter in told(house, one)}
        assert len(told_of) == known + more, minutes
    assert all("/desk/cases" in letter.body for letter in told_of.values())
    assert not [letter for letter in told_of.values() if "ebra" in letter.subject + letter.body]
    assert f"case:{one.id}".encode() in topics(house)


def test_a_case_of_nobody_is_told_supervisors_alone(house, clock, agent):
    one = asked(house, None)
    clock.pass_(minutes=15)
    assert one.id in sla.tick(house).unanswered
    assert told(house, one) == []
    clock.pass_(minutes=8)
    sla.tick(house)
    with house.unit() as unit:
        assert len(told(house, one)) == len(case_takers.leaders(unit))


def test_a_letter_that_cannot_be_written_leaves_the_answer_for_the_next_look(
    house, clock, agent, monkeypatch
):
    one = asked(house, agent)
    clock.pass_(minutes=15)

    def broken(*_: object, **__: object) -> UUID:
        raise RuntimeError("no ink")

    with monkeypatch.context() as patched:
        patched.setattr(mail, "queue", broken)
        with pytest.raises(RuntimeError):
            sla.tick(house)
    with house.unit() as unit:
        assert cases.get(unit, one.id).first_breached_at is None
    assert one.id in sla.tick(house).unanswered
    assert len(told(house, one)) == 1


def test_the_scheduler_hands_out_what_waits_and_tells_the_desk(house, agent):
    assert agent.id is not None
    one = asked(house, None)
    with house.unit() as unit:
        always = dict.fromkeys(range(1, 8), (time(0), time(0)))
        shifts.set_shift(unit, SYSTEM, agent.id, country="KE", hours=always, on_holidays=True)
    before = topics(house).count(f"case:{one.id}".encode())
    sla.tick(house)
    with house.unit() as unit:
        assert cases.get(unit, one.id).assigned_to == agent.id
    assert topics(house).count(f"case:{one.id}".encode()) == before + 1
