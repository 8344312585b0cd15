"""Money moves only after it was read back, confirmed, and proved by the PIN in this very turn."""

import ast
from collections.abc import Iterator
from functools import cache
from types import FunctionType

from flows.check.finding import Fault, Finding
from flows.check.paths import ways
from flows.check.raising import posts, reaches, tree_of, writes
from flows.check.talks import Talks, Turn
from flows.check.telling import Teller
from flows.story import START, Code, Flow, Prove


def careless(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find the shortest conversation for each way in which money moves unasked."""
    told: set[tuple[Fault, str, str]] = set()
    for turn in talks.turns:
        fault = _fault(talks.flow, turn)
        if fault is None or turn.way is None:
            continue
        place = (fault, turn.way.source, turn.way.trigger)
        if place in told:
            continue
        told.add(place)
        lines = teller.turns(talks.flow, [*talks.shortest(turn.at), turn])
        missing = "PIN" if fault is Fault.MONEY_WITHOUT_PROOF else "read-back"
        yield Finding(
            code=fault,
            flow=talks.flow.name,
            state=turn.way.source,
            why=f"{turn.way.effect!r} moves money on {turn.way.trigger!r} without a {missing}.",
            told=(*lines[:-1], teller.note(f"money moves here without a {missing}"), lines[-1]),
        )


def undeclared(flow: type[Flow]) -> Iterator[Finding]:
    """Find effects that move money or write, and do not say so.

    What is not declared to write is not undone when it is refused, and is stepped back over.
    """
    for name in sorted({effect_of(path) for path in flow.paths} - {""}):
        if reaches(flow, name, posts) and name not in flow.moves_money | flow.brings_money:
            yield _undeclared(flow, f"{name!r} moves money and is not declared to.")
        # Of a stranger the bank keeps nothing yet that could be undone.
        elif not flow.for_strangers and reaches(flow, name, writes) and name not in flow.writes:
            yield _undeclared(flow, f"{name!r} writes and is not declared to.")
    for name in sorted(flow.moves_money - flow.writes):
        yield _undeclared(flow, f"{name!r} moves money and is not declared to write.")


def alters(flow: type[Flow], effect: str) -> bool:
    """Return whether an effect may change what was read back: it touches the slots, or calls on."""
    function = getattr(flow, effect, None)
    return function is None or _changes_slots(function)


@cache
def _changes_slots(function: FunctionType) -> bool:
    tree = tree_of(function)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return any(
        _alters(node, above)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def _alters(node: ast.Attribute, above: dict[ast.AST, ast.AST]) -> bool:
    """Return whether a story's use of something of itself may change its slots.

    It may look a slot up; whatever else it touches of itself, it may change them through.
    """
    if node.attr == "slots":
        user = above.get(node)
        looks_up = isinstance(user, ast.Subscript) and isinstance(user.ctx, ast.Load)
        return not looks_up
    untouched = {"bank", "outcome", "refusal", "proof", "effect_id"}
    return node.attr not in untouched or isinstance(node.ctx, ast.Store)


def effect_of(path: tuple[object, ...]) -> str:
    """Return the name of what is done on a declared path, or nothing."""
    name = path[5] if len(path) > 5 else None
    return name if isinstance(name, str) else ""


def _fault(flow: type[Flow], turn: Turn) -> Fault | None:
    way = turn.way
    if way is None or way.effect not in flow.moves_money:
        return None
    if not (way.trigger == "proven" and _is_proof(flow, way.source)):
        return Fault.MONEY_WITHOUT_PROOF
    return None if turn.at.confirmed else Fault.MONEY_WITHOUT_READ_BACK


def _is_proof(flow: type[Flow], state: str) -> bool:
    """Return whether the PIN is proved on a step, or was right before the code that is asked there.

    A code adds to the PIN and does not replace it: its step is reached from a PIN's alone.
    """
    if isinstance(flow.step_at(state), Prove):
        return True
    leading = [way for step in flow.steps for way in ways(flow, step.name) if way.dest == state]
    leading += [way for way in ways(flow, START) if way.dest == state]
    return isinstance(flow.step_at(state), Code) and all(
        way.source == state
        or (way.trigger == "proven" and isinstance(flow.step_at(way.source), Prove))
        for way in leading
    )


def _undeclared(flow: type[Flow], why: str) -> Finding:
    return Finding(code=Fault.EFFECT_UNDECLARED, flow=flow.name, why=why)
