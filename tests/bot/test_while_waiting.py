"""While a customer waits for a person the bot still serves what is safe, and loses no word."""

import pytest

from bot import handover
from bot.house import House
from bot.while_waiting import SAFE
from core.access.actors import Actor
from core.crm import case_ratings, cases
from core.crm.cases import Case
from flows.catalog import STORIES
from tests.support.chatting import PhoneOf, hire, interrupted, known, latest, stands, taken, written
from tests.support.town import AMINA, BRIAN, PIN, Clock, Phone


@pytest.fixture
def zuri(house: House) -> Actor:
    """Somebody who answers customers."""
    return hire(house)


def waits(phone: PhoneOf) -> Phone:
    """Return a phone whose owner waits for a person."""
    amina = phone("whatsapp", AMINA)
    amina.say("agent")
    amina.say("Where is my card?")
    return amina


def passed_on(house: House, case: Case) -> list[str]:
    """Return what was written to a case by its customer."""
    with house.unit() as unit:
        rows = unit.all(
            """
            select id, words from case_notes where case_id = %(case)s and by = 'customer'
            order by at, id
            """,
            case=case.id,
        )
        return [unit.keys.open(row.words, field=cases.NOTE, row=row.id) for row in rows]


def test_what_is_safe_moves_no_money_and_agrees_to_nothing() -> None:
    for name in SAFE:
        story = STORIES[name]
        assert not story.moves_money, name
        assert not any(getattr(step, "mints", False) for step in story.steps), name


def test_the_balance_is_told_in_between_and_the_wait_goes_on(house: House, phone: PhoneOf) -> None:
    amina = waits(phone)
    case = latest(house)
    said = amina.say("balance")
    assert "KES" in said
    assert case.number in said
    assert stands(house) == ("agent", "chat", case.id)
    assert amina.say("And my card?") == ""
    assert passed_on(house, case)[-1] == "And my card?"
    assert "balance" not in passed_on(house, case)


def test_what_takes_several_steps_comes_back_to_the_wait(house: House, phone: PhoneOf) -> None:
    amina = waits(phone)
    case = latest(house)
    amina.say("my cases")
    assert stands(house) == ("my_cases", "which", None)
    amina.say("back")
    assert stands(house) == ("agent", "chat", case.id)
    assert amina.say("Hello?") == ""
    assert passed_on(house, case)[-1] == "Hello?"


@pytest.mark.parametrize(
    "words",
    [
        "send 500 0712000002",
        "My balance is wrong since yesterday evening",
        "withdraw",
        "block my card",
        "4321",
        "yes",
    ],
)
def test_everything_else_is_for_the_person(house: House, phone: PhoneOf, words: str) -> None:
    amina = waits(phone)
    case, before = latest(house), len(passed_on(house, latest(house)))
    assert amina.say(words) == ""
    assert len(passed_on(house, case)) == before + 1
    assert stands(house) == ("agent", "chat", case.id)


