"""Training and measuring: the same seeds give the same bundle, and a fall is noticed."""

from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.understanding.normalise import NUMBER, PHONE
from flows.understanding.pipeline import Asked, reader
from flows.understanding.training import evaluate, seeds, train
from flows.understanding.training.augment import augmented, slipped
from flows.understanding.training.evaluate import Answer, Case
from flows.understanding.training.seeds import BadSeeds, Seed

PHRASES = {
    "balance": "how much do i have|my balance|money left|what remains|bal {}",
    "send_money": "send 500 to mum|transfer to brian|pay john 20|give amina {} bob",
    "out_of_scope": "give me a loan|tell me a joke|will it rain|who won the match|hire me {}",
}
SWAHILI = {
    "balance": "salio langu|nina pesa ngapi|niambie salio {}",
    "send_money": "tuma pesa kwa mama|mtumie baba {}|peleka hela",
}
TONES = {
    "positive": "thank you very much|i love this {}",
    "neutral": "what is the rate|please tell me {}",
    "negative": "this is bad|i am not happy {}",
    "very_negative": "you are thieves|i hate you {}",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    found = tmp_path_factory.mktemp("seeds")
    for room, files in (("en", PHRASES), ("sw", SWAHILI), ("sentiment/en", TONES)):
        (found / room).mkdir(parents=True)
        for name, said in files.items():
            lines = [way.format(many) for many in range(1, 9) for way in said.split("|")]
            text = "# a comment\n\n" + "\n".join(
                f"{line} {'please ' * (at % 7)}" for at, line in enumerate(lines)
            )
            (found / room / f"{name}.txt").write_text(text)
    return found


def test_training_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        trained, _ = train.train(folder)
        train.write(trained, tmp_path / name, fingerprint=seeds.fingerprint(folder))
    files = [file.relative_to(tmp_path / "one") for file in (tmp_path / "one").rglob("*.*")]
    assert len(files) > 8
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_what_was_learnt_is_served(folder: Path, tmp_path: Path) -> None:
    trained, held = train.train(folder)
    train.write(trained, tmp_path / "bundle", fingerprint=seeds.fingerprint(folder))
    heard = reader(tmp_path / "bundle").read("send 700 to mum", Asked("KE", date(2026, 3, 4)))
    assert max(heard.intents, key=lambda one: heard.intents[one]) == "send_money"
    assert heard.language == "en"
    assert set(held.labels) == set(PHRASES)


def test_copies_are_held_out_with_their_phrase(folder: Path) -> None:
    shown = train.examples(seeds.intents(folder))
    at = 0
    for one in shown:
        at = at if one.copy else one.fold
        assert one.fold == at


def test_seeds_of_no_intent_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSeeds, match="no seeds"):
        seeds.intents(tmp_path)
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "dancing.txt").write_text("dance with me")
    with pytest.raises(BadSeeds, match="dancing"):
        seeds.intents(tmp_path)
    (tmp_path / "sentiment" / "en").mkdir(parents=True)
    (tmp_path / "sentiment" / "en" / "hungry.txt").write_text("feed me")
    with pytest.raises(BadSeeds, match="hungry"):
        seeds.feelings(tmp_path)


def test_the_same_phrase_under_two_intents_is_found() -> None:
    one, other = Seed("Salio?", "balance", "sw"), Seed("salio ?", "airtime", "sw")
    assert seeds.contradictions([one, other, Seed("tuma", "send_money", "sw")]) == [(one, other)]


def test_another_phrase_makes_the_bundle_stale(folder: Path) -> None:
    before = seeds.fingerprint(folder)
    file = folder / "en" / "balance.txt"
    said = file.read_text()
    file.write_text(said + "\none more")
    assert seeds.fingerprint(folder) != before
    file.write_text(said)
    assert seeds.fingerprint(folder) == before


@given(st.lists(st.sampled_from(["balance", "tuma", "pesa", NUMBER, PHONE, "to"]), min_size=1))
def test_slips_leave_numbers_and_short_words(words: list[str]) -> None:
    slips = slipped(words, Random(1))
    assert len(slips) == len(words)
    for was, now in zip(words, slips, strict=True):
        assert was == now or (len(was) >= 4 and was not in (NUMBER, PHONE))


def test_mixing_puts_in_words_of_the_same_meaning() -> None:
    words = ["send", "money", "to", "mother"]
    copies = [
        copy
        for number in range(20)
        for copy, language in augmented(words, Seed("", "send_money", "en"), Random(number))
        if language == ""
    ]
    assert any({"tuma", "pesa", "envoyer", "argent", "rusha", "doo"} & set(copy) for copy in copies)


def test_a_temperature_makes_the_right_as_likely_as_it_is() -> None:
    chance = np.random.default_rng(1)
    truth = chance.integers(0, 2, 2000)
    right = chance.random(2000) < 0.8
    scores = np.where((np.arange(2) == truth[:, None]) == right[:, None], 4.0, 0.0)
    heat = train.temperature(scores.astype(np.float32), truth)
    assert 1 / (1 + np.exp(-4 / heat)) == pytest.approx(0.8, abs=0.02)


def _answer(truth: str, said: str, decision: str = "act", sure: float = 0.9) -> Answer:
    return Answer(Case("x", "en", truth), "en", said, sure, decision, (said,))


def test_slices_tell_what_comes_of_it() -> None:
    answers = [
        _answer("balance", "balance"),
        _answer("balance", "statement"),
        _answer("balance", "balance", "clarify", 0.5),
        _answer("out_of_scope", "out_of_scope", "fallback"),
    ]
    whole, *parts = evaluate.slices(answers, name="s")
    assert (whole.cases, whole.accuracy, whole.acted_wrong) == (4, 0.75, 0.25)
    assert (whole.clarified, whole.fallback, whole.entities) == (0.25, 0.0, None)
    assert {one.name for one in parts} == {
        "s/en", "s/balance", "s/out_of_scope", "s/en/balance", "s/en/out_of_scope",
    }  # fmt: skip
    assert evaluate.confusions(answers) == [("balance", "statement", 1, "x")]


@pytest.mark.parametrize(("accuracy", "fell"), [(0.75, 0), (0.759, 0), (0.77, 1)])
def test_a_fall_of_more_than_a_point_is_noticed(accuracy: float, fell: int) -> None:
    answers = [_answer("balance", "balance")] * 3 + [_answer("balance", "menu", "clarify")]
    measured = evaluate.slices(answers, name="s")
    floors = {"s": {"accuracy": accuracy, "acted_wrong": 0.0}, "gone": {"accuracy": 1.0}}
    assert len(evaluate.fallen(measured, floors)) == fell


def test_cases_are_read_as_people_write_them(tmp_path: Path) -> None:
    file = tmp_path / "cases.tsv"
    file.write_text('text\tlanguage\tintent\tentities\n"salio\tsw\tbalance\t{}\nhi\ten\tmenu\n')
    assert evaluate.read(file) == [Case('"salio', "sw", "balance"), Case("hi", "en", "menu")]
    file.write_text("salio\tsw\n")
    with pytest.raises(evaluate.BadCases, match="line 1"):
        evaluate.read(file)
