"""Every step can be reached, answered whatever is said, and left for an end."""

from collections.abc import Iterator, Mapping

from flows import choices
from flows.check.finding import Fault, Finding, Line
from flows.check.paths import idle, is_sure, needed, triggers, ways
from flows.check.talks import Talks
from flows.check.telling import Teller
from flows.story import START, Become, Call, End, Flow, Step, effect, sources

Stories = Mapping[str, type[Flow]]


def broken(flow: type[Flow], stories: Stories) -> Iterator[Finding]:
    """Find what a story names and does not have; nothing can be walked until that is mended."""
    names = {START, *(step.name for step in flow.steps)}
    for path in flow.paths:
        for state in {*sources(path), str(path[2])} - names:
            yield _broken(flow, f"the path {path[0]!r} names the step {state!r}, which is none.")
        for name in filter(None, (*path[3:5], effect(path))):
            if not hasattr(flow, str(name)):
                yield _broken(flow, f"the path {path[0]!r} wants {name!r}, which the story lacks.")
    done = {effect(path) for path in flow.paths}
    for name in sorted((flow.writes | flow.moves_money) - done):
        yield _broken(flow, f"{name!r} is declared as an effect, but no path has it.")
    for step in flow.steps:
        yield from _broken_step(flow, step, stories)


def _broken_step(flow: type[Flow], step: Step, stories: Stories) -> Iterator[Finding]:
    match step:
        case Become(name) if name not in stories:
            yield _broken(flow, f"it turns into {name!r}, which is no story.", name)
        case Call(name, asks) if not hasattr(flow, asks):
            yield _broken(flow, f"it asks {asks!r}, which the story lacks.", name)
        case End(name) | Become(name) if triggers(flow, name):
            yield _broken(flow, "it ends the story and has a path on.", name)


def unreachable(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find the steps and paths that no conversation meets, and tell one that goes by them."""
    flow = talks.flow
    for step in flow.steps:
        if talks.first(step.name) is None:
            yield _lost(talks, teller, step.name, f"no conversation leads to {step.name!r}")
    for state in (START, *(step.name for step in flow.steps)):
        for way in idle(flow, state):
            why = f"an earlier {way.trigger!r} forestalls the one to {way.dest!r}"
            yield _lost(talks, teller, "" if state == START else state, why)


def dead_ends(talks: Talks, stories: Stories, teller: Teller) -> Iterator[Finding]:
    """Find what may be done on a step that is not sure to lead anywhere."""
    flow = talks.flow
    if not is_sure(flow, START, "open"):
        yield Finding(code=Fault.DEAD_END, flow=flow.name, why="it cannot always be opened.")
    for step in flow.steps:
        at = talks.first(step.name)
        if at is None:
            continue
        for trigger in _unheard(flow, step, stories):
            told = teller.to(talks, at)
            yield Finding(
                code=Fault.DEAD_END,
                flow=flow.name,
                state=step.name,
                why=f"nothing is sure to happen on {trigger!r}.",
                told=(*told, teller.note(f"{trigger}: nothing is sure to happen")),
            )


def endless(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find circles: steps that are answered, go on and on, and never come to an end."""
    flow = talks.flow
    leading = _leading_out(flow)
    stuck = [
        step.name for step in flow.steps if step.name not in leading and talks.first(step.name)
    ]
    told: set[str] = set()
    for state in stuck:
        circle = _circle(flow, state)
        at = talks.first(state)
        if not circle or at is None or told & set(circle):
            continue
        told |= set(circle)
        lines = teller.to(talks, at)
        around = tuple(line for to in circle[1:] for line in (_says(flow, teller, to)))
        yield Finding(
            code=Fault.ENDLESS_LOOP,
            flow=flow.name,
            state=state,
            why=f"no answer leads out of the circle {' - '.join(circle)}.",
            told=(*lines, *around, teller.note("and round again, for ever")),
        )


def _says(flow: type[Flow], teller: Teller, state: str) -> tuple[Line, ...]:
    return (teller.note("whatever is answered"), teller.bank(flow, state))


def _unheard(flow: type[Flow], step: Step, stories: Stories) -> Iterator[str]:
    paths = triggers(flow, step.name)
    heard = (*needed(step), *choices.keys(step))
    for trigger in heard:
        # An option may also be a story of its own, which is told in between.
        aside = trigger in stories and trigger not in paths
        if not aside and not is_sure(flow, step.name, trigger):
            yield trigger
    for trigger in paths:
        if trigger not in heard and not is_sure(flow, step.name, trigger):
            yield trigger
    if isinstance(step, Call):
        # Only a question that is reached by moving is asked; one that stays is never asked again.
        yield from {way.trigger for way in ways(flow, step.name) if way.dest == step.name}
    elif not isinstance(step, End | Become) and not paths:
        yield "anything"


def _leading_out(flow: type[Flow]) -> set[str]:
    """Return the steps from which answers alone, without a refusal, lead to an end."""
    found = {step.name for step in flow.steps if isinstance(step, End | Become)}
    grown = True
    while grown:
        more = {
            step.name
            for step in flow.steps
            if any(way.dest in found and way.kind != "refused" for way in ways(flow, step.name))
        }
        grown = not more <= found
        found |= more
    return found


def _circle(flow: type[Flow], state: str) -> list[str]:
    """Return the shortest way round from a step back to itself, or nothing."""
    waiting: list[list[str]] = [[state]]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        for way in ways(flow, path[-1]):
            if way.dest == state:
                return [*path, state]
            if way.dest not in seen:
                seen.add(way.dest)
                waiting.append([*path, way.dest])
    return []


def _broken(flow: type[Flow], why: str, state: str = "") -> Finding:
    return Finding(code=Fault.BROKEN_PATH, flow=flow.name, state=state, why=why)


def _lost(talks: Talks, teller: Teller, state: str, why: str) -> Finding:
    ends = (step.name for step in talks.flow.steps if isinstance(step, End | Become))
    at = talks.first(state) or next(filter(None, map(talks.first, ends)), None)
    told = teller.to(talks, at) if at else ()
    return Finding(
        code=Fault.UNREACHABLE,
        flow=talks.flow.name,
        state=state,
        why=f"{why}.",
        told=(*told, teller.note(why)),
    )
