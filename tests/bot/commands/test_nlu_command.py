"""``flask --app bot nlu``: messages read line by line, a bundle trained, understanding measured."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands import nlu
from flows.understanding import INTENTS_OUTSIDE, OUT_OF_SCOPE
from flows.understanding.training import seeds

TODAY = ("--today", "2026-03-04")
TOLD = {"text", "language", "intent", "confidence", "decision", "alternatives", "entities"}


def _parse(said: bytes, *more: str) -> list[dict]:
    ran = CliRunner().invoke(nlu.command, ["parse", *TODAY, *more], input=said)
    assert ran.exit_code == 0, ran.output
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_every_line_is_answered_by_one() -> None:
    told = _parse(b"send 2k to Brian tomorrow\n\nsalio\r\nj'ai perdu ma carte")
    assert [one["text"] for one in told] == [
        "send 2k to Brian tomorrow", "", "salio", "j'ai perdu ma carte",
    ]  # fmt: skip
    assert [one["intent"] for one in told] == ["send_money", OUT_OF_SCOPE, "balance", "card_block"]
    assert [one["decision"] for one in told] == ["act", "fallback", "act", "act"]
    assert all(set(one) == TOLD for one in told)
    assert told[0]["entities"] == {"amount": "2000", "name": "Brian", "date": "2026-03-05"}


@pytest.mark.parametrize(
    "said",
    [b"\xff\xfe\x00\n", b"\x85 and \xe2\x80\xa8 inside\n", b"a" * 100_000 + b"\n", b"\"}{'\\u\n",
     "\u202e\U0001f4b8 nitumie\n".encode()],
)  # fmt: skip
def test_hostile_lines_are_answered_too(said: bytes) -> None:
    (told,) = _parse(said)
    assert told["intent"] in INTENTS_OUTSIDE


def test_phones_are_read_where_the_customer_lives() -> None:
    said = b"tuma 5000 kwa 0712000003\n"
    numbers = {_parse(said, "--country", at)[0]["entities"]["phone"] for at in ("KE", "TZ")}
    assert numbers == {"+254712000003", "+255712000003"}


@pytest.fixture
def measured(monkeypatch, tmp_path: Path) -> Path:
    """Measure by two cases alone, against floors of their own."""
    cases = tmp_path / "challenge.tsv"
    cases.write_text('salio\tsw\tbalance\t{}\nsend 500 to Brian\ten\tsend_money\t{"amount": "500"}')
    monkeypatch.setattr(nlu, "CHALLENGES", tmp_path)
    monkeypatch.setattr(nlu, "BUNDLE", tmp_path)
    few = [
        seed
        for at, seed in enumerate(seeds.intents())
        if seed.language in ("en", "sw") and at % 9 == 0
    ]
    monkeypatch.setattr(seeds, "intents", lambda: few)
    return tmp_path / "floors.json"


def _eval(*more: str) -> Result:
    return CliRunner().invoke(nlu.command, ["eval", *more])


def test_a_fall_below_the_floor_fails(measured: Path) -> None:
    kept = _eval("--keep")
    assert kept.exit_code == 0, kept.output
    assert "challenge/sw" in kept.output
    floors = json.loads(measured.read_text())
    assert floors["challenge/sw"]["accuracy"] == 1.0
    floors["challenge/sw"]["accuracy"] = 1.02
    measured.write_text(json.dumps(floors))
    fallen = _eval("--json")
    assert fallen.exit_code == 1
    told = json.loads(fallen.stdout)
    assert told["fallen"] == ["challenge/sw: accuracy 1.000, was 1.020"]
    entities = {one["name"]: one["entities"] for one in told["slices"]}
    assert entities["challenge"] == 0.0, "the name was not asked for"


def test_a_bundle_is_trained_into_a_folder(tmp_path: Path) -> None:
    for name in ("en", "sw", "sentiment/en"):
        (tmp_path / "seeds" / name).mkdir(parents=True)
    words = ["now", "today", "please", "again", "soon", "quickly", "at once", "my friend", "sir"]
    for place, said in {
        "en/balance": "what is my balance", "en/send_money": "send money to mum",
        "sw/balance": "salio langu", "sw/send_money": "tuma pesa kwa mama",
        "sentiment/en/positive": "thank you", "sentiment/en/neutral": "the rate",
        "sentiment/en/negative": "this is bad", "sentiment/en/very_negative": "you are thieves",
    }.items():  # fmt: skip
        lines = "\n".join(f"{said} {word}" for word in words)
        (tmp_path / "seeds" / f"{place}.txt").write_text(lines)
    ran = CliRunner().invoke(
        nlu.command,
        ["train", "--seeds", str(tmp_path / "seeds"), "--into", str(tmp_path / "bundle")],
    )
    assert ran.exit_code == 0, ran.output
    metrics = json.loads((tmp_path / "bundle" / "metrics.json").read_text())
    assert metrics["slices"][0]["cases"] == 36
    assert json.loads((tmp_path / "bundle" / "meta.json").read_text())["fingerprint"]
