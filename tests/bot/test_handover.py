"""A person answers a customer: once, on the right channel, and never across another story."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot import handover
from bot.handover import NobodyToAnswer
from bot.house import UI_DESK, House
from channels.message import Media
from core.access.actors import Actor, Forbidden
from core.crm import case_queue, case_thread, cases, customers, waiting
from core.crm.case_work import CaseCannotMove, NotYourCase
from core.crm.cases import Case, CaseClosed
from core.money import Money
from core.transfers.send import send_money
from tests.support.chatting import stands, written
from tests.support.desk import hired
from tests.support.town import AMINA, BRIAN, PIN, Clock, Phone

PhoneOf = Callable[..., Phone]


@pytest.fixture
def zuri(house: House) -> Actor:
    """Somebody who answers customers."""
    return hire(house, "agent")


def pay(house: House, shillings: int) -> None:
    """Have Amina pay Brian."""
    with house.unit() as unit:
        ids = [customers.find_by_phone(unit, one) for one in (AMINA, BRIAN)]
        assert ids[0] is not None
        assert ids[1] is not None
        amount = Money(shillings * 100, "KES")
        send_money(unit, id=unit.new_id(), payer=ids[0], payee=ids[1], amount=amount, channel="sms")


def hire(house: House, role: str) -> Actor:
    with house.unit() as unit:
        return hired(unit, role)


def latest(house: House) -> Case:
    with house.unit() as unit:
        amina = customers.find_by_phone(unit, AMINA)
        assert amina is not None
        return cases.of_customer(unit, amina, limit=1)[0]


def taken(house: House, by: Actor) -> Case:
    case = latest(house)
    with house.unit() as unit:
        return case_queue.claim(unit, by, case)


def chat(house: House, phone: PhoneOf, by: Actor) -> tuple[Phone, Case]:
    """Return a phone that stands with a person, and the case that this person has taken."""
    amina = phone("whatsapp", AMINA)
    amina.say("agent")
    amina.say("Where is my card?")
    return amina, taken(house, by)


def entries(house: House, case: Case) -> list[tuple[str, str]]:
    with house.unit() as unit:
        thread = case_thread.thread(unit, case)
    return [(one.kind, one.words) for one in thread if one.kind in ("customer", "agent", "note")]


def test_what_is_said_in_a_chat_goes_back_and_forth(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina, case = chat(house, phone, zuri)
    said = handover.reply(house, zuri, case.id, "Which card?", key=house.new_id())
    assert (said.channel, said.again) == ("whatsapp", False)
    assert written(amina) == ["👤 Which card?"]
    assert amina.say("The blue one") == ""
    assert stands(house) == ("agent", "chat", case.id)
    assert entries(house, case)[-2:] == [("agent", "Which card?"), ("customer", "The blue one")]


def test_the_message_that_carries_an_answer_is_linked_to_its_words(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    _, case = chat(house, phone, zuri)
    said = handover.reply(house, zuri, case.id, "Which card?", key=house.new_id())
    with house.unit() as unit:
        [entry] = [one for one in case_thread.thread(unit, case) if one.kind == "agent"]
    assert entry.message == said.message is not None
    assert (entry.channel, entry.status) == ("whatsapp", "queued")


def test_an_answer_that_is_clicked_twice_is_sent_once(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina, case = chat(house, phone, zuri)
    key = house.new_id()
    handover.reply(house, zuri, case.id, "Which card?", key=key)
    assert handover.reply(house, zuri, case.id, "Which card?", key=key).again
    assert len(written(amina)) == 1
    assert [kind for kind, _ in entries(house, case)].count("agent") == 1


def test_an_answer_waits_beside_a_story_that_is_told(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina, case = chat(house, phone, zuri)
    amina.say("menu")
    before = amina.say("send 500 0712000002")
    handover.reply(house, zuri, case.id, "Which card?", key=house.new_id())
    [words] = written(amina)
    assert case.number in words
    assert words.endswith("1. Answer")
    assert stands(house) == ("send_money", "review", None)
    amina.tap("answer")
    assert stands(house) == ("agent", "chat", case.id)
    assert amina.say("cancel").endswith(before.partition("\n")[2])
    assert stands(house) == ("send_money", "review", None)


def test_a_feature_phone_gets_an_sms_and_answers_it(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = phone("ussd", AMINA)
    amina.dial()
    amina.say("agent")
    assert "SMS" in amina.say("My card is gone")
    case = taken(house, zuri)
    assert handover.reply(house, zuri, case.id, "When?", key=house.new_id()).channel == "sms"
    sms = phone("sms", AMINA)
    assert written(sms) == ["Wekeza: When?"]
    assert sms.say("Yesterday") == ""
    assert entries(house, case)[-1] == ("customer", "Yesterday")


def test_a_picture_is_attached_and_its_message_linked(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina, case = chat(house, phone, zuri)
    picture = Media("https://example.com/card.jpg", "image/jpeg")
    assert amina._deliver(replace(amina._inbound(""), media=(picture,))) == ""
    with house.unit() as unit:
        url = unit.value(
            """
            select m.url from case_attachments a join media m on m.id = a.media_id
            join case_notes n on n.case_id = a.case_id and n.message_id = m.message_id
            where a.case_id = %(case)s
            """,
            case=case.id,
        )
    assert url == picture.url


def test_a_picture_that_comes_with_a_report_is_attached(house: House, phone: PhoneOf) -> None:
    amina = phone("whatsapp", AMINA)
    for said in ("report", "Something else", "The receipt is wrong"):
        amina.say(said)
    picture = Media("https://example.com/receipt.jpg", "image/jpeg")
    amina._deliver(replace(amina._inbound(""), media=(picture,)))
    case = latest(house)
    assert (case.description, case.priority) == ("The receipt is wrong", "Low")
    with house.unit() as unit:
        found = unit.value("select count(*) from case_attachments where case_id = %(c)s", c=case.id)
    assert found == 1


def test_a_number_means_the_payment_that_was_seen_under_it(house: House, phone: PhoneOf) -> None:
    amina = phone("sms", AMINA)
    pay(house, 100)
    amina.say("report")
    amina.say("A payment")
    pay(house, 200)
    amina.say("1")
    amina.say("The amount is wrong")
    amina.say("It was 10")
    with house.unit() as unit:
        amount = unit.value(
            """
            select t.amount from case_links l join transfers t on t.id = l.transaction_id
            where l.case_id = %(case)s
            """,
            case=latest(house).id,
        )
    assert amount == 100_00


def test_a_pin_that_is_told_to_a_person_is_not_kept(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina, case = chat(house, phone, zuri)
    amina.say(f"my PIN is {PIN}, and I sent 4500.00")
    assert entries(house, case)[-1] == ("customer", "my PIN is ****, and I sent 4500.00")
    with house.unit() as unit:
        found = unit.value(
            "select count(*) from interactions where notes like '%%' || %(p)s || '%%'", p=PIN
        )
    assert found == 0


def test_what_was_interrupted_is_told_to_staff_without_ids(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = phone("whatsapp", AMINA)
    amina.say("send 500 0712000002")
    amina.say("agent")
    amina.say("Is that him?")
    [note] = [words for kind, words in entries(house, latest(house)) if kind == "note"]
    assert note.startswith("send_money.review: amount KES 500.00, name B***n K***u")
    assert "0712" not in note


def test_a_case_that_is_resolved_asks_whether_it_is(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina, case = chat(house, phone, zuri)
    handover.close(house, zuri, case.id, key=house.new_id())
    assert "Did this solve it?" in written(amina)[0]
    assert stands(house) == ("agent", "solved", None)
    assert latest(house).status == "Resolved"
    amina.tap("no")
    assert (latest(house).status, latest(house).reopened) == ("Open", 1)
    assert stands(house) == ("agent", "chat", case.id)


def test_a_chat_lasts_a_day_and_then_the_bot_answers(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    _, case = chat(house, phone, zuri)
    clock.pass_(hours=23)
    with house.unit() as unit:
        assert waiting.expire(unit) == 0
    assert stands(house) == ("agent", "chat", case.id)
    clock.pass_(hours=2)
    with house.unit() as unit:
        assert waiting.expire(unit) == 1
    assert stands(house) == (None, None, None)


def test_whoever_may_not_answer_leaves_no_trace(house: House, phone: PhoneOf, zuri: Actor) -> None:
    amina, case = chat(house, phone, zuri)
    for role, refusal in (("agent", NotYourCase), ("auditor", Forbidden)):
        with pytest.raises(refusal):
            handover.reply(house, hire(house, role), case.id, "Hello", key=house.new_id())
    assert written(amina) == []
    assert [kind for kind, _ in entries(house, case)].count("agent") == 0


def test_a_case_that_is_done_takes_no_answer(house: House, phone: PhoneOf, zuri: Actor) -> None:
    _, case = chat(house, phone, zuri)
    handover.close(house, zuri, case.id, key=house.new_id())
    with pytest.raises(CaseClosed):
        handover.reply(house, zuri, case.id, "One more thing", key=house.new_id())
    with pytest.raises(CaseCannotMove):
        handover.close(house, zuri, case.id, key=house.new_id())


def test_a_stranger_without_an_address_cannot_be_answered(house: House, zuri: Actor) -> None:
    with house.unit() as unit:
        case = cases.open_case(
            unit,
            customer=None,
            category="Question",
            sub_category="",
            title="A caller",
            description="A caller",
            priority="Low",
            channel="desk",
            conversation=None,
            by="agent",
            country="KE",
        )
    with pytest.raises(NobodyToAnswer):
        handover.reply(house, zuri, case.id, "Hello", key=house.new_id())


def test_pages_of_the_desk_hear_what_changed_and_no_words(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina, case = chat(house, phone, zuri)
    house.redis.delete(UI_DESK)
    amina.say("The blue one")
    handover.reply(house, zuri, case.id, "Thank you", key=house.new_id())
    told = [facts for _, facts in house.redis.xrange(UI_DESK)]  # type: ignore[union-attr]
    assert told == [{b"topic": f"case:{case.id}".encode()}, {b"topic": b"queue"}] * 2


def test_why_a_customer_left_what_they_did_is_kept(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina, case = chat(house, phone, zuri)
    amina.say("menu")
    handover.reply(house, zuri, case.id, "Which card?", key=house.new_id())
    with house.unit() as unit:
        row = unit.one("select * from interactions order by date desc, id desc limit 1")
    assert (row.step_before, row.step_after, row.exit_reason) == ("home", "chat", "handed_over")


def test_a_customer_finds_no_case_of_somebody_else(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    _, case = chat(house, phone, zuri)
    brian = phone("sms", BRIAN)
    brian.say("agent")
    brian.say("Am I alone here?")
    brian.say("menu")
    brian.say("my cases")
    assert "can't find" in brian.say(case.number)
    assert "about your case" not in brian.say("ANSWER yes").casefold()
    assert not {"ANSWER yes", "yes"} & {words for _, words in entries(house, case)}
