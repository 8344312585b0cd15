"""Draws a story from its definition, so that the drawing cannot differ from what runs."""

from html import escape

from flows.story import START, Ask, Become, Call, Choose, End, Flow, Path, Secret, Step, sources

ROW, WIDTH, HEIGHT, MARGIN = 52, 132, 32, 14
BOW = 15  # how far a line bows out for each row it passes
WIDEST_BOW = 120
KINDS: dict[type[Step], str] = {
    Ask: "asks",
    Choose: "offers",
    Call: "asks the world",
    End: "ends",
    Become: "another story",
}
STYLE = """
.story .edge{fill:none;stroke:currentColor;stroke-opacity:.5;stroke-width:1.3}
.story .edge.back{stroke-dasharray:4 3;stroke-opacity:.4}
.story .edge:hover{stroke-opacity:1;stroke-width:2}
.story .step rect{fill:transparent;stroke:currentColor;stroke-opacity:.65;stroke-width:1.3}
.story .step text{fill:currentColor;font:13px system-ui,sans-serif;text-anchor:middle}
.story .step .kind{font-size:10px;opacity:.75}
.story .step.end rect{stroke-width:2.6}
.story .step.secret rect{stroke-dasharray:6 3}
.story .step.current rect{fill:#0b7a53;stroke:#0b7a53}
.story .step.current text{fill:#fff;opacity:1;font-weight:600}
.story .head{fill:currentColor;fill-opacity:.6}
"""


def mermaid(flow: type[Flow], current: str | None = None) -> str:
    """Return the story as a Mermaid state diagram, with the current step marked."""
    lines = ["stateDiagram-v2", "    classDef current fill:#0b7a53,color:#fff"]
    for source, dest, label in _edges(flow):
        lines.append(f"    {'[*]' if source == START else source} --> {dest}: {label}")
    lines += [f"    {step.name} --> [*]" for step in flow.steps if isinstance(step, End | Become)]
    if current and flow.step_at(current):
        lines.append(f"    class {current} current")
    return "\n".join(lines) + "\n"


def svg(flow: type[Flow], current: str | None = None) -> str:
    """Return the story as a drawing that takes its colour from the page, current step filled.

    The steps stand below each other as the story tells them; what leads on bows out to the right,
    what leads back to the left and is dashed. Pointing at a line tells what leads along it.
    """
    rows = {START: 0} | {step.name: n for n, step in enumerate(flow.steps, start=1)}
    edges = _edges(flow)
    back = [_bow(rows[a] - rows[b]) for a, b, _ in edges if rows[a] >= rows[b]]
    on = [_bow(rows[b] - rows[a]) for a, b, _ in edges if rows[b] > rows[a] + 1]
    left, right = max(back, default=0), max(on, default=0)
    middle = MARGIN + left + WIDTH // 2
    width, height = middle + WIDTH // 2 + right + MARGIN, ROW * len(rows)
    name = escape(flow.name)
    drawn = [
        *(_line(rows, edge, middle, name) for edge in edges),
        *(_box(step, middle, _y(rows[step.name]), current) for step in flow.steps),
        f'<circle class="head" cx="{middle}" cy="{_y(0)}" r="6"/>',
    ]
    standing = f", now at {escape(current)}" if current else ""
    return (
        f'<svg class="story" role="img" aria-label="The story {name}{standing}" '
        f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}"><style>{STYLE}</style><defs>'
        f'<marker id="head-{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>'
        f"{''.join(drawn)}</svg>"
    )


def _edges(flow: type[Flow]) -> list[tuple[str, str, str]]:
    """Return every way from step to step once, with all that leads along it."""
    labels: dict[tuple[str, str], list[str]] = {}
    for path in flow.paths:
        for source in sources(path):
            labels.setdefault((source, str(path[2])), []).append(_label(path))
    return [(source, dest, ", ".join(words)) for (source, dest), words in labels.items()]


def _label(path: Path) -> str:
    condition, unless, effect = (*path[3:], None, None, None)[:3]
    words = str(path[0])
    if condition:
        words += f" [{condition}]"
    if unless:
        words += f" [not {unless}]"
    return f"{words} / {effect}" if effect else words


def _line(rows: dict[str, int], edge: tuple[str, str, str], middle: int, name: str) -> str:
    source, dest, label = edge
    down = rows[dest] - rows[source]
    y1, y2 = _y(rows[source]), _y(rows[dest])
    if down == 1:
        way = f"M{middle} {y1 + HEIGHT // 2}V{y2 - HEIGHT // 2 - 1}"
    else:
        side = 1 if down > 0 else -1
        x = middle + side * WIDTH // 2
        # A curve reaches three quarters of the way to its handles.
        out = x + side * _bow(abs(down)) * 4 // 3
        x1 = middle + 6 if source == START else x
        way = f"M{x1} {y1 + 5}C{out} {y1 + 5} {out} {y2 - 5} {x + side} {y2 - 5}"
    kind = "edge" if down > 0 else "edge back"
    return (
        f'<path class="{kind}" marker-end="url(#head-{name})" d="{way}">'
        f"<title>{escape(f'{source} to {dest}: {label}')}</title></path>"
    )


def _bow(rows: int) -> int:
    return min(WIDEST_BOW, 12 + BOW * rows)


def _y(row: int) -> int:
    return ROW // 2 + ROW * row


def _box(step: Step, x: int, y: int, current: str | None) -> str:
    secret, ends = isinstance(step, Secret), isinstance(step, End | Become)
    marks = {"step": True, "secret": secret, "end": ends, "current": step.name == current}
    kind = "reads back" if isinstance(step, Choose) and step.mints else KINDS.get(type(step))
    return (
        f'<g class="{" ".join(mark for mark, has in marks.items() if has)}" '
        f'data-step="{escape(step.name)}">'
        f'<rect x="{x - WIDTH // 2}" y="{y - HEIGHT // 2}" rx="8" '
        f'width="{WIDTH}" height="{HEIGHT}"/>'
        f'<text x="{x}" y="{y - 1}">{escape(step.name)}</text>'
        f'<text class="kind" x="{x}" y="{y + 12}">{kind or "secret"}</text></g>'
    )
