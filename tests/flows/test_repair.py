"""What is done about words that were not understood, and how words are put right in passing."""

from dataclasses import dataclass, field

import pytest

from flows.hearing import meant_instead, mended, puts_right
from flows.noting import what_for
from flows.repair import bare, mend, picked
from flows.understanding import Guess, Understood

LOANS = Understood(intent="out_of_scope", confidence=0.9)
UNSURE = Understood(
    intent="balance",
    flow="balance",
    confidence=0.5,
    decision="clarify",
    alternatives=(
        Guess("balance", "balance", 0.5),
        Guess("card_status", "card_status", 0.2),
        Guess("help", "help", 0.1),
    ),
)


def mending(understood: Understood, text: str, *, misses: int = 0, known: bool = True):
    return mend(understood, text, misses=misses, known=known, country="KE")


def test_the_first_time_it_is_said_and_the_second_a_person_is_offered() -> None:
    assert mending(Understood(), "xyz").kind == "not_understood"
    offered = mending(Understood(), " xyz ", misses=1)
    assert (offered.kind, offered.asks, offered.given["words"]) == ("offered_person", True, "xyz")


def test_a_stranger_is_promised_nobody() -> None:
    assert mending(Understood(), "xyz", misses=5, known=False).kind == "not_understood"


def test_what_is_surely_none_of_ours_is_said_to_be_so() -> None:
    assert mending(LOANS, "do you give loans").kind == "out_of_scope"
    assert mending(LOANS, "xyz").kind == "not_understood"  # one word is more likely mistyped
    unsure = Understood(intent="out_of_scope", confidence=0.4)
    assert mending(unsure, "do you give loans").kind == "not_understood"


def test_what_may_be_meant_is_asked_and_offered_to_whom_it_is_for() -> None:
    asked = mending(UNSURE, "send 500 to Brian", misses=3)
    assert (asked.kind, asked.asks) == ("clarify", True)
    assert asked.given["guesses"] == "balance card_status help"
    assert asked.given["intents"] == "balance card_status help"
    assert asked.given["bare"] == "send {amount} to {name}"
    assert mending(UNSURE, "my card", known=False).kind == "not_understood"


@dataclass
class Counter:
    """A counter that only notes."""

    country: str = "KE"
    heard_on: None = None
    noted: list[object] = field(default_factory=list)

    def note_meaning(self, words: str, **facts: object) -> None:
        self.noted.append((words, facts))


def test_what_is_picked_begins_with_what_was_said_and_is_noted_without_it() -> None:
    counter = Counter()
    words, kept = "500 to Brian for lunch please", "{amount} to {name} for lunch please"
    slots = {"words": words, "bare": kept, "intents": "airtime send_money"}
    meant = picked(counter, slots, "send_money")  # type: ignore[arg-type]
    assert (meant.flow, meant.intent, meant.acts) == ("send_money", "send_money", True)
    assert meant.amount == "500"
    facts = {"guessed": ["airtime", "send_money"], "chosen": "send_money", "source": "clarify"}
    assert counter.noted == [(kept, facts)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("send 2k to Brian", "send {amount} to {name}"),
        ("send 500 to 0712000002", "send {amount} to {phone}"),
        ("what is my balance", "what is my balance"),
    ],
)
def test_nobody_is_in_words_that_are_learnt_from(said: str, kept: str) -> None:
    assert bare(said, "KE") == kept


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("si 500 ni 1500", "ni 1500"),
        ("not 500 but 1500", "but 1500"),
        ("1500 not 500", "1500"),
        ("pas 500, 1500", "1500"),
        ("1500 au lieu de 500", "1500"),
        ("1,500 badala ya 500", "1,500"),
        ("not 0712 345 678, 0722 111 222", "0722 111 222"),
        ("si 2k ni 3k", "ni 3k"),
        ("sio ksh 500 ni 700", "ni 700"),
        ("make it 2500", "make it 2500"),
        ("not 500", "not 500"),  # nothing was said instead
    ],
)
def test_a_number_that_is_taken_back_is_not_heard(said: str, left: str) -> None:
    assert mended(said) == left


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("no, I meant Neema", "neema"),
        ("to Neema instead", "neema"),
        ("kwa Mama Njeri", "mama njeri"),
        ("plutôt à Fatou", "fatou"),
        ("nilimaanisha Juma", "juma"),
        ("make it 2500", None),
        ("what is my balance", None),
    ],
)
def test_somebody_named_in_the_place_of_another(said: str, name: str | None) -> None:
    assert meant_instead(said) == name


@pytest.mark.parametrize(
    ("said", "puts"),
    [("no, 1500", True), ("hapana 700", True), ("non, 20 000", True), ("1500 instead", True),
     ("no 2", False), ("500", False)],
)  # fmt: skip
def test_words_that_put_something_right(said: str, puts: bool) -> None:
    assert puts_right(said) is puts


@pytest.mark.parametrize(
    ("said", "whom", "note"),
    [
        ("send 2k to Brian for lunch", "Brian", "lunch"),
        ("tuma 500 kwa Juma ya chakula", "Juma", "chakula"),
        ("envoie 2000 à Awa pour le loyer", "Awa", "le loyer"),
        ("send 500 to mum please for school fees", "mum", "school fees"),
        ("send 500 for Brian", "Brian", ""),
        ("send 500 to Brian", "Brian", ""),
        ("send 500 to Brian for tomorrow", "Brian", ""),
        ("", "Brian", ""),
    ],
)
def test_what_the_money_is_for(said: str, whom: str, note: str) -> None:
    assert what_for(said, whom) == note
