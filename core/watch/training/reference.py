"""What payments looked like when a model learnt from them, as parts between bounds, by feature."""

import numpy as np

from core.watch.training.graph import Floats
from core.watch.training.payments import NAMES

PARTS = 10
SCORE = "score"


def reference(values: Floats, scores: Floats) -> dict[str, dict[str, list[float]]]:
    """Return, for each feature and the score, the bounds between parts and how much lies in each.

    A part holds what is below its bound; the last but one all above, the last what is not known.
    """
    columns = {name: values[:, place] for place, name in enumerate(NAMES)} | {SCORE: scores}
    return {name: _parts(column) for name, column in columns.items()}


def _parts(column: Floats) -> dict[str, list[float]]:
    known = column[~np.isnan(column)]
    cuts = np.quantile(known, np.arange(1, PARTS) / PARTS) if len(known) else np.array([])
    bounds = np.unique(np.round(cuts, 6))
    counts = np.bincount(np.searchsorted(bounds, known, side="right"), minlength=len(bounds) + 1)
    many = [*counts.tolist(), len(column) - len(known)]
    return {
        "bounds": [float(bound) for bound in bounds],
        "parts": [round(one / max(1, len(column)), 6) for one in many],
    }
