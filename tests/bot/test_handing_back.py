"""A person gives a conversation back: what was interrupted goes on, and money agrees to nothing."""

from datetime import timedelta
from uuid import UUID

import pytest

from bot import handover
from bot.handover import (
    CorrectionRefused,
    CustomerIsBusy,
    NoSuchStep,
    NotCorrectable,
    NothingInterrupted,
    WindowIsShut,
)
from bot.house import House
from core.access.actors import Actor, Forbidden
from core.crm import case_queue, case_thread, customers, waiting
from core.crm.case_work import NotYourCase
from core.crm.cases import CaseClosed
from tests.support.chatting import (
    PhoneOf,
    hire,
    interrupted,
    known,
    latest,
    stands,
    taken,
    written,
)
from tests.support.town import AMINA, PIN, Clock


@pytest.fixture
def zuri(house: House) -> Actor:
    """Somebody who answers customers."""
    return hire(house)


def effect(house: House) -> UUID | None:
    with house.unit() as unit:
        return unit.value("select effect_id from conversations where flow = 'send_money'")


def sent(house: House) -> list[int]:
    """Return what Amina has paid since the test began."""
    with house.unit() as unit:
        rows = unit.all(
            """
            select amount from transfers where from_customer = %(amina)s and created_at >= %(since)s
            order by created_at
            """,
            amina=customers.find_by_phone(unit, AMINA),
            since=unit.now - timedelta(days=2),
        )
    return [row.amount for row in rows]


