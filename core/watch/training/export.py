"""A trained model as JSON: trees that `core.monitoring.model` walks without any library.

A calibration by Platt (a line through the log-odds) is folded into leaves and baseline, so that who
walks the trees need not know of it.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

LARGEST = float(np.finfo(np.float64).max)
"""Stands for a threshold without an end, which JSON has not: all that is known goes left."""


def exported(
    model: HistGradientBoostingClassifier,
    *,
    version: str,
    names: Sequence[str],
    slope: float,
    shift: float,
) -> dict[str, Any]:
    """Return a model as it is served, with its log-odds times ``slope`` plus ``shift``.

    :raises ValueError: if it has more than two classes, or categories
    """
    if model.n_trees_per_iteration_ != 1 or model.is_categorical_ is not None:
        raise ValueError("only yes and no over numbers can be served")
    trees = [_tree(some[0].nodes, slope) for some in model._predictors]  # noqa: SLF001 - it has no other door
    baseline = float(model._baseline_prediction.item())  # noqa: SLF001
    return {
        "version": version,
        "features": list(names),
        "baseline": slope * baseline + shift,
        "trees": trees,
    }


def _tree(nodes: Any, slope: float) -> list[dict[str, Any]]:  # noqa: ANN401 - a structured array
    expected = _expected(nodes, slope)
    return [
        {"feature": -1, "value": slope * float(node["value"]), "expected": expected[place]}
        if node["is_leaf"]
        else {
            "feature": int(node["feature_idx"]),
            "threshold": _finite(float(node["num_threshold"])),
            "missing_left": bool(node["missing_go_to_left"]),
            "left": int(node["left"]),
            "right": int(node["right"]),
            "expected": expected[place],
        }
        for place, node in enumerate(nodes)
    ]


def _expected(nodes: Any, slope: float) -> list[float]:  # noqa: ANN401
    """Return what a payment at each node comes to: the mean of the leaves below it."""
    found = [0.0] * len(nodes)
    for place in reversed(range(len(nodes))):  # children stand after their parent
        node = nodes[place]
        if node["is_leaf"]:
            found[place] = slope * float(node["value"])
            continue
        sides = [int(node["left"]), int(node["right"])]
        if min(sides) <= place:
            raise ValueError("a node stands before its parent")
        counts = [int(nodes[side]["count"]) for side in sides]
        found[place] = sum(
            found[side] * count for side, count in zip(sides, counts, strict=True)
        ) / sum(counts)
    return found


def _finite(threshold: float) -> float:
    return LARGEST if math.isinf(threshold) else threshold
