"""A model that was trained elsewhere, served by walking its trees: nothing is needed to run it.

A file of ``models/`` has ``version``, ``features`` (their names, in the order of the trees),
``baseline`` and ``trees``, each a list of nodes. A node has ``feature`` (its place; below zero in a
leaf), ``threshold`` (at most it goes left), ``missing_left``, ``left``, ``right``, ``value`` (of a
leaf) and ``expected``, what a payment at this node comes to on the whole. The score is the sigmoid
of the sum. Why a score is what it is follows from the path: each step moves what is expected, and
that much is the step's feature's (Saabas' method); all moves and the baselines add up to the sum.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.monitoring.features import FEATURES, Features, Value

FOLDER = Path(__file__).parent / "models"
MOST_TOLD = 6
"""How many features are told of that moved a score."""
MOST_STEPS = 64
"""Deeper than any tree is; a file that goes in circles must not go on for ever."""


class BadModel(ValueError):
    """The file is no model that payments can be judged by."""


@dataclass(frozen=True, slots=True)
class _Node:
    feature: int
    threshold: float
    missing_left: bool
    left: int
    right: int
    value: float
    expected: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A model's word on a payment: how likely it is one that should be stopped, and why."""

    score: float
    """From 0 to 1."""
    moved: tuple[tuple[str, float], ...]
    """The features that moved it most, with by how much in log-odds; the greatest first."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model that was read."""

    version: str
    features: tuple[str, ...]
    baseline: float
    trees: tuple[tuple[_Node, ...], ...]

    def score(self, features: Features) -> Scored:
        """Return what the model says of a payment."""
        values = [as_number(name, features.get(name)) for name in self.features]
        total, moved = self.baseline, dict.fromkeys(self.features, 0.0)
        for tree in self.trees:
            total += self._walk(tree, values, moved)
        told = sorted(moved.items(), key=lambda one: (-abs(one[1]), one[0]))[:MOST_TOLD]
        return Scored(_sigmoid(total), tuple((name, by) for name, by in told if by))

    def _walk(
        self, tree: Sequence[_Node], values: Sequence[float | None], moved: dict[str, float]
    ) -> float:
        node = tree[0]
        for _ in range(MOST_STEPS):
            if node.feature < 0:
                return node.value
            value = values[node.feature]
            left = node.missing_left if value is None else value <= node.threshold
            following = tree[node.left if left else node.right]
            moved[self.features[node.feature]] += following.expected - node.expected
            node = following
        raise BadModel(f"a tree of {self.version} has no end")


CODES: Mapping[str, Mapping[Value, float]] = {
    "kind": {
        one: float(place)
        for place, one in enumerate(
            (
                "transfer",
                "request",
                "payout",
                "abroad",
                "airtime",
                "bill",
                "cash",
                "card",
                "plan",
                "exchange",
            )
        )
    },
    "channel": {"ussd": 0.0, "sms": 1.0, "whatsapp": 2.0, "plan": 3.0, "card": 4.0},
    "payer_sends": {"now": 0.0, "waits": 1.0, "never": 2.0},
    "listed": {"clear": 0.0, "review": 1.0, "block": 2.0},
    "doubt": {"payee": 0.0, "amount": 1.0, "address": 2.0, "sim": 3.0},
}
"""Texts as numbers, as models are trained on them and served."""


def as_number(name: str, value: Value) -> float | None:
    """Return a feature's value as models take it; None where it is not known."""
    if value is None:
        return None
    return CODES[name].get(value) if isinstance(value, str) else float(value)


@cache
def load(version: str) -> Model:
    """Return the model of a version.

    :raises BadModel: if there is no file of it, or it asks for what is not known of payments
    """
    file = FOLDER / f"{version}.json"
    try:
        return read(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, json.JSONDecodeError) as error:
        raise BadModel(f"there is no model {version}") from error


def versions() -> list[str]:
    """Return the versions that files are there of."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def read(said: Mapping[str, Any]) -> Model:
    """Return a model out of what a file says.

    :raises BadModel: if it is none
    """
    try:
        trees = tuple(tuple(_node(one) for one in tree) for tree in said["trees"])
        model = Model(str(said["version"]), tuple(said["features"]), float(said["baseline"]), trees)
    except (KeyError, TypeError, ValueError) as error:
        raise BadModel("it is no model") from error
    if unknown := set(model.features) - FEATURES.keys():
        raise BadModel(f"it asks for what is not known: {sorted(unknown)}")
    for tree in trees:
        _check(model, tree)
    return model


def _node(said: Mapping[str, Any]) -> _Node:
    if (feature := said.get("feature")) is None or feature < 0:
        return _Node(-1, 0.0, True, 0, 0, float(said["value"]), float(said["expected"]))  # noqa: FBT003
    return _Node(
        int(feature),
        float(said["threshold"]),
        bool(said["missing_left"]),
        int(said["left"]),
        int(said["right"]),
        0.0,
        float(said["expected"]),
    )


def _check(model: Model, tree: Sequence[_Node]) -> None:
    if not tree:
        raise BadModel("a tree has no nodes")
    for node in tree:
        if node.feature >= 0 and not (
            node.feature < len(model.features)
            and 0 < node.left < len(tree)
            and 0 < node.right < len(tree)
        ):
            raise BadModel("a node leads nowhere")


def _sigmoid(total: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))
