"""One message to many: by two people, to who wants it, once, and behind everything else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import exc

from core.access import approvals
from core.access.actors import SYSTEM, Forbidden
from core.access.approvals import OwnRequest, ReasonNeeded
from core.approvals.catalog import KINDS
from core.crm import broadcast_sending, broadcasts, consents
from core.crm.broadcast_sending import BEHIND_ALL
from core.crm.broadcasts import BadBroadcast, BroadcastOver, Choice, Plan, UnknownBroadcast
from core.store import delivery, outbox
from tests.support import unsealed
from tests.support.desk import hired
from tests.support.outbox_rows import WHATSAPP, add_address, add_customer, register

WORDS = {
    "en": "{name}, cards cost nothing this month.",
    "sw": "{name}, kadi ni bure mwezi huu.",
    "fr": "{name}, les cartes sont gratuites ce mois-ci.",
}


@pytest.fixture(autouse=True)
def kinds():
    approvals.register(KINDS)


@pytest.fixture
def maker(unit):
    return hired(unit, "operations")


@pytest.fixture
def checker(unit):
    return hired(unit, "compliance")


def plan(unit, **other):
    facts = {
        "name": "Cards in March", "words": WORDS, "choice": Choice(),
        "ends_at": unit.now + timedelta(days=2),
    }  # fmt: skip
    return Plan(**facts | other)


def people(unit, count, *, wants=True, first=1, **other):
    """Customers with a phone, who want news."""
    ids = [UUID(int=(0x7 << 76) + n) for n in range(first, first + count)]
    for n, one in enumerate(ids, start=first):
        facts = {"phone": f"+2547120{n:05d}"} | other
        add_customer(unit, one, **facts)
        if wants:
            consents.give(unit, one, purpose="marketing", channel="sms")
    return ids


def begun(unit, maker, checker, **other):
    """A broadcast that was approved, with everybody gathered."""
    asked = broadcasts.request(unit, maker, plan(unit, **other), reason="spring")
    approvals.approve(unit, checker, asked.approval_id)
    [one] = broadcast_sending.running(unit)
    while broadcast_sending.gather(unit, one):
        one = broadcast_sending.still(unit, one.id)
    return broadcast_sending.still(unit, one.id)


def owe(unit, one, channel="sms", most=50):
    return broadcast_sending.owe(unit, one, channel=channel, most=most)


def waiting_for(unit):
    rows = unit.all("select customer_id from broadcast_recipients order by customer_id")
    return [row.customer_id for row in rows]


def test_words_reach_whoever_wants_them_in_their_language_by_name(unit, maker, checker):
    register(unit)
    people(unit, 1, language="sw")
    one = begun(unit, maker, checker)
    assert owe(unit, one) == 1
    [row] = unsealed.outbox(unit)
    assert row.payload == {
        "broadcast": str(one.id), "words": WORDS["sw"], "facts": {"name": "Amina"},
    }  # fmt: skip
    assert unit.value("select priority from outbox") == BEHIND_ALL
    assert broadcast_sending.finish(unit, one)
    told = broadcasts.get(unit, one.id)
    assert (told.state, told.owed, told.waiting, told.passed_over) == ("done", 1, 0, 0)


def test_two_people_decide_and_what_they_decided_stays(unit, maker, checker):
    asked = broadcasts.request(unit, maker, plan(unit), reason="spring")
    assert asked.state == "asked"
    assert broadcast_sending.running(unit) == []
    facts = unit.value("select facts from approvals where id = %(id)s", id=asked.approval_id)
    assert facts["sw"] == WORDS["sw"] and facts["whom"] == "all"
    with pytest.raises(Forbidden):
        approvals.approve(unit, maker, asked.approval_id)
    approvals.approve(unit, checker, asked.approval_id)
    assert broadcasts.get(unit, asked.id).state == "gathering"
    unit.run("set local role wekeza_app")
    with pytest.raises(exc.ProgrammingError):
        unit.run("update broadcasts set words = words")


def test_nobody_approves_their_own(unit, checker):
    both = replace(checker, permissions=checker.permissions | {"broadcasts.request"})
    asked = broadcasts.request(unit, both, plan(unit), reason="spring")
    with pytest.raises(OwnRequest):
        approvals.approve(unit, checker, asked.approval_id)


def test_what_is_turned_down_ends(unit, maker, checker):
    asked = broadcasts.request(unit, maker, plan(unit), reason="spring")
    approvals.reject(unit, checker, asked.approval_id, "too pushy")
    assert broadcasts.get(unit, asked.id).state == "refused"


def test_one_whose_end_came_first_does_not_begin(unit, maker, checker):
    ends = unit.now + timedelta(hours=1)
    asked = broadcasts.request(unit, maker, plan(unit, ends_at=ends), reason="spring")
    unit.now += timedelta(hours=2)
    decider = replace(checker, mfa_at=unit.now)
    ended = approvals.approve(unit, decider, asked.approval_id)
    assert (ended.status, ended.outcome["code"]) == ("failed", "broadcast_over")
    assert broadcasts.get(unit, asked.id).state == "refused"


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"name": " "}, "the name"),
        ({"name": "x" * 81}, "the name"),
        ({"words": WORDS | {"fr": " "}}, "the words in fr"),
        ({"words": {"en": "Hello", "sw": "Habari"}}, "the words in fr"),
        ({"words": WORDS | {"en": "x" * 481}}, "the words in en"),
        ({"words": WORDS | {"sw": "{balance} ni yako"}}, "what stands in braces in sw"),
        ({"words": WORDS | {"sw": "{name ni yako"}}, "what stands in braces in sw"),
    ],
)
def test_what_may_be_told_to_nobody(unit, maker, wrong, what):
    with pytest.raises(BadBroadcast) as refused:
        broadcasts.request(unit, maker, plan(unit, **wrong), reason="spring")
    assert refused.value.facts == {"what": what}


def test_when_it_may_end_and_who_may_ask(unit, maker):
    for ends in (unit.now, unit.now + timedelta(days=15)):
        with pytest.raises(BadBroadcast):
            broadcasts.request(unit, maker, plan(unit, ends_at=ends), reason="spring")
    with pytest.raises(Forbidden):
        broadcasts.request(unit, hired(unit, "agent"), plan(unit), reason="spring")
    with pytest.raises(ReasonNeeded):
        broadcasts.request(unit, maker, plan(unit), reason=" ")
    with pytest.raises(UnknownBroadcast):
        broadcasts.get(unit, unit.new_id())


def test_whom_it_is_for(unit, maker, checker):
    register(unit)
    kenyan, senegalese = (
        people(unit, 1),
        people(unit, 1, first=2, phone="+221770000009", country="SN", language="fr"),
    )
    unit.run("update customers set segment = 'Dormant', tier = 2 where id = %(id)s", id=kenyan[0])
    for choice, chosen in (
        (Choice(countries=("KE",)), kenyan),
        (Choice(countries=("KE", "SN")), kenyan + senegalese),
        (Choice(languages=("fr",)), senegalese),
        (Choice(segments=("Dormant",)), kenyan),
        (Choice(tiers=(2, 3)), kenyan),
        (Choice(tiers=(1,), countries=("KE",)), []),
    ):
        one = begun(unit, maker, checker, choice=choice)
        assert waiting_for(unit) == chosen, choice
        unit.run("delete from broadcast_recipients")
        broadcasts.stop(unit, maker, one.id, reason="next")


def test_only_who_agreed_and_said_stop_nowhere(unit, maker, checker):
    register(unit)
    wants, stopped, took_back = people(unit, 3)
    people(unit, 1, first=9, wants=False)
    add_address(unit, "sms", "+254712000002", customer=stopped, opted_out=True)
    add_address(unit, "whatsapp", "+254712000002", customer=stopped)
    consents.withdraw(unit, took_back, purpose="marketing")
    begun(unit, maker, checker)
    assert waiting_for(unit) == [wants]


def test_who_changes_their_mind_while_it_is_sent_is_passed_over(unit, maker, checker):
    register(unit)
    first, second, third = people(unit, 3)
    one = begun(unit, maker, checker)
    consents.withdraw(unit, first, purpose="marketing")
    add_address(unit, "sms", "+254712000002", customer=second, opted_out=True)
    assert owe(unit, one) == 3
    told = broadcasts.get(unit, one.id)
    assert (told.owed, told.passed_over) == (1, 2)
    assert unit.value("select customer_id from broadcast_recipients where state = 'owed'") == third


def test_everybody_once_whatever_is_run_again(unit, maker, checker):
    register(unit)
    people(unit, 5)
    one = begun(unit, maker, checker)
    assert [owe(unit, one, most=2) for _ in range(4)] == [2, 2, 1, 0]
    unit.run("update broadcasts set state = 'gathering', gathered_to = null")
    again = broadcast_sending.still(unit, one.id)
    while broadcast_sending.gather(unit, again):
        again = broadcast_sending.still(unit, one.id)
    assert owe(unit, one) == 0
    assert unit.value("select count(*) from outbox") == 5


def test_a_trusted_whatsapp_goes_first(unit, maker, checker):
    register(unit)
    [amina] = people(unit, 1)
    add_address(unit, "whatsapp", "+254712000001", customer=amina, at=unit.now)
    one = begun(unit, maker, checker)
    assert owe(unit, one, "sms") == 0
    assert owe(unit, one, "whatsapp") == 1


def test_nobody_is_sent_one_in_their_night(unit, maker, checker):
    register(unit)
    people(unit, 1)
    people(unit, 1, first=2, phone="+221770000009", country="SN")
    one = begun(unit, maker, checker, ends_at=unit.now + timedelta(days=2))
    unit.now = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)  # ten in Nairobi, seven in Dakar
    assert owe(unit, one) == 1
    assert not broadcast_sending.finish(unit, one)
    unit.now = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
    assert owe(unit, one) == 1
    assert broadcast_sending.finish(unit, one)


def test_it_ends_when_its_time_is_over(unit, maker, checker):
    register(unit)
    people(unit, 2)
    one = begun(unit, maker, checker)
    owe(unit, one, most=1)
    assert unit.value("select expires_at from outbox") == unit.now + timedelta(days=2)
    unit.now += timedelta(days=2)
    assert broadcast_sending.running(unit) == []
    assert broadcasts.get(unit, one.id).state == "done"
    assert owe(unit, one) == 0


def test_it_is_stopped_for_good(unit, maker, checker):
    register(unit)
    people(unit, 3)
    one = begun(unit, maker, checker)
    owe(unit, one, most=1)
    with pytest.raises(Forbidden):
        broadcasts.stop(unit, hired(unit, "agent"), one.id, reason="no")
    stopped = broadcasts.stop(unit, checker, one.id, reason="a wrong price")
    assert (stopped.state, stopped.owed, stopped.waiting) == ("stopped", 1, 2)
    assert owe(unit, one) == 0
    assert broadcast_sending.still(unit, one.id) is None
    with pytest.raises(BroadcastOver):
        broadcasts.stop(unit, SYSTEM, one.id, reason="again")


def test_a_reply_leaves_before_a_broadcast_that_waits(unit, maker, checker):
    register(unit)
    for n, one in enumerate(people(unit, 10), start=1):
        add_address(unit, "whatsapp", f"+2547120{n:05d}", customer=one, at=unit.now)
    one = begun(unit, maker, checker)
    assert owe(unit, one, "whatsapp") == 10
    outbox.queue_reply(
        unit, sender=WHATSAPP.key, channel="whatsapp", provider="twilio", contact="+254712099999",
        customer_id=None, conversation_id=None, reply={"text": "Hi"}, content="Hi",
    )  # fmt: skip
    hold = timedelta(seconds=45)
    [first] = delivery.lease(unit, sender=WHATSAPP.key, most=1, hold=hold)
    assert "reply" in first.payload


def test_an_answer_to_a_recipient_does_not_wait_behind_the_others(unit, maker, checker):
    register(unit)
    for n, one in enumerate(people(unit, 6), start=1):
        add_address(unit, "whatsapp", f"+2547120{n:05d}", customer=one, at=unit.now)
    one = begun(unit, maker, checker)
    owe(unit, one, "whatsapp")
    outbox.queue_reply(
        unit, sender=WHATSAPP.key, channel="whatsapp", provider="twilio", contact="+254712000006",
        customer_id=None, conversation_id=None, reply={"text": "Hi"}, content="Hi",
    )  # fmt: skip
    broadcast_sending.let_pass(unit)
    hold = timedelta(seconds=45)
    [first] = delivery.lease(unit, sender=WHATSAPP.key, most=1, hold=hold)
    assert (first.contact, "broadcast" in first.payload) == ("+254712000006", True)
    delivery.taken(unit, [delivery.Taken(first.id, first.message_id, "SM1", 1, "x")])
    [second] = delivery.lease(unit, sender=WHATSAPP.key, most=1, hold=hold)
    assert (second.contact, "reply" in second.payload) == ("+254712000006", True)


def test_a_channel_is_given_no_more_while_any_of_it_waits(unit, maker, checker):
    register(unit)  # WhatsApp sends 50 a second, the slower number of SMS one
    assert broadcast_sending.room(unit) == {"whatsapp": 10, "sms": 1}
    people(unit, 2)
    one = begun(unit, maker, checker)
    owe(unit, one, most=1)
    assert broadcast_sending.room(unit) == {"whatsapp": 10, "sms": 0}


def test_they_are_listed_newest_first(unit, maker):
    ids = []
    for n in range(3):
        unit.now += timedelta(minutes=1)
        ids.append(broadcasts.request(unit, maker, plan(unit, name=f"N{n}"), reason="x").id)
    assert [one.id for one in broadcasts.listed(unit, limit=2)] == ids[:0:-1]


def test_whoever_leaves_is_in_no_broadcast_any_more(unit, maker, checker):
    register(unit)
    first, second = people(unit, 2)
    one = begun(unit, maker, checker)
    sealed = unit.keys.seal("Gone", field="customers.first_name", row=first)
    unit.value(
        "select erase_customer(%(id)s, false, %(name)s, %(name)s, 'test', %(now)s)",
        id=first,
        name=sealed,
        now=unit.now,
    )
    assert waiting_for(unit) == [second]
    assert owe(unit, one) == 1


def test_who_was_sent_one_is_forgotten_a_year_later(unit, maker, checker):
    register(unit)
    people(unit, 2)
    one = begun(unit, maker, checker)
    owe(unit, one)
    assert broadcast_sending.finish(unit, one)
    assert unit.value("select forget_recipients(%(now)s, 10)", now=unit.now) == 0
    assert unit.value("select forget_recipients(%(now)s, 10)", now=unit.now + timedelta(1)) == 2
