"""What there is to draw of a story: its steps by kind, and the ways between them."""

from dataclasses import dataclass
from enum import StrEnum

from flows.story import (
    START,
    Ask,
    Become,
    Call,
    Choose,
    End,
    Flow,
    Listen,
    Path,
    Step,
    effect,
    sources,
)


class Kind(StrEnum):
    """What a step is to the customer; each has a shape and a colour of its own."""

    ASK = "ask"
    OFFER = "offer"
    READ_BACK = "read_back"
    PROOF = "proof"
    CALL = "call"
    PERSON = "person"
    END = "end"
    BECOME = "become"


SAYS = {
    Kind.ASK: "asks",
    Kind.OFFER: "offers",
    Kind.READ_BACK: "reads back",
    Kind.PROOF: "wants a secret",
    Kind.CALL: "asks outside",
    Kind.PERSON: "a person answers",
    Kind.END: "ends",
    Kind.BECOME: "another story",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """Every path from one step to another, drawn as one line."""

    source: str
    dest: str
    labels: tuple[str, ...]
    """What leads along it, such as ``answer [has_amount] / find_recipient``."""
    pays: bool = False
    """Money moves on it."""


def kind_of(step: Step) -> Kind:
    """Return what a step is to the customer."""
    match step:
        case Ask():
            return Kind.ASK
        case Choose(mints=mints):
            return Kind.READ_BACK if mints else Kind.OFFER
        case Call():
            return Kind.CALL
        case Listen():
            return Kind.PERSON
    return {End: Kind.END, Become: Kind.BECOME}.get(type(step), Kind.PROOF)


def edges_of(flow: type[Flow]) -> list[Edge]:
    """Return every way from step to step once, with all that leads along it."""
    found: dict[tuple[str, str], list[Path]] = {}
    for path in flow.paths:
        for source in sources(path):
            found.setdefault((source, str(path[2])), []).append(path)
    return [
        Edge(
            source,
            dest,
            tuple(label(path) for path in paths),
            pays=any(effect(path) in flow.moves_money for path in paths),
        )
        for (source, dest), paths in found.items()
    ]


def label(path: Path) -> str:
    """Return what leads along a path: the trigger, its conditions, and what is done."""
    condition, unless, does = (*path[3:], None, None, None)[:3]
    words = str(path[0])
    if condition:
        words += f" [{condition}]"
    if unless:
        words += f" [not {unless}]"
    return f"{words} / {does}" if does else words


__all__ = ["SAYS", "START", "Edge", "Kind", "edges_of", "kind_of", "label"]
