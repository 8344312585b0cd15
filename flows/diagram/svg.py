"""A story as an SVG drawing that takes its ink from the page around it."""

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from flows.diagram.parts import SAYS, START, Kind, kind_of
from flows.diagram.placing import HEIGHT, LINE, Drawing, Line, Point, placed
from flows.story import Flow, Step

# In the middle of the scale, so that they stand out on white and on black.
COLOURS = {
    Kind.ASK: "#64748b",
    Kind.OFFER: "#0ea5e9",
    Kind.READ_BACK: "#d97706",
    Kind.PROOF: "#8b5cf6",
    Kind.CALL: "#0891b2",
    Kind.PERSON: "#db2777",
    Kind.END: "#16a34a",
    Kind.BECOME: "#16a34a",
}
MONEY = "#c2640c"
CURRENT = "#0b7a53"
DASHED = {Kind.CALL: "6 3", Kind.BECOME: "3 3"}
SLANT = 12
# Alone in a window it brings its own paper; inside a page both paper and ink are the page's.
STYLE = (
    "<style>svg.story{color:#1f2937}svg.story .paper{fill:#fff}"
    "@media(prefers-color-scheme:dark){svg.story{color:#e5e7eb}svg.story .paper{fill:#111827}}"
    "</style>"
)
FONT = "system-ui,sans-serif"


def svg(flow: type[Flow], current: str | None = None) -> str:
    """Return the story as a drawing, in layers from its start, with the current step filled.

    Each kind of step has a shape and a colour; a line that moves money is broad, and one that
    leads back is dashed. Pointing at a line tells what leads along it.
    """
    drawing = placed(flow)
    width, height = round(drawing.width), round(drawing.height)
    standing = f", now at {escape(current)}" if current else ""
    drawn = [
        '<rect class="paper" width="100%" height="100%" fill="none"/>',
        *(_line(line, flow.name) for line in drawing.lines),
        *(_words(line) for line in drawing.lines),
        *_steps(flow, drawing, current),
    ]
    return (
        f'<svg class="story" role="img" aria-label="The story {escape(flow.name)}{standing}" '
        f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{FONT}">{STYLE}<defs>'
        f"{_head(flow.name, 'head', 'currentColor')}{_head(flow.name, 'paid', MONEY)}</defs>"
        f"{''.join(drawn)}</svg>"
    )


def _head(name: str, kind: str, colour: str) -> str:
    return (
        f'<marker id="{kind}-{escape(name)}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="{kind}" d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
    )


def _line(line: Line, name: str) -> str:
    edge = line.edge
    ink, wide, kind = ("currentColor", 1.3, "head")
    if edge.pays:
        ink, wide, kind = MONEY, 3.0, "paid"
    classes = ["edge", *(["back"] if line.back else []), *(["pays"] if edge.pays else [])]
    dashes = ' stroke-dasharray="4 3"' if line.back else ""
    told = escape(f"{edge.source} to {edge.dest}: {', '.join(edge.labels)}")
    return (
        f'<path class="{" ".join(classes)}" fill="none" stroke="{ink}" stroke-width="{wide}" '
        f'stroke-opacity="{0.9 if edge.pays else 0.5}"{dashes} '
        f'marker-end="url(#{kind}-{escape(name)})" d="{_curve(line.points)}">'
        f"<title>{told}</title></path>"
    )


def _curve(points: list[Point]) -> str:
    """Return a path that meets every point upright, or leaves a step at its side and comes back."""
    (x, y), *_ = points
    way = f"M{x:.0f} {y:.0f}"
    if len(points) == 4 and points[0][0] == points[3][0] and points[1][1] == y:
        (a, b), (c, d), (e, f) = points[1:]
        return f"{way}C{a:.0f} {b:.0f} {c:.0f} {d:.0f} {e:.0f} {f:.0f}"
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (y1 + y2) / 2
        straight = abs(x1 - x2) < 1
        way += (
            f"V{y2:.0f}"
            if straight
            else f"C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}"
        )
    return way


