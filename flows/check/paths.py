"""What leads from step to step, read from the machine that runs the story."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal, cast

from flows import choices
from flows.story import (
    START,
    Ask,
    Call,
    Code,
    Flow,
    Listen,
    NewSecret,
    Prove,
    RepeatSecret,
    Step,
)

Kind = Literal["opens", "answers", "picks", "proves", "hears", "refused"]

# What must lead somewhere from each kind of step, whatever the customer does; options besides.
NEEDED: dict[type[Step], tuple[str, ...]] = {
    Ask: ("answer",),
    Prove: ("proven",),
    Code: ("proven",),
    NewSecret: ("chosen",),
    RepeatSecret: ("repeated", "pins_differ"),
    Call: ("answered", "timed_out"),
    Listen: ("answer",),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One path of the machine, from one step."""

    trigger: str
    source: str
    dest: str
    kind: Kind
    conditions: tuple[tuple[str, bool], ...] = ()
    """The properties it depends on, and what they must be."""
    effect: str = ""

    def open_when(self, facts: dict[str, bool]) -> bool:
        """Return whether the path is open under these values of the conditions."""
        return all(facts[name] is wanted for name, wanted in self.conditions)


def needed(step: Step) -> tuple[str, ...]:
    """Return what must lead somewhere from a step, whatever is done; its options besides."""
    own = NEEDED.get(type(step), ())
    match step:
        case Ask(media=True):
            return (*own, "file")
        case Listen(events=events):
            return (*own, *events)
    return own


def ways(flow: type[Flow], state: str) -> tuple[Way, ...]:
    """Return every path that can be walked from a step, in the order they are tried."""
    return _ways(cast("type", flow), state)  # mypy takes the class of a class for unhashable


@cache
def _ways(flow: type[Flow], state: str) -> tuple[Way, ...]:
    return tuple(way for each in _by_trigger(flow, state).values() for way in _walked(each))


def idle(flow: type[Flow], state: str) -> Iterator[Way]:
    """Yield the paths of a step that earlier ones always forestall."""
    for each in _by_trigger(flow, state).values():
        yield from set(each) - set(_walked(each))


def is_sure(flow: type[Flow], state: str, trigger: str) -> bool:
    """Return whether a trigger leads somewhere from a step, whatever the conditions are."""
    open_ways = _by_trigger(flow, state).get(trigger, [])
    return bool(open_ways) and all(
        any(way.open_when(facts) for way in open_ways) for facts in _assignments(open_ways)
    )


def triggers(flow: type[Flow], state: str) -> tuple[str, ...]:
    """Return every trigger that has a path from a step."""
    return tuple(_by_trigger(flow, state))


def kind_of(step: Step | None, trigger: str) -> Kind:
    """Return who pulls a trigger on a step: the customer, the world outside, or the bank."""
    if step is None:
        return "opens"
    if isinstance(step, Call) or (isinstance(step, Listen) and trigger in step.events):
        return "hears"
    if trigger in choices.keys(step):
        return "picks"
    if trigger in needed(step) and trigger != "pins_differ":
        return "answers" if isinstance(step, Ask | Listen) else "proves"
    return "refused"


def _by_trigger(flow: type[Flow], state: str) -> dict[str, list[Way]]:
    step = None if state == START else flow.step_at(state)
    found: dict[str, list[Way]] = {}
    for trigger, event in flow.machine.events.items():
        for one in event.transitions.get(state, ()):
            conditions = tuple((str(each.func), bool(each.target)) for each in one.conditions)
            does = next((name for name in one.before if isinstance(name, str)), "")
            way = Way(trigger, state, str(one.dest), kind_of(step, trigger), conditions, does)
            found.setdefault(trigger, []).append(way)
    return found


def _walked(tried: list[Way]) -> list[Way]:
    """Return those of a trigger's paths that some values of the conditions lead along."""
    walked = {
        next((n for n, way in enumerate(tried) if way.open_when(facts)), -1)
        for facts in _assignments(tried)
    }
    return [way for n, way in enumerate(tried) if n in walked]


def _assignments(tried: Iterable[Way]) -> Iterator[dict[str, bool]]:
    names = sorted({name for way in tried for name, _ in way.conditions})
    for values in product((True, False), repeat=len(names)):
        yield dict(zip(names, values, strict=True))
