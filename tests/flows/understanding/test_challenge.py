"""Messages that understanding was never taught: no slice of them may fall below its floor."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from flows.understanding.pipeline import BUNDLE
from flows.understanding.training import evaluate

FILES = sorted(Path("tests/data/understanding").glob("*.tsv"))
DAY = date(2026, 3, 4)


@pytest.fixture(scope="module")
def answers() -> dict[str, list[evaluate.Answer]]:
    """What is understood of each file's messages."""
    return {
        file.stem: evaluate.asked(evaluate.read(file), country="KE", today=DAY) for file in FILES
    }


def test_there_are_messages_of_every_intent_and_language() -> None:
    cases = [case for file in FILES for case in evaluate.read(file)]
    intents = Counter(case.intent for case in cases)
    assert len(intents) == 27 and min(intents.values()) >= 10
    languages = Counter(case.language for case in cases)
    assert min(languages[one] for one in ("en", "sw", "fr", "mixed", "sheng")) >= 60


def test_no_slice_falls_below_its_floor(answers: dict[str, list[evaluate.Answer]]) -> None:
    floors = json.loads((BUNDLE / "floors.json").read_text(encoding="utf-8"))
    measured = [one for name, told in answers.items() for one in evaluate.slices(told, name=name)]
    assert evaluate.fallen(measured, floors) == []


def test_what_the_bank_promises_itself_of_messages_it_never_saw(
    answers: dict[str, list[evaluate.Answer]],
) -> None:
    (whole,) = (
        one
        for one in evaluate.slices([a for told in answers.values() for a in told], name="all")
        if one.name == "all"
    )
    assert whole.accuracy >= 0.92
    assert whole.acted_wrong <= 0.01
    assert whole.clarified <= 0.20
    assert whole.entities is not None and whole.entities >= 0.90
