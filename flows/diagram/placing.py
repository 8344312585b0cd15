"""Where everything of a drawing stands: steps, lines with their bends, and their words."""

from dataclasses import dataclass, field
from itertools import pairwise

from flows.diagram.layers import Box, arranged, ranked
from flows.diagram.parts import START, Edge, edges_of
from flows.story import Flow

LETTER, SMALL = 7.4, 5.9  # how wide a letter is, of a step's name and of a label
HEIGHT, LINE = 40, 14
PADDING, GAP, MARGIN = 18, 22, 16
SWING = 24  # the height in which a line swings from its step to its own place, and on again
LOOP = 26  # how far a line from a step to itself reaches out

Point = tuple[float, float]


@dataclass(slots=True)
class Line:
    """A line from step to step: the points it runs through, and where its words stand."""

    edge: Edge
    points: list[Point]
    words_at: Point
    back: bool = False


@dataclass(slots=True)
class Drawing:
    """Everything with its place, in pixels from the top left."""

    width: float = 0.0
    height: float = 0.0
    steps: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """The middle of each step, and how wide it is."""
    lines: list[Line] = field(default_factory=list)


def placed(flow: type[Flow]) -> Drawing:
    """Return where everything of a story stands."""
    names = [START, *(step.name for step in flow.steps)]
    edges = edges_of(flow)
    layer, back = ranked(names, [(edge.source, edge.dest) for edge in edges])
    boxes = {name: _step(name, 2 * layer[name], edges) for name in names}
    layers: list[list[Box]] = [[] for _ in range(2 * max(layer.values()) + 2)]
    for name in names:
        layers[2 * layer[name]].append(boxes[name])
    chains = [_chain(edge, boxes, layers, back=(edge.source, edge.dest) in back) for edge in edges]
    arranged(layers, gap=GAP)
    return _drawn(names, boxes, list(zip(edges, chains, strict=True)), layers, back)


def _step(name: str, layer: int, edges: list[Edge]) -> Box:
    half = 8.0 if name == START else max(96.0, len(name) * LETTER + 2 * PADDING) / 2
    loops = [edge for edge in edges if edge.source == edge.dest == name]
    room = max((_width(edge) for edge in loops), default=0.0)
    return Box(layer, half, half + (LOOP + room if loops else 0.0))


def _chain(edge: Edge, boxes: dict[str, Box], layers: list[list[Box]], *, back: bool) -> list[Box]:
    """Lay a line through the layers from its upper step to its lower one, its words at a bend."""
    if edge.source == edge.dest:
        return []
    upper, lower = boxes[edge.source], boxes[edge.dest]
    if back:
        upper, lower = lower, upper
    # The words of a line stand where it leaves its step, which is below for those that lead back.
    words = lower.layer - 1 if back else upper.layer + 1
    chain = [upper]
    for level in range(upper.layer + 1, lower.layer):
        bend = Box(level, 3.0, _width(edge) if level == words else 3.0, firm=4)
        layers[level].append(bend)
        chain.append(bend)
    chain.append(lower)
    for above, below in pairwise(chain):
        above.below.append(below)
        below.above.append(above)
    return chain


def _width(edge: Edge) -> float:
    return max(len(one) for one in edge.labels) * SMALL + 8


def _drawn(
    names: list[str],
    boxes: dict[str, Box],
    chains: list[tuple[Edge, list[Box]]],
    layers: list[list[Box]],
    back: set[tuple[str, str]],
) -> Drawing:
    everything = [box for layer in layers for box in layer]
    shift = MARGIN - min(box.x - box.left for box in everything)
    tops, heights = _rows(chains, layers)
    drawing = Drawing(
        width=max(box.x + box.right for box in everything) + shift + MARGIN,
        height=tops[-1] + heights[-1] + MARGIN,
    )
    for name in names:
        box = boxes[name]
        y = tops[box.layer] + HEIGHT / 2
        drawing.steps[name] = (box.x + shift, y, 2 * box.left)
    for edge, chain in chains:
        if not chain:
            drawing.lines.append(_loop(edge, drawing))
            continue
        leads_back = (edge.source, edge.dest) in back
        line = _line(edge, chain, (tops, heights), shift, back=leads_back)
        drawing.lines.append(line)
    return drawing


def _rows(
    chains: list[tuple[Edge, list[Box]]], layers: list[list[Box]]
) -> tuple[list[float], list[float]]:
    """Return the top and the height of every layer: of steps, and of the words between them."""
    lines = dict.fromkeys(range(len(layers)), 0)
    for edge, chain in chains:
        for box in chain[1:-1]:
            if box.right > 3.0:
                lines[box.layer] = max(lines[box.layer], len(edge.labels))
    heights = [
        float(HEIGHT) if n % 2 == 0 else lines[n] * LINE + 2 * SWING for n in range(len(layers))
    ]
    if not layers[-1]:
        heights[-1] = 0.0
    tops, top = [], float(MARGIN)
    for height in heights:
        tops.append(top)
        top += height
    return tops, heights


def _line(
    edge: Edge,
    chain: list[Box],
    rows: tuple[list[float], list[float]],
    shift: float,
    *,
    back: bool,
) -> Line:
    tops, heights = rows
    points: list[Point] = []
    words_at = (0.0, 0.0)
    upper, lower = chain[0], chain[-1]
    begins = upper.x + _port(upper, chain[1], upper.below)
    points.append((begins + shift, tops[upper.layer] + HEIGHT - (12 if upper.left < 10 else 0)))
    for box in chain[1:-1]:
        x, top, height = box.x + shift, tops[box.layer], heights[box.layer]
        swing = SWING if box.layer % 2 else 0
        points += [(x, top + swing), (x, top + height - swing)]
        if box.right > 3.0:
            words_at = (x + 5, top + height / 2 - (len(edge.labels) - 1) * LINE / 2 + 4)
    ends = lower.x + _port(lower, chain[-2], lower.above)
    points.append((ends + shift, tops[lower.layer]))
    return Line(edge, points[::-1] if back else points, words_at, back)


def _port(box: Box, toward: Box, beside: list[Box]) -> float:
    """Spread the lines that meet a step along its edge, in the order they come from."""
    if len(beside) < 2:
        return 0.0
    order = sorted(beside, key=lambda one: one.x)
    place = next(n for n, one in enumerate(order) if one is toward)
    room = min(2 * box.left * 0.7, 22.0 * (len(beside) - 1))
    return room * (place / (len(beside) - 1) - 0.5)


def _loop(edge: Edge, drawing: Drawing) -> Line:
    x, y, width = drawing.steps[edge.source]
    side = x + width / 2
    points = [(side, y - 8), (side + LOOP, y - 8), (side + LOOP, y + 8), (side, y + 8)]
    return Line(edge, points, (side + LOOP, y + 4), back=True)
