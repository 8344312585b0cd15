"""Linear heads: a weight for every feature and label, and how far their scores may be trusted.

They are trained elsewhere (``training``); serving one takes an addition of a few hundred rows.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flows.understanding.featurise import BUCKETS, Features

ANY = "any"
"""The temperature of a language that has none of its own."""


class BadBundle(ValueError):
    """The files are no bundle that this code can serve."""


@dataclass(frozen=True, slots=True)
class Head:
    """Judges features by labels."""

    labels: tuple[str, ...]
    rows: NDArray[np.int32] = field(repr=False)
    """For every bucket the row of its weights; row 0 is for buckets never seen, and is nought."""
    weights: NDArray[np.float16] = field(repr=False)
    bias: NDArray[np.float32] = field(repr=False)
    temperatures: Mapping[str, float] = field(default_factory=lambda: {ANY: 1.0})
    """By language: what scores are divided by, so that a probability says how often it is right."""

    def scores(self, features: Features) -> NDArray[np.float32]:
        """Return the plain score of every label."""
        taken = self.weights[self.rows[features.places]].astype(np.float32)
        found: NDArray[np.float32] = features.weights @ taken + self.bias
        return found

    def probabilities(self, features: Features, language: str = ANY) -> dict[str, float]:
        """Return how likely every label is; together they come to one."""
        heat = self.temperatures.get(language, self.temperatures[ANY])
        likely = softmax(self.scores(features) / heat)
        return {label: float(p) for label, p in zip(self.labels, likely, strict=True)}

    def save(self, path: Path) -> None:
        """Write it into a folder, which is made."""
        path.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            path / "weights.npz", rows=self.rows, weights=self.weights, bias=self.bias
        )
        said = {"labels": self.labels, "temperatures": dict(self.temperatures)}
        (path / "head.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> Head:
    """Return the head of a folder.

    :raises BadBundle: if there is none, or it is another version's
    """
    try:
        said = json.loads((path / "head.json").read_text(encoding="utf-8"))
        with np.load(path / "weights.npz", allow_pickle=False) as kept:
            head = Head(
                tuple(said["labels"]),
                kept["rows"],
                kept["weights"],
                kept["bias"],
                {str(name): float(heat) for name, heat in said["temperatures"].items()},
            )
    except (OSError, KeyError, ValueError) as error:
        raise BadBundle(f"there is no head in {path}") from error
    if len(head.rows) != BUCKETS or head.weights.shape[1:] != (len(head.labels),):
        raise BadBundle(f"the head in {path} is of another size")
    return head


def pack(labels: Sequence[str], weights: NDArray[np.float32], bias: NDArray[np.float32]) -> Head:
    """Return a head of trained weights (buckets by labels), without the rows that say nothing."""
    used = np.flatnonzero(np.abs(weights).max(axis=1) > 0)
    rows = np.zeros(BUCKETS, np.int32)
    rows[used] = np.arange(1, len(used) + 1, dtype=np.int32)
    kept = np.vstack([np.zeros((1, len(labels)), np.float32), weights[used]])
    return Head(tuple(labels), rows, kept.astype(np.float16), bias.astype(np.float32))


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return scores as probabilities; rows of them, row by row."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    found: NDArray[np.float32] = raised / raised.sum(axis=-1, keepdims=True)
    return found
