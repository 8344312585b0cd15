"""A case's thread and a customer's timeline, made of what was really said over the channels."""

from uuid import UUID

import pytest

from bot.house import House
from core import customer_view
from core.access.actors import Actor, Forbidden
from core.crm import case_queue, case_sweep, case_thread, case_work, cases, customers, timeline
from core.crm.case_thread import Entry
from core.crm.cases import Case
from core.customer_view import LAST_MOMENTS
from core.store import outbox
from core.store.unit import Unit
from tests.core.crm.desk import case, staff, without
from tests.core.crm.test_cases_sweep import told as told_late
from tests.support.town import AMINA, BRIAN, Phone


def conversation(unit: Unit, message: str) -> UUID:
    """The conversation in which something was said; the last one."""
    found: UUID = unit.value(
        "select conversation_id from messages where channel = %(channel)s"
        " and conversation_id is not null order by created_at desc, id desc limit 1",
        channel=message,
    )
    return found


def told(entries: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.kind, entry.words or entry.what) for entry in entries]


def answer(house: House, agent: Actor, one: Case, text: str) -> UUID:
    """Have an agent answer over the case's channel."""
    with house.unit() as unit:
        message = outbox.queue_reply(
            unit,
            sender=house.sender("twilio", "whatsapp").key,
            channel="whatsapp",
            provider="twilio",
            contact=AMINA,
            customer_id=one.customer,
            conversation_id=one.conversation,
            reply={"text": text, "options": [], "nav": []},
            content=text,
        )
        case_work.reply(unit, agent, one, text, message=message)
    return message


@pytest.fixture
def amina(phone) -> Phone:
    return phone("whatsapp", AMINA)


@pytest.fixture
def talk(house: House, amina: Phone, clock) -> tuple[Case, Actor]:
    """Amina wrote, then asked for a person; somebody took it."""
    amina.say("long ago")
    clock.pass_(hours=2)
    amina.say("menu")
    clock.pass_(minutes=1)
    with house.unit() as unit:
        me = customers.find_by_phone(unit, AMINA)
        opened = case(unit, me, conversation=conversation(unit, "whatsapp"), by="bot")
        agent = staff(unit)
        taken = case_queue.claim(unit, agent, opened)
    clock.pass_(minutes=1)
    return taken, agent


def test_a_thread_tells_the_chat_before_and_all_that_follows(house, amina, clock, talk) -> None:
    one, agent = talk
    answer(house, agent, one, "Good day Amina, I look into it")
    clock.pass_(minutes=1)
    amina.say("help")
    clock.pass_(minutes=1)
    with house.unit() as unit:
        case_work.note(unit, agent, one, "Wrong number again")
        entries = case_thread.thread(unit, one)
    kinds = [kind for kind, _ in told(entries)]
    assert kinds[:2] == ["customer", "bot"], "what came shortly before"
    assert told(entries)[0] == ("customer", "menu")
    assert ("customer", "long ago") not in told(entries)
    assert ("customer", "help") in told(entries)
    assert told(entries).count(("agent", "Good day Amina, I look into it")) == 1
    assert "bot" in kinds and told(entries)[-1] == ("note", "Wrong number again")
    assert [e.at for e in entries] == sorted(e.at for e in entries)
    opened = kinds.index("event")
    assert entries[opened].what == "opened"


def test_an_answer_shows_how_far_it_has_come(house, talk) -> None:
    one, agent = talk
    message = answer(house, agent, one, "Hello")
    with house.unit() as unit:
        [said] = [e for e in case_thread.thread(unit, one) if e.kind == "agent"]
        assert (said.message, said.channel, said.status) == (message, "whatsapp", "queued")
        unit.run(
            "update messages set status = 'failed', error_code = '63016' where id = %(id)s",
            id=message,
        )
        [said] = [e for e in case_thread.thread(unit, one) if e.kind == "agent"]
        assert (said.status, said.error) == ("failed", "63016")
        assert said.actor == agent.id


