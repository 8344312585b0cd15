"""A story as a Mermaid flowchart, as many pages and editors show it."""

from flows.diagram.parts import SAYS, START, Kind, edges_of, kind_of
from flows.story import Flow

SHAPES = {
    Kind.ASK: "({})",
    Kind.OFFER: "{{{{{}}}}}",
    Kind.READ_BACK: "{{{{{}}}}}",
    Kind.PROOF: "[/{}\\]",
    Kind.CALL: "[/{}/]",
    Kind.PERSON: "(({}))",
    Kind.END: "([{}])",
    Kind.BECOME: "[[{}]]",
}
# Strokes and washes in the middle of the scale, so that they stand out on white and on black.
STYLES = {
    Kind.ASK: "fill:#64748b22,stroke:#64748b",
    Kind.OFFER: "fill:#0ea5e922,stroke:#0ea5e9",
    Kind.READ_BACK: "fill:#d9770633,stroke:#d97706,stroke-width:3px",
    Kind.PROOF: "fill:#8b5cf633,stroke:#8b5cf6,stroke-width:2px",
    Kind.CALL: "fill:#0891b222,stroke:#0891b2,stroke-dasharray:6 3",
    Kind.PERSON: "fill:#db277722,stroke:#db2777,stroke-width:2px",
    Kind.END: "fill:#16a34a22,stroke:#16a34a,stroke-width:2px",
    Kind.BECOME: "fill:#16a34a11,stroke:#16a34a,stroke-dasharray:3 3",
}
CURRENT = "fill:#0b7a53,stroke:#0b7a53,color:#fff"
PAYS = "stroke:#d97706,stroke-width:3px"
# Words that Mermaid keeps for itself.
RESERVED = frozenset({"end", "graph", "subgraph", "class", "click", "style", "default", "call"})


def mermaid(flow: type[Flow], current: str | None = None) -> str:
    """Return the story as a Mermaid flowchart, with the current step marked."""
    lines = ["flowchart TD", '    start((" "))']
    for step in flow.steps:
        kind = kind_of(step)
        box = SHAPES[kind].format(f'"{step.name}<br/><small>{SAYS[kind]}</small>"')
        lines.append(f"    {_id(step.name)}{box}:::{kind}")
    edges = edges_of(flow)
    for edge in edges:
        arrow = "==>" if edge.pays else "-->"
        words = "<br/>".join(_quoted(one) for one in edge.labels)
        lines.append(f'    {_id(edge.source)} {arrow}|"{words}"| {_id(edge.dest)}')
    for number, edge in enumerate(edges):
        if edge.pays:
            lines.append(f"    linkStyle {number} {PAYS}")
    used = {kind_of(step) for step in flow.steps}
    lines += [f"    classDef {kind} {style}" for kind, style in STYLES.items() if kind in used]
    if current and flow.step_at(current):
        lines += [f"    classDef current {CURRENT}", f"    class {_id(current)} current"]
    return "\n".join(lines) + "\n"


def _id(state: str) -> str:
    return (
        f"{state}_" if state in RESERVED or (state.startswith(START) and state != START) else state
    )


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;")
