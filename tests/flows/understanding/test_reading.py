"""Whole messages: what they mean, what is done about them, and that nothing breaks it."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.understanding import INTENTS_OUTSIDE, OUT_OF_SCOPE, feel, understand
from flows.understanding.meaning import Guess, Understood
from flows.understanding.reading import tell

WEDNESDAY = date(2026, 3, 4)
HOSTILE = st.one_of(
    st.text(max_size=500),
    st.text(alphabet="0123456789.,+-/ kKsS$", max_size=80),
    st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "replace")),
    st.sampled_from(["tuma ", "kwa ", "elfu ", "mia ", "\u202e", "\u0000", "\ud800", "🙏"]).flatmap(
        lambda word: st.integers(1, 120).map(lambda many: word * many)
    ),
)


@pytest.mark.parametrize(
    ("text", "intent", "flow", "language"),
    [
        ("can you send two thousand to my mum please", "send_money", "send_money", "en"),
        ("naomba unitumie pesa kwa mama yangu", "send_money", "send_money", "sw"),
        ("je voudrais envoyer de l'argent à ma mère", "send_money", "send_money", "fr"),
        ("someone has stolen my card, stop it", "card_block", "card_lost", "en"),
        ("nimeibiwa kadi yangu saa hii", "card_block", "card_lost", "sw"),
        ("quel est le taux du dollar aujourd'hui ?", "fx_rate", "rates", "fr"),
        ("how much money is left in my account", "balance", "balance", "en"),
        ("niko na doh ngapi kwa acc", "balance", "balance", "sw"),
    ],
)
def test_free_words_are_acted_on(text: str, intent: str, flow: str, language: str) -> None:
    understood = understand(text, "KE")
    assert (understood.intent, understood.flow, understood.acts) == (intent, flow, True)
    assert understood.language == language
    assert not understood.exact, "only a whole command is exact"


@pytest.mark.parametrize(
    "text",
    [
        "I need a loan of 20000",
        "will it rain tomorrow",
        "naomba mkopo wa haraka",
        "raconte une blague",
    ],
)
def test_what_we_do_not_serve_is_not_acted_on(text: str) -> None:
    understood = understand(text, "KE")
    assert (understood.intent, understood.flow, understood.acts) == (OUT_OF_SCOPE, None, False)


def test_who_is_paid_and_how_much_is_heard() -> None:
    understood = understand("send 2k to Brian for lunch", "KE")
    assert (understood.amount, understood.name, understood.acts) == ("2000", "Brian", True)


def test_a_day_is_told_only_where_today_is_known() -> None:
    assert understand("send 500 to Brian tomorrow", "KE", today=WEDNESDAY).date == "2026-03-05"
    assert understand("send 500 to Brian tomorrow", "KE").date is None


def test_the_likeliest_comes_first() -> None:
    understood = understand("my money", "KE")
    likely = [one.confidence for one in understood.alternatives]
    assert likely == sorted(likely, reverse=True)
    assert len(likely) <= 3


def test_a_greeting_before_it_hides_no_question() -> None:
    understood = understand("hi, what is my balance please", "KE")
    assert (understood.intent, understood.acts) == ("balance", True)


def test_only_sure_enough_words_act() -> None:
    unsure = Understood(intent="balance", flow="balance", confidence=0.5, decision="clarify")
    assert not unsure.acts
    assert not Understood(decision="act").acts
    assert Understood(intent="menu", flow="menu", confidence=1.0).acts


def test_what_a_customer_wrote_is_not_shown_by_accident() -> None:
    shown = repr(understand("send 500 to Brian Otieno 0712000002", "KE"))
    assert "Brian" not in shown and "0712000002" not in shown
    assert Guess("balance", "balance", 1.0) == Guess("balance", "balance", 1.0)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("you people are thieves, I hate this useless bank", "bad"),
        ("thank you so much, you saved my day", "Positive"),
        ("asante sana, huduma nzuri", "Positive"),
        ("what is the exchange rate", "Neutral"),
    ],
)
def test_how_a_customer_sounds(text: str, kind: str) -> None:
    feeling = feel(text)
    assert feeling is not None
    assert (feeling.kind in ("Negative", "VeryNegative")) if kind == "bad" else feeling.kind == kind
    assert 0 <= feeling.score <= 1
    assert all(phrase in text for phrase in feeling.key_phrases)


@pytest.mark.parametrize("text", ["", "hi", "  \u0000"])
def test_one_word_has_no_tone(text: str) -> None:
    assert feel(text) is None


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_nothing_that_is_written_breaks_it(text: str) -> None:
    understand(text, "TZ", expects="amount", today=WEDNESDAY)
    feel(text)
    told = tell(text, "KE", WEDNESDAY)
    assert told["text"] == text
    assert told["intent"] in INTENTS_OUTSIDE
    assert told["decision"] in ("act", "clarify", "fallback")
    assert told["language"] in ("en", "sw", "fr", "mixed", "sheng")
    assert 0 <= told["confidence"] <= 1
    assert json.loads(json.dumps(told)) == told