def test_words_that_came_by_a_message_stand_once(house, amina, talk) -> None:
    one, _ = talk
    amina.say("help")
    with house.unit() as unit:
        message = unit.value(
            "select id from messages where is_inbound order by created_at desc, id desc limit 1"
        )
        cases.add_words(
            unit, one, by="customer", actor=one.customer, text="help", internal=False,
            message=message,
        )  # fmt: skip
        assert told(case_thread.thread(unit, one)).count(("customer", "help")) == 1


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_pages_of_a_thread_follow_each_other_both_ways(house, clock, talk, limit) -> None:
    one, agent = talk
    for n in range(7):
        answer(house, agent, one, f"answer {n}")
        if n % 3:  # some at the very same instant
            clock.pass_(seconds=1)
    with house.unit() as unit:
        whole = case_thread.thread(unit, one, limit=200)
        ahead: list[Entry] = []
        while some := case_thread.thread(
            unit, one, after=ahead[-1].cursor if ahead else None, limit=limit
        ):
            ahead += some
        back: list[Entry] = []
        while some := case_thread.latest(
            unit, one, before=back[0].cursor if back else None, limit=limit
        ):
            back = some + back
        assert ahead == back == whole
        assert case_thread.latest(unit, one, limit=3) == whole[-3:]
        with pytest.raises(ValueError, match="isoformat"):
            case_thread.thread(unit, one, after="yesterday")


def test_what_is_said_long_after_belongs_to_another_case(house, amina, clock, talk) -> None:
    one, agent = talk
    with house.unit() as unit:
        done = case_work.set_status(unit, agent, one, "Resolved")
    clock.pass_(hours=2)
    amina.say("balance")
    with house.unit() as unit:
        assert ("customer", "balance") not in told(case_thread.thread(unit, done))


def test_a_customers_timeline_has_chat_cases_and_money_in_one(house, phone, clock, talk) -> None:
    one, agent = talk
    brian = phone("ussd", BRIAN)
    brian.dial()
    lead = Actor(agent.id, "staff", "supervisor", agent.permissions | {"customers.read"})
    with house.unit() as unit:
        assert one.customer is not None
        first = timeline.page(unit, lead, one.customer, limit=200)
        assert {moment.kind for moment in first} == {"chat", "case", "money"}
        assert [m.at for m in first] == sorted((m.at for m in first), reverse=True)
        assert {m.words for m in first if m.kind == "chat" and m.incoming} == {"long ago", "menu"}
        menu = next(m for m in first if m.words == "menu")
        assert (menu.what, menu.outcome) == ("menu.home", "went on")
        assert ("opened", one.number) in {(m.what, m.number) for m in first if m.kind == "case"}
        money = [m for m in first if m.kind == "money"]
        assert all(m.amount and "*" in m.who and m.number for m in money)
        assert {m.incoming for m in money} == {True, False}
        paged: list[timeline.Moment] = []
        while some := timeline.page(
            unit, lead, one.customer, before=paged[-1].cursor if paged else None, limit=4
        ):
            paged += some
        assert paged[:200] == first
        only = timeline.page(unit, lead, one.customer, kinds=["case"])
        assert {moment.kind for moment in only} == {"case"}
        with pytest.raises(Forbidden):
            timeline.page(unit, without(lead, "customers.read"), one.customer)
        assert customer_view.look(unit, lead, one.customer).story == first[:LAST_MOMENTS]
    with house.unit() as unit:
        seen = unit.all("select fields, customer_id from audit_log where action = 'customer.seen'")
        assert [(row.fields[-1], row.customer_id) for row in seen] == [("timeline", one.customer)]


def test_the_scheduler_watches_the_clocks_and_tells_the_desk(house, clock, talk) -> None:
    from worker import sla

    one, _ = talk
    sla.tick(house)
    assert sla.tick(house) == case_sweep.Ticked(late=[], warned=[], closed=[])
    clock.pass_(days=30)
    late = sla.tick(house).late
    assert one.id in late
    topics = [event[b"topic"].decode() for _, event in house.redis.xrange("ui:desk")]
    assert topics[-1] == "queue"
    assert f"case:{one.id}" in topics
    with house.unit() as unit:
        numbers = [alert["facts"]["number"] for alert in told_late(unit)]
    assert numbers.count(one.number) == 1