def test_it_goes_on_where_it_was_interrupted_and_says_who_hands_back(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = interrupted(phone)
    case = taken(house, zuri)
    done = handover.hand_back(house, zuri, case.id, key=house.new_id())
    assert (done.case.status, done.case.assigned_to) == ("PendingCustomer", zuri.id)
    [words] = written(amina)
    assert "has handed you back to me:" in words
    assert "Brian" in words or "B•" in words
    assert stands(house) == ("send_money", "review", None)
    assert known(house, case).taken_up_at == house.now()
    amina.tap("yes")
    assert "500" in amina.say(PIN)
    assert sent(house) == [500_00]


def test_what_was_read_back_gets_another_id(house: House, phone: PhoneOf, zuri: Actor) -> None:
    amina = phone("whatsapp", AMINA)
    amina.say("send 500 0712000002")
    before = effect(house)
    amina.say("agent")
    amina.say("Is that the right Brian?")
    handover.hand_back(house, zuri, taken(house, zuri).id, key=house.new_id())
    assert before != effect(house) is not None


def test_a_pin_that_was_asked_for_is_asked_for_after_another_read_back(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = phone("whatsapp", AMINA)
    amina.say("send 500 0712000002")
    amina.tap("yes")
    assert stands(house)[1] == "pin"
    amina.say("agent")
    amina.say("Which PIN is that?")
    handover.hand_back(house, zuri, taken(house, zuri).id, key=house.new_id())
    assert stands(house) == ("send_money", "review", None)


def test_a_mended_amount_is_judged_by_the_bank_and_paid_as_mended(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = interrupted(phone)
    case = taken(house, zuri)
    handover.hand_back(house, zuri, case.id, slots={"amount": "300"}, key=house.new_id())
    [words] = written(amina)
    assert "300" in words
    assert "500" not in words
    amina.tap("yes")
    amina.say(PIN)
    assert sent(house) == [300_00]


def test_an_answer_that_the_bank_refuses_leaves_everything_as_it_was(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = interrupted(phone)
    case = taken(house, zuri)
    with pytest.raises(CorrectionRefused) as refused:
        handover.hand_back(house, zuri, case.id, slots={"amount": "9000000"}, key=house.new_id())
    assert refused.value.facts == {"slot": "amount", "refusal": "insufficient_funds"}
    assert stands(house) == ("agent", "chat", case.id)
    assert written(amina) == []
    assert latest(house).status == "InProgress"


def test_it_may_go_back_to_a_step_that_was_passed_and_to_no_other(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = interrupted(phone)
    case = taken(house, zuri)
    for step in ("pin", "nowhere_at_all"):
        with pytest.raises(NoSuchStep):
            handover.hand_back(house, zuri, case.id, step=step, key=house.new_id())
    passed = known(house, case).summary["passed"]
    assert isinstance(passed, list)
    for slot in ("note", "effect_id", "name", "balance"):
        with pytest.raises(NotCorrectable):
            handover.hand_back(house, zuri, case.id, slots={slot: "x"}, key=house.new_id())
    handover.hand_back(house, zuri, case.id, key=house.new_id())
    assert len(written(amina)) == 1


def test_back_to_the_amount_asks_it_again(house: House, phone: PhoneOf, zuri: Actor) -> None:
    amina = phone("whatsapp", AMINA)
    for said in ("send money", "0712000002", "500", "agent", "Is it him?"):
        amina.say(said)
    case = taken(house, zuri)
    assert known(house, case).summary["passed"] == ["recipient", "amount"]
    handover.hand_back(house, zuri, case.id, step="amount", key=house.new_id())
    assert stands(house) == ("send_money", "amount", None)
    written(amina)
    assert "250" in amina.say("250")
    assert stands(house)[1] == "review"


def test_clicked_twice_it_is_handed_back_once(house: House, phone: PhoneOf, zuri: Actor) -> None:
    amina = interrupted(phone)
    case, key = taken(house, zuri), house.new_id()
    handover.hand_back(house, zuri, case.id, key=key)
    assert handover.hand_back(house, zuri, case.id, key=key).again
    assert len(written(amina)) == 1


def test_where_nothing_was_interrupted_there_is_nothing_to_hand_back(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = phone("whatsapp", AMINA)
    amina.say("agent")
    amina.say("Where is my card?")
    case = taken(house, zuri)
    with pytest.raises(NothingInterrupted):
        handover.hand_back(house, zuri, case.id, key=house.new_id())
    assert known(house, case).left is None


def test_what_the_customer_went_on_with_is_not_handed_back_again(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = interrupted(phone)
    case = taken(house, zuri)
    amina.say("menu")
    assert stands(house)[0] == "send_money"
    with pytest.raises(CustomerIsBusy):
        handover.hand_back(house, zuri, case.id, key=house.new_id())
    amina.say("cancel")
    with pytest.raises(NothingInterrupted):
        handover.hand_back(house, zuri, case.id, key=house.new_id())


def test_only_whoever_works_on_it_hands_back(house: House, phone: PhoneOf, zuri: Actor) -> None:
    interrupted(phone)
    case = taken(house, zuri)
    for role, refusal in (("agent", NotYourCase), ("auditor", Forbidden)):
        with pytest.raises(refusal):
            handover.hand_back(house, hire(house, role), case.id, key=house.new_id())
    handover.close(house, zuri, case.id, key=house.new_id())
    with pytest.raises(CaseClosed):
        handover.hand_back(house, zuri, case.id, key=house.new_id())


def test_nothing_is_asked_where_whatsapp_takes_no_questions(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    interrupted(phone)
    case = taken(house, zuri)
    clock.pass_(hours=25)
    with pytest.raises(WindowIsShut):
        handover.hand_back(house, zuri, case.id, key=house.new_id())


def test_who_handed_back_what_is_noted_without_the_words(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    interrupted(phone)
    case = taken(house, zuri)
    handover.hand_back(house, zuri, case.id, slots={"amount": "312"}, key=house.new_id())
    with house.unit() as unit:
        row = unit.one("select * from audit_log where action = 'case.handed_back'")
        details = unit.keys.open(bytes(row.details), field="audit_log.details", row=row.id)
        notes = [one.words for one in case_thread.thread(unit, case) if one.kind == "note"]
    assert row.actor_id == zuri.id
    assert "amount" in details
    assert "312" not in details
    assert notes[-1] == "handed back at send_money.review: amount"


def test_a_payment_is_gone_on_with_hours_after_the_chat_has_rested(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    """The chat's own memory is gone by then; what was known with the case is not."""
    amina = interrupted(phone, "sms")
    case = taken(house, zuri)
    clock.pass_(hours=30)
    with house.unit() as unit:
        assert waiting.expire(unit) == 1
    assert stands(house, "sms") == (None, None, None)
    handover.hand_back(house, zuri, case.id, key=house.new_id())
    assert stands(house, "sms") == ("send_money", "review", None)
    clock.pass_(hours=3)
    written(amina)
    amina.say("yes")
    amina.say(PIN)
    assert sent(house) == [500_00]


def test_once_it_is_solved_the_payment_goes_on_though_the_chat_had_rested(
    house: House, phone: PhoneOf, zuri: Actor, clock: Clock
) -> None:
    amina = interrupted(phone, "sms")
    case = taken(house, zuri)
    clock.pass_(hours=30)
    with house.unit() as unit:
        waiting.expire(unit)
    handover.close(house, zuri, case.id, key=house.new_id())
    amina.say("yes")
    assert stands(house, "sms")[:2] == ("agent", "rate")
    amina.say("5")
    assert stands(house, "sms")[:2] == ("send_money", "review")


def test_a_number_at_another_bank_is_looked_up_before_it_is_read_back(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = interrupted(phone)
    case = taken(house, zuri)
    said = handover.hand_back(house, zuri, case.id, slots={"to": "0733000009"}, key=house.new_id())
    assert said.message is not None
    [words] = written(amina)
    assert words.endswith("has handed you back to me:")
    assert stands(house)[1] == "looking"
    with house.unit() as unit:
        calling = unit.one("select provider, state from inbox where state = 'calling'")
    assert calling.provider == "desk"


def test_a_case_that_waits_already_waits_on(house: House, phone: PhoneOf) -> None:
    interrupted(phone)
    boss = hire(house, "supervisor")
    with house.unit() as unit:
        case = case_queue.claim(unit, boss, latest(house))
    handover.hand_back(house, boss, case.id, key=house.new_id())
    assert latest(house).status == "PendingCustomer"
