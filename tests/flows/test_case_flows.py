"""The steps that cases brought: a list to pick from, a file for an answer, and a person."""

from typing import Any

import pytest

from flows.agent import Agent
from flows.my_cases import MyCases
from flows.report import Report
from tests.flows.counter import Chat
from tests.flows.oracle import Oracle, Paid


class Desk(Chat):
    """A chat about cases, told to the counter that answers as the bank may."""

    def __init__(self, flow: Any, channel: str = "whatsapp") -> None:
        super().__init__(flow, channel)
        self.bank = Oracle(channel=channel)


def keys(chat: Chat) -> list[str]:
    assert chat.turn is not None
    return [option.key for option in chat.turn.reply.options]


def test_what_is_listed_comes_before_what_is_always_offered() -> None:
    chat = Desk(Report)
    chat.begin()
    chat.says("A payment")
    assert (chat.state, keys(chat)) == ("payment", [Paid().id, "describe"])


@pytest.mark.parametrize(
    "said", [{"text": "1"}, {"choice": Paid().id}, {"text": "kes 500.00 29 sep"}]
)
def test_something_listed_is_picked_by_number_button_or_label(said: dict[str, str]) -> None:
    chat = Desk(Report)
    chat.begin()
    chat.says("A payment")
    chat.says(**said)
    assert (chat.state, chat.slots["payment"]) == ("wrong", Paid().id)


@pytest.mark.parametrize(
    "said", [{"text": "2"}, {"choice": "describe"}, {"text": "another payment"}]
)
def test_what_is_always_offered_is_picked_as_ever(said: dict[str, str]) -> None:
    chat = Desk(Report)
    chat.begin()
    chat.says("A payment")
    chat.says(**said)
    assert chat.state == "wrong"
    assert "payment" not in chat.slots


def test_own_words_answer_a_list_too() -> None:
    chat = Desk(MyCases)
    chat.begin()
    chat.says("C 104 001 0")
    assert chat.state == "done_one"
    told = Desk(MyCases)
    told.begin()
    told.says("C-104-002-0")
    assert told.state == "old_one"


def test_a_file_answers_where_one_is_taken() -> None:
    chat = Desk(Report)
    chat.begin()
    chat.says("Something else")
    refused = chat.says("", file=True)
    assert (chat.state, refused.understood) == ("photo", True)
    chat.says("look here", file=True)
    assert chat.state == "opened"


def test_nothing_is_said_back_to_what_a_person_reads() -> None:
    chat = Desk(Agent)
    chat.begin()
    assert chat.says("My card is gone").reply.text
    turn = chat.says("balance")
    assert (turn.reply.text, turn.reply.options, chat.state) == ("", (), "chat")
    assert chat.hears("resolved").reply.options


def test_what_a_person_is_told_is_counted_neither_as_an_answer_nor_as_a_question() -> None:
    chat = Desk(Agent)
    chat.begin()
    chat.says("My card is gone")
    for _ in range(4):
        turn = chat.says("hm?")
        assert (turn.understood, turn.becomes, turn.loggable) == (True, None, True)
    assert chat.slots["number"] == "C-104-000-0"


def test_on_a_feature_phone_nobody_is_waited_for() -> None:
    chat = Desk(Agent, "ussd")
    chat.begin()
    assert chat.says("My card is gone").ended
    assert chat.state == "by_sms"
