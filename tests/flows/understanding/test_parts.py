"""The parts of the pipeline, each by itself: words, features, heads, decisions, stories."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.catalog import STORIES
from flows.hearing import LONGEST, plain
from flows.understanding import FLOWS, INTENTS, INTENTS_OUTSIDE, OUT_OF_SCOPE, commands, heads
from flows.understanding.deciding import BARS, OFFERED, decide, offered
from flows.understanding.featurise import BUCKETS, bucket, featurise
from flows.understanding.finer import CUES, finer
from flows.understanding.heads import ANY, BadBundle, Head, pack
from flows.understanding.lexicon import concepts
from flows.understanding.normalise import CASE, NUMBER, PHONE, normal, tokens
from flows.understanding.reading import TAKE_WORDS

EVEN = np.ones(BUCKETS, np.float32)


@pytest.mark.parametrize(
    ("text", "norm"),
    [
        ("Salio!!", "salio ! !"),
        ("SEND 2,500.50 to 0712 000 002", f"send {NUMBER} to {PHONE}"),
        ("tuma 500ksh", f"tuma {NUMBER} ksh"),
        ("5k for lunch", f"{NUMBER} for lunch"),
        ("où est l'argent d\u2019hier ?", "ou est l argent d hier ?"),
        ("what's up", "whats up"),
        ("pleaseeee", "please"),
        ("case C-104-283-1", f"case {CASE}"),
        ("$20 to \u20ac", f"usd {NUMBER} to eur"),
        ("ﬁne \uff4f\uff4b", "fine ok"),
        ("", ""),
        ("\u0000\ud800", ""),
    ],
)
def test_words_are_compared_by_what_they_are(text: str, norm: str) -> None:
    assert normal(text) == norm


@given(st.text(max_size=600))
def test_every_token_knows_where_it_stood(text: str) -> None:
    found = tokens(text)
    assert all(0 <= one.start < one.end <= min(len(text), LONGEST) and one.norm for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)


@given(st.lists(st.text(min_size=1, max_size=12), max_size=40))
def test_features_of_anything_are_of_one_size_and_finite(words: list[str]) -> None:
    found = featurise(words, EVEN)
    assert len(found.places) == len(found.weights)
    assert np.isfinite(found.weights).all()
    assert ((found.places >= 0) & (found.places < BUCKETS)).all()


def test_a_feature_has_the_same_bucket_for_ever() -> None:
    assert [bucket(one) for one in ("w:salio", "c:money", " ta")] == [99104, 12451, 10683]


def test_words_of_one_meaning_share_a_feature() -> None:
    one, other = (featurise([word], EVEN) for word in ("ganji", "argent"))
    assert set(one.places) & set(other.places) == {bucket("c:money")}
    assert "money" in concepts("hela") and not concepts("blorg")


def test_what_was_never_seen_weighs_nothing() -> None:
    head = _head()
    assert head.probabilities(featurise(["zzz"], EVEN)) == pytest.approx({"a": 0.5, "b": 0.5})
    assert head.probabilities(featurise(["salio"], EVEN))["a"] > 0.5


def test_a_language_has_its_own_temperature() -> None:
    head = _head({ANY: 1.0, "sw": 0.1})
    said = featurise(["salio"], EVEN)
    assert head.probabilities(said, "sw")["a"] > head.probabilities(said, "fr")["a"]


def test_a_head_comes_back_as_it_was_written(tmp_path) -> None:
    head = _head()
    head.save(tmp_path / "head")
    back = heads.load(tmp_path / "head")
    said = featurise(["salio"], EVEN)
    assert (back.labels, back.probabilities(said)) == (head.labels, head.probabilities(said))


@pytest.mark.parametrize("spoilt", ["weights.npz", "head.json"])
def test_a_spoilt_head_is_refused(tmp_path, spoilt: str) -> None:
    _head().save(tmp_path)
    (tmp_path / spoilt).write_bytes(b"{}")
    with pytest.raises(BadBundle):
        heads.load(tmp_path)


def _head(temperatures=None) -> Head:
    weights = np.zeros((BUCKETS, 2), np.float32)
    weights[bucket("w:salio")] = (3, -3)
    head = pack(("a", "b"), weights, np.zeros(2, np.float32))
    return Head(head.labels, head.rows, head.weights, head.bias, temperatures or {ANY: 1.0})


def test_there_are_27_intents_and_every_story_has_one() -> None:
    assert len(set(INTENTS_OUTSIDE)) == 27
    assert set(INTENTS) >= set(STORIES)
    assert set(INTENTS.values()) <= set(INTENTS_OUTSIDE)


def test_every_intent_that_we_serve_has_a_story() -> None:
    assert {one for one, flow in FLOWS.items() if flow is None} == {OUT_OF_SCOPE}
    assert {one for one, flow in FLOWS.items() if flow and INTENTS[flow] != one} == {"cancel"}
    assert all(flow in STORIES for flow in FLOWS.values() if flow)


def test_what_cues_lead_to_is_of_their_intent() -> None:
    told = {(intent, flow) for intent, cues in CUES.items() for _, flow in cues}
    assert {(INTENTS[flow], flow) for _, flow in told} == told


@pytest.mark.parametrize(
    ("intent", "said", "flow"),
    [
        ("card_block", "somebody has stolen it", "card_lost"),
        ("card_block", "nimeibiwa kadi", "card_lost"),
        ("card_block", "on m'a volé la carte", "card_lost"),
        ("card_block", "stop it for now", "card_freeze"),
        ("fx_rate", "tell me when the dollar is at 130", "rate_alert"),
        ("fx_rate", "dola ni ngapi", "rates"),
        ("withdraw", "I want cash from an agent", "cash_code"),
        ("withdraw", "where is the money I took out", "my_payouts"),
        ("withdraw", "to my KCB account", "withdraw"),
        ("open_case", "they took my phone, it is stolen", "lock"),
        ("open_case", "a charge on my card that I did not make", "card_dispute"),
        ("open_case", "nobody helps", "report"),
        ("send_money", "send mum 500 every month", "plan"),
        ("send_money", "ask Brian to send me 500", "request_money"),
        ("send_money", "to my sister in another country", "send_abroad"),
        ("card_request", "mine is broken", "card_replace"),
        ("pin_change", "nimesahau namba ya siri", "reset_pin"),
        ("beneficiaries", "add Brian", "save_person"),
        ("kyc", "how much can I send a day", "limits"),
        ("statement", "the receipt of yesterday", "receipt"),
        ("join", "I already have an account", "link"),
        ("cancel", "leave it", "menu"),
        ("help", "turn off the notifications", "alert_choices"),
        ("help", "sitaki arifa nyingi", "alert_choices"),
        ("help", "je ne veux plus recevoir vos avis", "alert_choices"),
        ("help", "how do I use this", "help"),
    ],
)
def test_stories_of_one_intent_are_told_apart(intent: str, said: str, flow: str) -> None:
    assert finer(intent, plain(said)) == flow


def test_what_opens_a_message_and_takes_the_rest_is_known() -> None:
    assert {name for name, story in STORIES.items() if story.takes_words} >= TAKE_WORDS


def test_a_command_is_never_heard_in_digits() -> None:
    assert commands.whole("4321", "4321") is None


@pytest.mark.parametrize(
    ("likely", "decision"),
    [
        ({"balance": 0.97, "statement": 0.02}, "act"),
        ({"send_money": 0.6, "withdraw": 0.3}, "clarify"),
        ({"card_block": 0.55, "card_status": 0.25}, "act"),
        ({"card_unblock": 0.55, "card_block": 0.25}, "clarify"),
        ({"balance": 0.2, "statement": 0.19}, "fallback"),
        ({OUT_OF_SCOPE: 0.9, "balance": 0.1}, "fallback"),
        ({OUT_OF_SCOPE: 0.5, "balance": 0.45}, "clarify"),
        ({OUT_OF_SCOPE: 1.0}, "fallback"),
    ],
)
def test_what_is_done_follows_from_how_sure_it_is(likely: dict[str, float], decision: str) -> None:
    assert decide(likely) == decision


def test_money_needs_more_certainty_and_a_lost_card_less() -> None:
    assert set(BARS) <= set(INTENTS_OUTSIDE)
    assert BARS["card_block"].likely < BARS["open_case"].likely < BARS["send_money"].likely


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(INTENTS_OUTSIDE), st.floats(0, 1), min_size=1))
def test_no_more_is_offered_than_fits(likely: dict[str, float]) -> None:
    found = offered(likely)
    assert len(found) <= OFFERED
    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)
    assert OUT_OF_SCOPE not in dict(found)
