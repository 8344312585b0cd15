"""The bundle that is served: it belongs to the seeds, needs little, and says how sure it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import flows.understanding
from flows.understanding.pipeline import BUNDLE, PARTS, BadBundle, reader
from flows.understanding.training import seeds

MOST_MIB = 150
"""For all that reading a message needs, with the interpreter."""
MOST_BYTES = 6_000_000
MOST_ECE = 0.035
FEWEST_PHRASES = 60
HOUSE = Path(flows.understanding.__file__).parents[2]

_SERVES = """
import sys
from pathlib import Path
from flows.understanding.pipeline import Asked, reader
from datetime import date
reader().read("nitumie doh kwa mathe", Asked("KE", date(2026, 3, 4)))
most = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
print(int(most.split()[1]) // 1024)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"sklearn", "scipy", "torch"}))
"""


def test_the_bundle_was_trained_on_these_seeds_by_this_code() -> None:
    told = json.loads((BUNDLE / "meta.json").read_text())["fingerprint"]
    assert told == seeds.fingerprint(), "train it anew: flask --app bot nlu train"


def test_serving_needs_little_memory_and_no_tools_of_training() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _SERVES], capture_output=True, text=True, check=True, cwd=HOUSE
    )
    held, extra = ran.stdout.split("\n")[:2]
    assert int(held) < MOST_MIB
    assert extra == "[]"


def test_the_bundle_is_small_enough_to_be_kept_with_the_code() -> None:
    assert sum(file.stat().st_size for file in BUNDLE.rglob("*") if file.is_file()) < MOST_BYTES


def test_the_bundle_has_every_part_in_its_order() -> None:
    assert reader().meta["pipeline"] == list(PARTS)


def test_what_is_no_bundle_is_refused(tmp_path) -> None:
    with pytest.raises(BadBundle):
        reader(tmp_path)


@pytest.mark.parametrize("language", seeds.LANGUAGES)
def test_confidence_says_how_often_it_is_right(language: str) -> None:
    measured = json.loads((BUNDLE / "metrics.json").read_text())["slices"]
    found = {one["name"]: one for one in measured}
    assert found[f"held_out/{language}"]["ece"] <= MOST_ECE


def test_every_intent_has_phrases_enough_in_every_language() -> None:
    counted: dict[tuple[str, str], int] = {}
    for seed in seeds.intents():
        key = (seed.language, seed.label)
        counted[key] = counted.get(key, 0) + 1
    thin = {key: many for key, many in counted.items() if many < FEWEST_PHRASES}
    assert len(counted) == 27 * len(seeds.LANGUAGES)
    assert thin == {}


def test_no_phrase_of_one_language_asks_for_two_things() -> None:
    found = seeds.contradictions(seeds.intents())
    assert [(a.text, a.label, b.label) for a, b in found if a.language == b.language] == []
