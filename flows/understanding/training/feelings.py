"""How well the head of feelings does on messages that somebody else has labelled."""

import csv
from collections import Counter
from pathlib import Path

from flows.understanding.reading import feel

BROAD = {"VeryNegative": "negative", "Negative": "negative", "Neutral": "neutral",
         "Positive": "positive"}  # fmt: skip


def measure(path: Path) -> dict[str, float]:
    """Return the F1 of each feeling, and their mean weighted by how many there are of each.

    The file is tab-separated, ``tweet`` and ``label`` (positive, neutral or negative).
    """
    counted: Counter[tuple[str, str]] = Counter()
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            said = feel(row["tweet"])
            counted[row["label"], BROAD[said.kind] if said else "neutral"] += 1
    labels = sorted(set(BROAD.values()))
    of = {one: sum(many for (truth, _), many in counted.items() if truth == one) for one in labels}
    told = {one: sum(many for (_, said), many in counted.items() if said == one) for one in labels}
    scores = {
        one: round(2 * counted[one, one] / (of[one] + told[one]), 4) if of[one] + told[one] else 0.0
        for one in labels
    }
    weighted = sum(scores[one] * of[one] for one in labels) / max(sum(of.values()), 1)
    return {**scores, "weighted": round(weighted, 4)}
