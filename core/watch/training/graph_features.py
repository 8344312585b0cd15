"""What the payments of a window tell of each account, beside what was known before.

Every feature is made from payments up to the end of the window; none from a label.
"""

from collections.abc import Mapping

import numpy as np

from core.watch.training.graph import Flags, Floats, Graph, Ints

ODD = 0.5
"""A payment of less than this part of what its sender usually sends is odd."""
SIDES = ("sent", "received")


def features(graph: Graph, *, after: int, until: int) -> dict[str, Floats]:
    """Return the features of every account for the steps in (``after``, ``until``], by name."""
    known = graph.until(until)
    within = known.step > after
    share = known.value / usual(known)[known.source]
    made: dict[str, Floats] = {}
    for side in SIDES:
        own, other = _ends(known, side)
        made |= _named(side, _counts(known, own, other, within))
        made |= _named(side, _amounts(known, own, other, within, share))
        made |= _named(side, _newness(known, own, other, within))
    made |= _balance(made) | _echoes(known, within)
    return made | _around(known, within, made)


def usual(graph: Graph) -> Floats:
    """Return what each account usually sends: the middle of what it pays those it pays.

    Each of its payees counts once, so that many small payments to one do not become usual. Who
    sent nothing has the middle of all accounts.
    """
    pairs, place = np.unique(graph.source * graph.accounts + graph.target, return_inverse=True)
    mean = np.bincount(place, graph.value) / np.bincount(place)
    source = pairs // graph.accounts
    order = np.lexsort((mean, source))
    mean, source = mean[order], source[order]
    first = np.searchsorted(source, np.arange(graph.accounts))
    last = np.searchsorted(source, np.arange(graph.accounts), side="right")
    sent = last > first
    middle = np.full(graph.accounts, np.median(mean) if len(mean) else 1.0)
    # The upper middle: where only two are paid, the odd one is not what is usual.
    middle[sent] = mean[(first[sent] + last[sent]) // 2]
    return middle


def _ends(graph: Graph, side: str) -> tuple[Ints, Ints]:
    ends = (graph.source, graph.target)
    return ends if side == "sent" else ends[::-1]


def _named(side: str, made: Mapping[str, Floats]) -> dict[str, Floats]:
    return {f"{side}_{name}": values for name, values in made.items()}


def _counts(graph: Graph, own: Ints, other: Ints, within: Flags) -> dict[str, Floats]:
    """Return degrees and how they fall in time: payments, partners, days, most in one day."""
    many, steps = graph.accounts, int(graph.step.max(initial=0)) + 1
    owner, partner, step = own[within], other[within], graph.step[within]
    pair = owner * many + partner
    days, a_day = np.unique(owner * steps + step, return_counts=True)
    pairs, a_pair = np.unique(pair, return_counts=True)
    repeats, times = np.unique(pair * steps + step, return_counts=True)
    return {
        "payments": _count(owner, many),
        "before": _count(own[~within], many) / max(1, steps),
        "partners": _count(pairs // many, many),
        "days": _count(days // steps, many),
        "most_a_day": _most(days // steps, a_day, many),
        "most_to_one": _most(pairs // many, a_pair, many),
        "most_to_one_a_day": _most(repeats // steps // many, times, many),
    }


def _amounts(
    graph: Graph, own: Ints, other: Ints, within: Flags, share: Floats
) -> dict[str, Floats]:
    """Return sums, how alike amounts are, and how odd they are for who sent them."""
    many, owner, value = graph.accounts, own[within], graph.value[within]
    count = np.maximum(_count(owner, many), 1)
    total, squares = _sum(owner, value, many), _sum(owner, value**2, many)
    mean = total / count
    odd = within & (share < ODD)
    odd_pairs = np.unique(own[odd] * many + other[odd])
    return {
        "sum": total,
        "spread": np.sqrt(np.maximum(squares / count - mean**2, 0)) / np.maximum(mean, 1e-9),
        "least": _least(owner, value, many),
        "least_share": _least(owner, share[within], many),
        "largest_share": -_least(owner, -share[within], many),
        "odd": _count(own[odd], many),
        "odd_partners": _count(odd_pairs // many, many),
    }


def _newness(graph: Graph, own: Ints, other: Ints, within: Flags) -> dict[str, Floats]:
    """Return which part of the window's partners was never met before it."""
    many = graph.accounts
    met, now = (np.unique(own[part] * many + other[part]) for part in (~within, within))
    new = now[~np.isin(now, met, assume_unique=True)]
    return {"new_part": _count(new // many, many) / np.maximum(_count(now // many, many), 1)}


def _balance(made: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return what went out of what came in."""
    came = made["received_sum"]
    return {"out_of_in": made["sent_sum"] / np.maximum(came, 1e-9) * (came > 0)}


def _echoes(graph: Graph, within: Flags) -> dict[str, Floats]:
    """Return how often an account sends on the very amount it got, and if that came back."""
    many = graph.accounts
    cents = np.rint(graph.value * 100).astype(np.int64)
    by_amount: dict[int, list[int]] = {}
    for n in np.flatnonzero(within):
        by_amount.setdefault(int(cents[n]), []).append(int(n))
    passed, returned = np.zeros(many), np.zeros(many)
    for some in by_amount.values():
        _follow(graph, some, passed, returned)
    return {"passed_on": passed, "came_back": returned}


def _follow(graph: Graph, some: list[int], passed: Floats, returned: Floats) -> None:
    """Follow one amount through accounts in the order of time: who has it, and since whom."""
    came_through: dict[int, set[int]] = {}
    for n in some:
        source, target = int(graph.source[n]), int(graph.target[n])
        held = came_through.get(source)
        if held is not None:
            passed[source] += 1
        if held is not None and target in held:
            returned[target] += 1
        came_through.setdefault(target, set()).update(held or (), {source})


def _around(graph: Graph, within: Flags, made: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return what the accounts are like that an account paid, and was paid by."""
    found = {}
    for side in SIDES:
        own, other = (end[within] for end in _ends(graph, side))
        for name in ("sent_payments", "received_payments", "sent_odd", "received_odd", "passed_on"):
            found[f"{side}_around_{name}"] = _most(own, made[name][other], graph.accounts)
    return found


def _count(owner: Ints, many: int) -> Floats:
    return np.bincount(owner, minlength=many).astype(np.float64)


def _sum(owner: Ints, values: Floats, many: int) -> Floats:
    return np.bincount(owner, values, many).astype(np.float64)


def _most(owner: Ints, values: Ints | Floats, many: int) -> Floats:
    most = np.zeros(many)
    np.maximum.at(most, owner, values)
    return most


def _least(owner: Ints, values: Floats, many: int) -> Floats:
    least = np.full(many, np.inf)
    np.minimum.at(least, owner, values)
    return np.where(np.isfinite(least), least, np.nan)