def _words(line: Line) -> str:
    x, y = line.words_at
    ink = MONEY if line.edge.pays else "currentColor"
    spans = "".join(
        f'<tspan x="{x:.0f}" y="{y + n * LINE:.0f}">{escape(one)}</tspan>'
        for n, one in enumerate(line.edge.labels)
    )
    weight = ' font-weight="600"' if line.edge.pays else ""
    return (
        f'<text class="label" font-size="11" fill="{ink}" fill-opacity=".9"{weight}>{spans}</text>'
    )


def _steps(flow: type[Flow], drawing: Drawing, current: str | None) -> Iterator[str]:
    x, y, _ = drawing.steps[START]
    yield f'<circle class="head" cx="{x:.0f}" cy="{y:.0f}" r="7" fill="currentColor"/>'
    for step in flow.steps:
        yield _step(step, drawing.steps[step.name], here=step.name == current)


def _step(step: Step, place: tuple[float, float, float], *, here: bool) -> str:
    x, y, width = place
    kind = kind_of(step)
    colour = CURRENT if here else COLOURS[kind]
    ink = "#fff" if here else "currentColor"
    marks = [kind.replace("_", "-"), *(["current"] if here else [])]
    dashes = f' stroke-dasharray="{DASHED[kind]}"' if kind in DASHED else ""
    outline = _outline(kind, x - width / 2, y - HEIGHT / 2, width)
    strong = kind in {Kind.READ_BACK, Kind.PROOF, Kind.END}
    return (
        f'<g class="step {" ".join(reversed(marks))}" data-step="{escape(step.name)}">'
        f'<path d="{outline}" fill="{colour}" fill-opacity="{1 if here else 0.14}" '
        f'stroke="{colour}" stroke-width="{2.4 if strong else 1.5}" '
        f'stroke-linejoin="round"{dashes}/>'
        f'<text x="{x:.0f}" y="{y - 1:.0f}" font-size="13" font-weight="600" text-anchor="middle" '
        f'fill="{ink}">{escape(step.name)}</text>'
        f'<text class="kind" x="{x:.0f}" y="{y + 13:.0f}" font-size="10" text-anchor="middle" '
        f'fill="{ink}" fill-opacity=".8">{SAYS[kind]}</text></g>'
    )


def _outline(kind: Kind, left: float, top: float, width: float) -> str:
    """Return the shape of a step: what it is can be told without its colour."""
    right, bottom, middle = left + width, top + HEIGHT, top + HEIGHT / 2
    corners: list[Point]
    match kind:
        case Kind.OFFER | Kind.READ_BACK:  # a sign with a point at either side
            corners = [
                (left + SLANT, top), (right - SLANT, top), (right, middle),
                (right - SLANT, bottom), (left + SLANT, bottom), (left, middle),
            ]  # fmt: skip
        case Kind.CALL:  # leaning, as what goes in and out is drawn
            corners = [
                (left + SLANT, top), (right, top), (right - SLANT, bottom), (left, bottom),
            ]  # fmt: skip
        case Kind.PROOF:  # a lock's body: its upper corners are cut
            corners = [
                (left, top + SLANT), (left + SLANT, top), (right - SLANT, top),
                (right, top + SLANT), (right, bottom), (left, bottom),
            ]  # fmt: skip
        case _:
            return _rounded(left, top, width, radius=8 if kind is Kind.ASK else HEIGHT / 2)
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in corners) + "Z"


def _rounded(left: float, top: float, width: float, *, radius: float) -> str:
    r, w, h = radius, width - 2 * radius, HEIGHT - 2 * radius
    return (
        f"M{left + r:.0f} {top:.0f}h{w:.0f}a{r:.0f} {r:.0f} 0 0 1 {r:.0f} {r:.0f}v{h:.0f}"
        f"a{r:.0f} {r:.0f} 0 0 1 -{r:.0f} {r:.0f}h-{w:.0f}a{r:.0f} {r:.0f} 0 0 1 -{r:.0f} -{r:.0f}"
        f"v-{h:.0f}a{r:.0f} {r:.0f} 0 0 1 {r:.0f} -{r:.0f}z"
    )
