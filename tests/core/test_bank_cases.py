"""The counter for cases: customers open, see, add to and reopen their own, and nobody else's."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.bank_cases import UnknownPayment
from core.crm import case_queue, case_work, cases
from core.crm.cases import CaseClosed, TooManyCases, UnknownCase
from core.money import Money
from core.store.unit import Unit
from tests.core.crm.desk import staff
from tests.core.people import counter, someone

AMINA, BRIAN = "+254712000001", "+254712000002"
TOLD = {
    "category": "Transfer",
    "sub_category": "wrong_recipient",
    "title": "Wrong",
    "text": "Oh no",
}


def test_a_payment_that_went_wrong_is_picked_and_told(unit: Unit) -> None:
    someone(unit, AMINA, holds="KES 5000.00")
    brian = someone(unit, BRIAN, names=("Brian", "Kamau"))
    mine = counter(unit, AMINA)
    for n in (1, 2):
        unit.now += timedelta(minutes=n)
        mine.send_money(
            to=str(brian.id), amount=Money.parse(f"{n}00", "KES"), effect_id=unit.new_id()
        )
    last, first = mine.recent_payments(5)
    assert (str(last.amount), str(first.amount)) == ("KES 200.00", "KES 100.00")
    assert "Kamau" not in last.name and last.phone.endswith("002") and "12000" not in last.phone
    opened = mine.open_case(**TOLD, transaction=str(last.id))  # type: ignore[arg-type]
    assert (opened.priority, opened.status, opened.done) == ("High", "Open", False)
    assert opened.deadline == unit.now + timedelta(hours=24)
    found = cases.find(unit, opened.number)
    assert found is not None
    assert cases.links(unit, found) == [last.id]
    assert counter(unit, BRIAN).open_case(**TOLD, transaction=str(last.id)), "who was paid may ask"  # type: ignore[arg-type]


def test_nobody_asks_about_a_strangers_payment(unit: Unit) -> None:
    someone(unit, AMINA)
    with pytest.raises(UnknownPayment):
        counter(unit, AMINA).open_case(**TOLD, transaction=str(uuid4()))  # type: ignore[arg-type]


def test_a_case_is_seen_by_its_customer_alone(unit: Unit) -> None:
    someone(unit, AMINA)
    someone(unit, BRIAN)
    opened = counter(unit, AMINA).open_case(**TOLD)  # type: ignore[arg-type]
    theirs = counter(unit, BRIAN)
    for attempt in (
        lambda: theirs.case(opened.number),
        lambda: theirs.add_to_case(opened.number, "mine!"),
        lambda: theirs.reopen_case(opened.number),
        lambda: theirs.case("no number at all"),
        lambda: counter(unit, "+254712000009").case(opened.number),
    ):
        with pytest.raises(UnknownCase):
            attempt()
    assert theirs.my_cases(5) == []
    assert [one.number for one in counter(unit, AMINA).my_cases(5)] == [opened.number]


def test_the_last_answer_is_read_and_notes_are_not(unit: Unit) -> None:
    someone(unit, AMINA)
    mine, agent = counter(unit, AMINA), staff(unit)
    opened = mine.open_case(**TOLD)  # type: ignore[arg-type]
    assert mine.case(opened.number).answer == ""
    taken = case_queue.take_next(unit, agent)
    assert taken is not None
    for text in ("We look into it", "It is on its way back"):
        unit.now += timedelta(minutes=1)
        case_work.reply(unit, agent, taken, text, message=None)
    answered = unit.now
    unit.now += timedelta(minutes=1)
    case_work.note(unit, agent, taken, "She is upset")
    seen = mine.case(opened.number.replace("-", ""))
    assert (seen.answer, seen.answered_at) == ("It is on its way back", answered)
    assert "upset" not in repr(seen) and "on its way" not in repr(seen)


def test_a_case_is_added_to_and_reopened(unit: Unit) -> None:
    someone(unit, AMINA)
    mine, agent = counter(unit, AMINA), staff(unit)
    opened = mine.open_case(**TOLD)  # type: ignore[arg-type]
    assert mine.add_to_case(opened.number, "And one more thing").status == "Open"
    taken = case_queue.take_next(unit, agent)
    assert taken is not None
    case_work.set_status(unit, agent, taken, "Resolved")
    shown = mine.case(opened.number)
    assert shown.done and shown.may_reopen
    with pytest.raises(CaseClosed):
        mine.add_to_case(opened.number, "Hello?")
    assert mine.reopen_case(opened.number).status == "Open"


def test_too_many_at_once_are_refused_by_number(unit: Unit) -> None:
    someone(unit, AMINA)
    mine = counter(unit, AMINA)
    numbers = [mine.open_case(**TOLD, by_bot=True).number for _ in range(cases.MOST_OPEN)]  # type: ignore[arg-type]
    with pytest.raises(TooManyCases) as refused:
        mine.open_case(**TOLD)  # type: ignore[arg-type]
    assert refused.value.facts["numbers"].split(", ") == numbers[::-1]
