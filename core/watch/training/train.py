"""Training the model that payments are judged by: on a simulation, split by time, calibrated.

The first part of the days is learnt from, the next calibrates, the last measures; another
simulation, of a seed that was never looked at, measures once more. The same arguments make the same
files: one thread, no early stopping, every seed given.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from threadpoolctl import threadpool_limits

from core.monitoring import model as served
from core.watch import cards
from core.watch.training.export import exported
from core.watch.training.graph import Flags, Floats
from core.watch.training.payments import NAMES, judged
from core.watch.training.reference import reference
from core.watch.training.simulate import simulate
from core.watch.training.simulated import Simulation

LEARNT, CALIBRATED = 0.65, 0.8
"""Until which part of the days is learnt from, and until which calibrated."""
SETTLING = 7
"""Days at the beginning that are left out: nobody has a history yet."""
CUSTOMERS, DAYS, INSTANCES = 3000, 100, 14
HELD_OUT = 1000
"""Added to the seed: the simulation that measures once more."""
TREES, LEAVES = 60, 12
PRECISIONS = (0.5, 0.8)


@dataclass(frozen=True, slots=True)
class Files:
    """What was written."""

    model: Path
    card: Path


@dataclass(frozen=True, slots=True)
class Rows:
    """Payments as a model takes them."""

    values: Floats
    planted: Flags
    day: Floats


def train(
    version: str,
    *,
    seed: int,
    folder: Path | None = None,
    customers: int = CUSTOMERS,
    days: int = DAYS,
    instances: int = INSTANCES,
    trees: int = TREES,
) -> Files:
    """Train a model, write it and its card, and return where they are.

    Without a ``folder`` they go where the bank looks for them.
    """
    size = {"customers": customers, "days": days, "instances": instances}

    def simulated(of: int) -> Simulation:
        return simulate(of, customers=customers, days=days, instances=instances)

    simulation = simulated(seed)
    all_rows = rows(simulation)
    learnt, calibrating, measured = _split(all_rows, days)
    with threadpool_limits(limits=1):
        model = _fit(learnt, trees)
        slope, shift = _calibrate(model, calibrating)
    made = exported(model, version=version, names=NAMES, slope=slope, shift=shift)
    other = rows(simulated(seed + HELD_OUT))
    card = {
        "version": version,
        "data": {
            "what": "simulated payments, none of a real customer",
            "seed": seed,
            "digest": simulation.digest,
            **size,
            "payments": len(learnt.day),
            "planted": int(learnt.planted.sum()),
        },
        "split": {
            "learnt_until": LEARNT,
            "calibrated_until": CALIBRATED,
            "left_out_days": SETTLING,
        },
        "model": {"trees": trees, "leaves": LEAVES, "slope": slope, "shift": shift},
        "figures": {
            "later_days": figures(measured.planted, _scores(model, measured, slope, shift)),
            "another_seed": figures(other.planted, _scores(model, other, slope, shift)),
        },
        "reference": reference(learnt.values, _scores(model, learnt, slope, shift)),
    }
    files = Files(
        (folder or served.FOLDER) / f"{version}.json",
        (folder or cards.FOLDER) / f"{version}.card.json",
    )
    _write(files.model, made)
    _write(files.card, card)
    return files


def rows(simulation: Simulation) -> Rows:
    """Return every payment of a simulation but those of its first days."""
    values: list[list[float]] = []
    planted: list[bool] = []
    day: list[float] = []
    for one in judged(simulation):
        age = (one.movement.at - simulation.began).total_seconds() / 86400
        if age < SETTLING:
            continue
        numbers = (served.as_number(name, one.features.get(name)) for name in NAMES)
        values.append([np.nan if number is None else number for number in numbers])
        planted.append(one.is_planted)
        day.append(age)
    return Rows(np.array(values), np.array(planted), np.array(day))


def figures(planted: Flags, scores: Floats) -> dict[str, float | int]:
    """Return how well scores tell what is planted from what is not."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(planted[order])
    precision = right / np.arange(1, len(right) + 1)
    found: dict[str, float | int] = {
        "payments": len(planted),
        "planted": int(planted.sum()),
        "average_precision": round(float(average_precision_score(planted, scores)), 4),
        "roc_auc": round(float(roc_auc_score(planted, scores)), 4),
        "brier": round(float(brier_score_loss(planted, scores)), 6),
    }
    for least in PRECISIONS:
        fits = np.flatnonzero(precision >= least)
        recall = right[fits[-1]] / right[-1] if len(fits) else 0.0
        threshold = scores[order[fits[-1]]] if len(fits) else 1.0
        found[f"recall_at_precision_{least:g}"] = round(float(recall), 4)
        found[f"threshold_at_precision_{least:g}"] = round(float(threshold), 4)
    return found


def _split(all_rows: Rows, days: int) -> Sequence[Rows]:
    ends = (0.0, LEARNT * days, CALIBRATED * days, float(days))
    parts = [(all_rows.day >= begin) & (all_rows.day < end) for begin, end in pairwise(ends)]
    return [Rows(all_rows.values[one], all_rows.planted[one], all_rows.day[one]) for one in parts]


def _fit(learnt: Rows, trees: int) -> HistGradientBoostingClassifier:
    model = HistGradientBoostingClassifier(
        max_iter=trees, learning_rate=0.1, max_leaf_nodes=LEAVES, min_samples_leaf=20,
        l2_regularization=1.0, early_stopping=False, random_state=0,
    )  # fmt: skip
    return model.fit(learnt.values, learnt.planted)


def _calibrate(model: HistGradientBoostingClassifier, some: Rows) -> tuple[float, float]:
    """Return the line through the log-odds that makes them those of what happened since."""
    odds = model.decision_function(some.values).reshape(-1, 1)
    line = LogisticRegression(C=1e6, max_iter=1000).fit(odds, some.planted)
    return float(line.coef_.item()), float(line.intercept_.item())


def _scores(
    model: HistGradientBoostingClassifier, some: Rows, slope: float, shift: float
) -> Floats:
    odds: Floats = slope * model.decision_function(some.values) + shift
    return 1 / (1 + np.exp(-odds))


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
