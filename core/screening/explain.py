"""A hit in words, for the people who decide about it."""

from collections.abc import Mapping
from typing import Any

from core.screening.score import Scored

WORDS = {
    "born_same_day": "date of birth equal",
    "born_swapped": "date of birth equal with day and month swapped",
    "born_same_year": "birth year equal",
    "born_close": "birth year close",
    "born_apart": "date of birth differs",
    "country_same": "country equal",
    "country_related": "country among those told of them",
    "country_other": "country differs",
    "kind_other": "another kind of party",
}


def explained(one: Scored) -> dict[str, Any]:
    """Return the parts of a score as they are sealed; `in_words` reads them."""
    return {
        "name": one.listed.name,
        "quality": one.listed.quality,
        "likeness": round(one.likeness.score, 3),
        "joined": one.likeness.joined,
        "pairs": [[pair.left, pair.right, round(pair.score, 2)] for pair in one.likeness.pairs],
        "evidence": [[each.finding, each.ours, each.theirs, each.weight] for each in one.evidence],
    }


def in_words(parts: Mapping[str, Any]) -> str:
    """Return why a hit is one: ``name 0.93: mohamed=muhammad 0.95; birth year equal +0.05``."""
    words = ", ".join(
        f"{left}={right}" if score == 1 else f"{left}={right} {score:.2f}"
        for left, right, score in parts["pairs"]
    )
    joined = ", best without blanks" if parts["joined"] else ""
    told = [f"name {parts['likeness']:.2f}: {words or 'no word alone'}{joined}"]
    told += [
        f"{WORDS[finding]} {weight:+.2f} ({ours}, listed {theirs})"
        for finding, ours, theirs, weight in parts["evidence"]
    ]
    return "; ".join(told)
