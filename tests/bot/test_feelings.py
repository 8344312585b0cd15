"""What of a turn is felt: a customer's own free words, and nothing else."""

from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest

from bot import feelings
from bot.masks import HIDDEN
from channels.message import Inbound
from core.access.actors import SYSTEM
from core.crm import sentiment
from core.crm.turns import Stand
from flows.catalog import CATALOG
from flows.understanding import Feeling
from tests.core.people import someone

SAID = "my money is lost and nobody answers"


@pytest.fixture
def felt(monkeypatch) -> list[str]:
    """What was asked how it sounds."""
    asked: list[str] = []

    def feel(said: str) -> Feeling:
        asked.append(said)
        return Feeling(kind="Negative", score=0.75, key_phrases=("lost",))

    monkeypatch.setattr(feelings, "feel", feel)
    return asked


@pytest.fixture
def turn(unit):
    amina = someone(unit)
    inbound = Inbound(
        provider="twilio", id="SM1", channel="whatsapp", address=amina.phone, to="+1", text=SAID
    )
    return SimpleNamespace(
        unit=unit,
        bank=SimpleNamespace(customer_id=amina.id, known=True, spoken_to=None),
        event=SimpleNamespace(inbound=inbound),
        first=None,
        held=False,
        proof=None,
        stood=Stand(),
        talk=SimpleNamespace(id=uuid4()),
        catalog=CATALOG,
    )


def kept(turn):
    return sentiment.of_customer(turn.unit, SYSTEM, turn.bank.customer_id)


def test_free_words_are_felt_once_and_kept(turn, felt) -> None:
    feelings.feel_turn(turn, SAID)
    (heard,) = kept(turn)
    assert (heard.kind, heard.words, heard.key_phrases) == ("Negative", SAID, ("lost",))
    assert felt == [SAID]


def test_words_to_a_person_belong_to_their_case(turn, felt) -> None:
    turn.bank.spoken_to = uuid4()
    feelings.feel_turn(turn, SAID)
    assert kept(turn)[0].case == turn.bank.spoken_to


def test_what_is_too_short_to_tell_is_not_kept(turn, monkeypatch) -> None:
    monkeypatch.setattr(feelings, "feel", lambda _: None)
    feelings.feel_turn(turn, SAID)
    assert kept(turn) == []


def stranger(turn):
    turn.bank.customer_id = None


def not_known_here(turn):
    turn.bank.known = False


def event_of_ours(turn):
    turn.event.inbound = None


def tap(turn):
    turn.event.inbound = replace(turn.event.inbound, choice="yes")


def press(turn):
    turn.event.inbound = replace(turn.event.inbound, channel="ussd")


def secret(turn):
    turn.first = SimpleNamespace(secret=True, understood=False)


def proof(turn):
    turn.proof = object()


def held(turn):
    turn.held = True


def answer(turn):
    turn.stood = Stand("send_money", CATALOG.stories["send_money"].version, "amount")
    turn.first = SimpleNamespace(secret=False, understood=True)


@pytest.mark.parametrize(
    "change",
    [stranger, not_known_here, event_of_ours, tap, press, secret, proof, held, answer],
    ids=lambda one: one.__name__,
)
def test_nothing_else_is_felt(turn, felt, change) -> None:
    change(turn)
    feelings.feel_turn(turn, SAID)
    assert felt == []


@pytest.mark.parametrize("said", ["", "  ", HIDDEN, "menu", "cancel", "STOP"])
def test_commands_and_what_is_hidden_are_not_felt(turn, felt, said) -> None:
    feelings.feel_turn(turn, said)
    assert felt == []


def test_what_does_not_answer_a_question_is_felt(turn, felt) -> None:
    answer(turn)
    turn.first.understood = False
    feelings.feel_turn(turn, SAID)
    assert felt == [SAID]
