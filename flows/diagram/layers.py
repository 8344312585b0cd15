"""Puts the boxes of a graph into layers, few lines crossing, after Sugiyama and others.

Three passes, each simple: give every box a layer below all that lead to it, order each layer by
where its neighbours are, and move the boxes as near to them as room allows.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 24


@dataclass(slots=True)
class Box:
    """Something that takes room: a step, a label beside its line, or a bend of a line.

    ``x`` is where lines meet it; it reaches ``left`` and ``right`` from there.
    """

    layer: int
    left: float
    right: float
    x: float = 0.0
    above: list["Box"] = field(default_factory=list)
    below: list["Box"] = field(default_factory=list)
    firm: int = 1
    """How strongly its lines pull: bends more than steps, so that long lines are straight."""


def ranked(
    nodes: Sequence[str], edges: Iterable[tuple[str, str]]
) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """Return each node's layer, and the edges that lead back up.

    The nodes are in the order they are told in: whatever leads to an earlier one leads back.
    """
    told = {node: n for n, node in enumerate(nodes)}
    known = list(edges)
    back = {(source, dest) for source, dest in known if told[dest] < told[source]}
    layer = dict.fromkeys(nodes, 0)
    for node in nodes:
        for source, dest in known:
            if source == node and told[dest] > told[source]:
                layer[dest] = max(layer[dest], layer[source] + 1)
    return layer, back


def arranged(layers: list[list[Box]], *, gap: float) -> None:
    """Order the boxes of every layer and give each its ``x``, ``gap`` apart at least."""
    best, fewest = [list(layer) for layer in layers], crossings(layers)
    for sweep in range(SWEEPS):
        _sweep(layers, down=sweep % 2 == 0)
        crossed = crossings(layers)
        if crossed < fewest:
            best, fewest = [list(layer) for layer in layers], crossed
    for layer, boxes in zip(layers, best, strict=True):
        layer[:] = boxes
        _pack(layer, gap)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            _settle(layer, gap, wanted=_pull(down=down))
    for layer in layers:
        _settle(layer, gap, wanted=_pull(down=None))


def crossings(layers: Sequence[Sequence[Box]]) -> int:
    """Return how many lines cross between neighbouring layers."""
    count = 0
    for upper, lower in pairwise(layers):
        place = {id(box): n for n, box in enumerate(lower)}
        ends = [sorted(place[id(to)] for to in box.below) for box in upper]
        flat = [end for each in ends for end in each]
        count += sum(a > b for n, a in enumerate(flat) for b in flat[n + 1 :])
    return count


def _sweep(layers: list[list[Box]], *, down: bool) -> None:
    places = {id(box): float(n) for layer in layers for n, box in enumerate(layer)}
    for layer in layers if down else list(reversed(layers)):
        middle = {}
        for box in layer:
            near = sorted(places[id(one)] for one in (box.above if down else box.below))
            middle[id(box)] = sum(near) / len(near) if near else places[id(box)]
        layer.sort(key=lambda box, middle=middle: middle[id(box)])  # type: ignore[misc]
        places |= {id(box): float(n) for n, box in enumerate(layer)}


def _pack(layer: Sequence[Box], gap: float) -> None:
    at = 0.0
    for box in layer:
        box.x = at + box.left
        at = box.x + box.right + gap
    for box in layer:
        box.x -= at / 2


def _pull(*, down: bool | None) -> Callable[[Box], float]:
    def wanted(box: Box) -> float:
        near = [*(box.above if down is not False else []), *(box.below if down is not True else [])]
        weight = sum(one.firm * box.firm for one in near)
        return sum(one.x * one.firm * box.firm for one in near) / weight if weight else box.x

    return wanted


def _settle(layer: Sequence[Box], gap: float, *, wanted: Callable[[Box], float]) -> None:
    """Move boxes to where they are pulled, in order and without touching, as little off as can be.

    Boxes that would overlap are moved as one block to the mean of what they want.
    """
    offset, offsets = 0.0, []
    for n, box in enumerate(layer):
        offset += layer[n - 1].right + gap + box.left if n else 0.0
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # the mean of a block, and how many boxes are in it
    for box, off in zip(layer, offsets, strict=True):
        mean, size = wanted(box) - off, 1
        while blocks and blocks[-1][0] > mean:
            other, many = blocks.pop()
            mean, size = (mean * size + other * many) / (size + many), size + many
        blocks.append((mean, size))
    means = [mean for mean, size in blocks for _ in range(size)]
    for box, mean, off in zip(layer, means, offsets, strict=True):
        box.x = mean + off
