"""The words that mean the same anywhere, and where they do not."""

import pytest

from flows.catalog import STORIES
from flows.manners import MANNERS, heard, ways_out
from flows.story import Flow
from flows.words import LANGUAGES, Words


def at(flow: str, state: str) -> Flow:
    return STORIES[flow](bank=None, state=state)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "manner"),
    [
        ("menu", "menu"), ("MENYU", "menu"), ("Accueil", "menu"), ("00", "menu"),
        ("back", "back"), ("Rudi", "back"), ("RETOUR", "back"), ("0", "back"),
        ("cancel", "cancel"), ("Ghairi!", "cancel"), ("annuler", "cancel"),
        ("help", "help"), ("msaada", "help"), ("À l'aide", "help"),
        ("language", "language"), ("LUGHA", "language"), ("langue", "language"),
        ("STOP", "stop"), ("arrêt", "stop"), ("START", "start"), ("ANZA", "start"),
        ("98", "more"), ("zaidi", "more"), ("suite", "more"),
    ],
)  # fmt: skip
def test_a_whole_message_is_heard_in_any_language(text: str, manner: str) -> None:
    assert heard(text) == manner


@pytest.mark.parametrize("text", ["stop sending me money", "my menu", "help 500", "", "1", "4321"])
def test_a_part_of_a_message_is_none(text: str) -> None:
    assert heard(text) is None


def test_a_button_may_be_one() -> None:
    assert heard("", choice="menu") == "menu"
    assert heard("", choice="yes") is None


def test_an_option_of_the_step_comes_first() -> None:
    assert heard("help") == "help"
    assert heard("help", story=at("care", "pick")) is None
    assert heard("", choice="language", story=at("account", "pick")) is None
    assert heard("acha", story=at("send_money", "elsewhere")) is None


@pytest.mark.parametrize("text", ["start", "more", "language", "anza"])
def test_free_words_may_be_names(text: str) -> None:
    assert heard(text, story=at("join", "first_name")) is None


@pytest.mark.parametrize("text", ["menu", "back", "cancel", "help", "stop", "0", "00"])
def test_one_can_leave_even_where_words_are_free(text: str) -> None:
    assert heard(text, story=at("join", "first_name")) is not None


def test_ninety_eight_is_an_amount_where_one_is_asked() -> None:
    assert heard("98", story=at("send_money", "amount")) is None
    assert heard("98", story=at("send_money", "review")) == "more"


def test_every_language_has_every_one() -> None:
    for language in LANGUAGES:
        for manner in MANNERS:
            assert Words(language, "sms").say("manners", manner)


def test_no_word_means_two_things() -> None:
    seen: dict[str, str] = {}
    for language in LANGUAGES:
        for manner in MANNERS:
            for word in Words(language, "sms").say("manners", manner).split(","):
                assert seen.setdefault(word.strip(), manner) == manner


def test_the_ways_out_are_labelled() -> None:
    shown = ways_out(Words("fr", "ussd"), back=True, menu=True)
    assert [(way.key, way.label) for way in shown] == [
        ("back", "Retour"), ("menu", "Menu"), ("more", "Suite"),
    ]  # fmt: skip
    assert [way.key for way in ways_out(Words("en", "ussd"), back=False, menu=False)] == ["more"]