def test_once_somebody_has_come_the_bot_is_silent(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = waits(phone)
    case = taken(house, zuri)
    assert amina.say("balance") == ""
    assert passed_on(house, case)[-1] == "balance"
    assert "back with the bank" in amina.say("menu")


def test_how_many_wait_before_them_is_told_in_the_order_of_the_queue(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    with house.unit() as unit:  # the demo's own cases are in somebody's hands
        unit.run(
            """
            update cases set status = 'InProgress', assigned_to = %(zuri)s, assigned_at = %(now)s
            where assigned_to is null and status in ('Open', 'Escalated')
            """,
            zuri=zuri.id,
            now=unit.now,
        )
    brian = phone("sms", BRIAN)
    for said in ("report", "Something else", "The receipt is wrong"):
        brian.say(said)  # less urgent: it is taken after hers
    assert "before you" not in phone("whatsapp", AMINA).say("agent")
    fatma = phone("sms", BRIAN)
    fatma.count = 50
    fatma.say("menu")
    fatma.say("agent")
    fatma.say("I am first")
    amina = phone("whatsapp", AMINA)
    amina.count = 50
    assert "1 before you" in amina.say("And I am second")


def test_out_of_hours_it_is_told_when_people_are_back(
    house: House, phone: PhoneOf, clock: Clock
) -> None:
    assert "People are back" not in said_at(phone, clock, hours=0)
    # A Wednesday in Nairobi, 23:30.
    assert "People are back on 5 Mar, 08:00" in said_at(phone, clock, hours=11)


def said_at(phone: PhoneOf, clock: Clock, *, hours: float) -> str:
    clock.pass_(hours=hours)
    amina = phone("whatsapp", AMINA)
    amina.count = int(hours) * 10
    amina.say("menu")
    amina.say("agent")
    return amina.say("Where is my card?")


def test_what_was_known_goes_with_the_case(house: House, phone: PhoneOf) -> None:
    amina = phone("whatsapp", AMINA)
    amina.say("send 900000 0712000002")
    amina.say("500")
    amina.say("agent")
    amina.say("Why do you refuse me? I am very angry about this")
    context = known(house, latest(house))
    assert (context.channel, context.language) == ("whatsapp", "en")
    assert context.left is not None
    assert (context.left.flow, context.left.step) == ("send_money", "review")
    assert context.left.slots["amount"] == "KES 500.00"
    assert context.refused == ("insufficient_funds",)
    assert context.taken_up_at is None
    assert context.window_ends_at is not None
    told = context.summary
    assert (told["wanted"], told["step"]) == ("send_money", "review")
    assert "0712000002" not in str(told)
    assert BRIAN not in str(told)


def test_no_secret_goes_with_it(house: House, phone: PhoneOf) -> None:
    amina = phone("whatsapp", AMINA)
    amina.say("send 500 0712000002")
    amina.tap("yes")
    amina.say("1111")
    amina.say("agent")
    amina.say(f"My PIN {PIN} does not work")
    context = known(house, latest(house))
    assert PIN not in str(context.left) + str(context.guesses)
    assert "1111" not in str(context.left)


def test_a_customer_says_how_well_it_was_solved_and_low_is_flagged(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = waits(phone)
    case = taken(house, zuri)
    handover.close(house, zuri, case.id, key=house.new_id())
    written(amina)
    assert "Skip" in amina.tap("yes")
    assert "supervisor" in amina.tap("two")
    with house.unit() as unit:
        [rating] = case_ratings.of(unit, case.id)
        assert (rating.rating, rating.resolution, rating.low) == (2, 0, True)
        assert case_ratings.low(unit, since=case.created_at) == [rating]
        assert case_ratings.FLAG in cases.get(unit, case.id).tags
    assert latest(house).status == "Resolved"


def test_a_rating_may_be_skipped_and_each_solution_is_rated_by_itself(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = waits(phone)
    case = taken(house, zuri)
    handover.close(house, zuri, case.id, key=house.new_id())
    written(amina)
    amina.tap("no")
    taken(house, zuri)
    handover.close(house, zuri, case.id, key=house.new_id())
    written(amina)
    amina.tap("yes")
    amina.tap("five")
    with house.unit() as unit:
        assert [(one.resolution, one.rating) for one in case_ratings.of(unit, case.id)] == [(1, 5)]
        assert case_ratings.FLAG not in cases.get(unit, case.id).tags


def test_a_payment_goes_on_once_the_person_is_done_and_was_rated(
    house: House, phone: PhoneOf, zuri: Actor
) -> None:
    amina = interrupted(phone)
    case = taken(house, zuri)
    handover.close(house, zuri, case.id, key=house.new_id())
    written(amina)
    amina.tap("yes")
    amina.tap("skip")
    assert stands(house) == ("send_money", "review", None)
    assert known(house, case).taken_up_at is not None
