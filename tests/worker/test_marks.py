"""Customers are shown that they were read, before their answer and at no cost to anything else."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic, sleep

import pytest

from bot import marks, metrics
from bot.house import House
from bot.wake import Mark
from channels.message import Fate, SendFailed
from core.store import contacts
from tests.support.drains import drain
from tests.support.numbers import Number

AMINA, BRIAN = "+254712000001", "+254712000002"


class Marking(Number):
    """A number that marks messages as read."""

    def __init__(self, mark: Callable[[], object] = lambda: None, **given: object) -> None:
        super().__init__(**given)  # type: ignore[arg-type]
        self.done: list[tuple[str, str]] = []
        self._does = mark

    def mark(self, message_id: str) -> None:
        """Mark a message as the test has it."""
        self._does()
        self.done.append(("mark", message_id))

    def send(self, message):
        """Note when a message left."""
        sent = super().send(message)
        self.done.append(("send", message.reply.text))
        return sent


@pytest.fixture
def number() -> Marking:
    return Marking()


def leave(house: House, number: Number, message: str, contact: str = AMINA, age: float = 0) -> bool:
    with house.unit() as unit:
        token = contacts.token(unit, contact)
    at = house.now().timestamp() - age
    return house.waker.note_heard([Mark(number.key, message, token, at)])


def counted(result: str) -> float:
    return (
        metrics.counted().get_sample_value(
            "wekeza_marks_total", {"provider": "twilio", "result": result}
        )
        or 0.0
    )


def test_the_mark_goes_before_the_answer(house, number, queue) -> None:
    before = counted("shown")
    leave(house, number, "wamid.1")
    queue((AMINA, "answer"))
    drain(house, number)
    assert number.done == [("mark", "wamid.1"), ("send", "answer")]
    assert counted("shown") == before + 1


def test_an_answer_waits_for_a_slow_mark_a_moment_and_others_do_not(make_house, queue) -> None:
    number = Marking(lambda: sleep(2.0))
    house = make_house(number)
    leave(house, number, "wamid.1")
    queue((AMINA, "mine"), (BRIAN, "another"), of=number)
    began = monotonic()
    drain(house, number)
    at = {text: when - began for (_, text), when in zip(number.taken, number.at, strict=True)}
    assert at["another"] < 0.9
    assert 0.9 < at["mine"] < 1.9


@pytest.mark.parametrize(
    "error", [SendFailed("131009", fate=Fate.ALARM), RuntimeError("a bug"), ValueError("another")]
)
def test_a_mark_that_fails_is_lost_quietly(make_house, queue, error: Exception) -> None:
    def fail() -> None:
        raise error

    number = Marking(fail)
    house = make_house(number)
    before = counted("failed")
    leave(house, number, "wamid.1")
    queue((AMINA, "answer"), of=number)
    drain(house, number)
    assert number.done == [("send", "answer")]
    assert counted("failed") == before + 1


def test_a_mark_that_is_late_is_not_shown(house, number, queue) -> None:
    before = counted("late")
    leave(house, number, "wamid.1", age=60)
    drain(house, number)
    assert number.done == [] and counted("late") == before + 1


def test_without_redis_answers_go_out_all_the_same(make_house, queue) -> None:
    number = Marking()
    house = make_house(number, redis_at="redis://127.0.0.1:1/0")
    assert not leave(house, number, "wamid.1")
    queue((AMINA, "answer"), of=number)
    drain(house, number)
    assert number.done == [("send", "answer")]


def test_a_number_that_marks_nothing_leaves_them(make_house, queue) -> None:
    number = Number()
    house = make_house(number)
    leave(house, number, "wamid.1")
    queue((AMINA, "answer"), of=number)
    assert drain(house, number) == 1


def case_of(house: House) -> object:
    """Have Amina stand with a person on WhatsApp, who she wrote to."""
    with house.unit() as unit:
        token = contacts.keep(unit, AMINA)
        case, talk = unit.new_id(), unit.new_id()
        unit.run(
            """
            insert into conversations (id, channel, address, language, case_id, created_at,
                last_inbound_at) values (%(talk)s, 'whatsapp', %(token)s, 'en', %(case)s,
                %(now)s, %(now)s)
            """,
            talk=talk, token=token, case=case, now=unit.now,
        )  # fmt: skip
        unit.run(
            """
            insert into messages (id, conversation_id, channel, provider, is_inbound, address,
                status, provider_message_id, correlation, created_at)
            values (%(id)s, %(talk)s, 'whatsapp', 'twilio', true, %(token)s, 'received', 'SM77',
                %(id)s, %(now)s)
            """,
            id=unit.new_id(), talk=talk, token=token, now=unit.now,
        )  # fmt: skip
    return case


def test_a_person_who_types_is_shown_now_and_then(house, number) -> None:
    case = case_of(house)
    assert marks.show_typing(house, case)
    assert not marks.show_typing(house, case), "it is shown already"
    drain(house, number)
    assert number.done == [("mark", "SM77")]


def test_nobody_is_shown_anything_elsewhere_or_where_it_is_switched_off(house, number) -> None:
    assert not marks.show_typing(house, house.new_id())
    case = case_of(house)
    silent = replace(house, settings=house.settings.model_copy(update={"whatsapp_typing": False}))
    assert not marks.show_typing(silent, case)
