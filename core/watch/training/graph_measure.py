"""How well a model, trained on what was known at a step, tells who launders after it.

The split is by time. The last part of the steps is held out. A row is an account in a window; it is
positive if the account first takes part in its pattern within the window. The model learns from
windows before the split, each with nothing but what was known at its end, and then ranks the
accounts of the held-out window that were not yet known to launder.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score

from core.watch.training.graph import NEVER, Flags, Floats, Graph
from core.watch.training.graph_features import features

HELD_OUT = 1 / 3
WINDOWS = 4
"""To learn from, each a quarter of a window after the one before; the last ends at the split."""
SEED = 20
OF_AMOUNT = ("sum", "spread", "least", "share", "odd", "passed_on", "came_back", "out_of_in")


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found in the held-out period of one sample."""

    split: int
    """The last step that was learnt from."""
    accounts: int
    """Ranked: those not known to launder at the split."""
    positives: int
    """Of them, those that first took part in their pattern in the held-out period."""
    silent: int
    """Of them, those put into a pattern that did nothing of it: negatives."""
    average_precision: float
    with_silent: float
    """The same with the silent ones as positives, whom nothing that they did tells from others."""
    without_amounts: float
    """The same with no feature of any amount: structure and time alone."""
    recall_at_80: float
    """Recall where four of five that are named are right."""


def measure(graph: Graph) -> Measured:
    """Train on what was known before the held-out period, and rank the accounts in it."""
    last = int(graph.step.max())
    split = round(last * (1 - HELD_OUT))
    length = last - split
    after, until = split, last
    open_ = graph.acted_at > split
    positive = _positive(graph, after, until)
    rows = features(graph, after=after, until=until)
    windows = list(_windows(graph, split, length))
    all_names = sorted(rows)
    bare = [name for name in all_names if not any(part in name for part in OF_AMOUNT)]
    scores, bare_scores = (_scores(windows, rows, names)[open_] for names in (all_names, bare))
    silent = (graph.is_named & (graph.acted_at == NEVER))[open_]
    true = positive[open_]
    return Measured(
        split=split,
        accounts=int(open_.sum()),
        positives=int(true.sum()),
        silent=int(silent.sum()),
        average_precision=float(average_precision_score(true, scores)),
        with_silent=float(average_precision_score(true | silent, scores)),
        without_amounts=float(average_precision_score(true, bare_scores)),
        recall_at_80=_recall_at(true, scores, precision=0.8),
    )


Window = tuple[dict[str, Floats], Flags, Flags]


def _windows(graph: Graph, split: int, length: int) -> Iterator[Window]:
    """Yield what is learnt from: features, labels, and whose row counts."""
    for back in range(WINDOWS):
        until = split - back * length // WINDOWS
        after = max(0, until - length)
        known = graph.until(until)
        yield (
            features(known, after=after, until=until),
            _positive(known, after, until),
            known.acted_at > after,
        )


def _positive(graph: Graph, after: int, until: int) -> Flags:
    return (graph.acted_at > after) & (graph.acted_at <= until)


def _scores(windows: list[Window], rows: dict[str, Floats], names: list[str]) -> Floats:
    learnt = np.vstack([_matrix(made, names)[counts] for made, _, counts in windows])
    labels = np.concatenate([true[counts] for _, true, counts in windows])
    model = HistGradientBoostingClassifier(
        max_iter=200,
        learning_rate=0.06,
        max_leaf_nodes=15,
        min_samples_leaf=5,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=SEED,
    )
    model.fit(learnt, labels)
    scores: Floats = model.predict_proba(_matrix(rows, names))[:, 1]
    return scores


def _matrix(made: dict[str, Floats], names: list[str]) -> Floats:
    return np.column_stack([made[name] for name in names])


def _recall_at(true: Flags, scores: Floats, *, precision: float) -> float:
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(true[order])
    fits = right / np.arange(1, len(right) + 1) >= precision
    return float(right[fits].max(initial=0) / max(1, right[-1]))
