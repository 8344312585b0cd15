"""Every conversation a story can have, walked on paper with the manners of the engine.

A stand is all that matters of a conversation at one moment. Conditions are free: whatever makes
one true or false may happen between two turns, so both are walked. An interruption that comes back
changes nothing of a stand, and menu and cancel leave it; so neither needs a turn of its own here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Literal

from flows.check.paths import Way, ways
from flows.story import START, Ask, Choose, Flow, NewSecret

MOST_STANDS = 20_000
FAR_FETCHED = 8  # plain turns are told rather than one that hangs on the story's own condition

Trail = tuple[tuple[str, bool], ...]
Act = Literal["moves", "back", "corrects"]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a conversation stands, as far as what may come of it goes."""

    state: str = START
    confirmed: bool = False
    """What was read back was confirmed, and nothing of it has changed since."""
    trail: Trail = ()
    """The steps one may go back to, each with what was ``confirmed`` there."""
    answered: frozenset[str] = frozenset()
    """The steps whose answer may be corrected in passing."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that happens, from a stand to the next."""

    act: Act
    at: Stand
    to: Stand
    way: Way | None = None


@dataclass(slots=True)
class Talks:
    """All conversations of one story; ``whole`` unless there were too many."""

    flow: type[Flow]
    turns: list[Turn] = field(default_factory=list)
    came_by: dict[Stand, Turn | None] = field(default_factory=dict)
    costs: dict[Stand, int] = field(default_factory=dict)
    whole: bool = True

    def shortest(self, stand: Stand) -> list[Turn]:
        """Return the shortest conversation to a stand, turn by turn, of the plain ones."""
        turns: list[Turn] = []
        while (turn := self.came_by[stand]) is not None:
            turns.insert(0, turn)
            stand = turn.at
        return turns

    def first(self, state: str) -> Stand | None:
        """Return the first stand on a step, or None when no conversation leads there."""
        there = (stand for stand in self.came_by if stand.state == state)
        return min(there, key=self.costs.__getitem__, default=None)


def walk(flow: type[Flow], *, alters: Callable[[str], bool]) -> Talks:
    """Walk every conversation of a story, the plainest first.

    ``alters`` tells whether an effect may change what was read back.
    """
    talks = Talks(flow)
    begin = Stand()
    costs, talks.came_by = talks.costs, {begin: None}
    costs[begin] = 0
    waiting = [(0, 0, begin)]
    done: set[Stand] = set()
    while waiting and talks.whole:
        cost, _, here = heappop(waiting)
        if here in done:
            continue
        done.add(here)
        for turn in _turns(flow, here, alters):
            talks.turns.append(turn)
            further = cost + _cost(turn)
            if further < costs.get(turn.to, further + 1):
                costs[turn.to], talks.came_by[turn.to] = further, turn
                heappush(waiting, (further, len(talks.turns), turn.to))
        talks.whole = len(talks.came_by) <= MOST_STANDS
    return talks


def _cost(turn: Turn) -> int:
    """Weigh a turn: one that wants something of its story that may not be so is told last."""
    own = sum(not hasattr(Flow, name) for name, _ in (turn.way.conditions if turn.way else ()))
    return 1 + FAR_FETCHED * own


def _turns(flow: type[Flow], here: Stand, alters: Callable[[str], bool]) -> Iterator[Turn]:
    for way in ways(flow, here.state):
        yield Turn("moves", here, _moved(flow, here, way, alters), way)
    if here.trail and here.state != START:
        yield Turn("back", here, _back(flow, here))
    for name in sorted(_correctable(flow, here)):
        # The engine stands on the step for the length of the answer, with what followed undone.
        there = replace(here, state=name, trail=_until(name, here.trail))
        for way in ways(flow, name):
            yield Turn("corrects", here, _moved(flow, there, way, alters), way)


def _moved(flow: type[Flow], here: Stand, way: Way, alters: Callable[[str], bool]) -> Stand:
    step = flow.step_at(here.state)
    trail = here.trail
    if way.effect in flow.writes:
        trail = ()  # what is done cannot be stepped back from
    elif isinstance(step, Ask | Choose | NewSecret) and way.dest != here.state:
        trail = (*trail, (here.state, here.confirmed))
    confirmed = here.confirmed or (_mints(flow, here.state) and way.kind == "picks")
    confirmed = confirmed and not (way.effect and alters(way.effect))
    answered = here.answered
    if isinstance(step, Ask) and step.entity and way.kind == "answers":
        answered |= {step.name}
    return _arrived(flow, Stand(way.dest, confirmed, _until(way.dest, trail), answered))


def _back(flow: type[Flow], here: Stand) -> Stand:
    state, confirmed = here.trail[-1]
    return _arrived(flow, replace(here, state=state, confirmed=confirmed, trail=here.trail[:-1]))


def _arrived(flow: type[Flow], there: Stand) -> Stand:
    """Forget, where something is read back anew, all that was confirmed before."""
    if not _mints(flow, there.state):
        return there
    return replace(there, confirmed=False, trail=tuple((state, False) for state, _ in there.trail))


def _correctable(flow: type[Flow], here: Stand) -> frozenset[str]:
    step = flow.step_at(here.state)
    listens = isinstance(step, Choose) or (isinstance(step, Ask) and not step.free)
    return here.answered - {here.state} if listens else frozenset()


def _mints(flow: type[Flow], state: str) -> bool:
    step = flow.step_at(state)
    return isinstance(step, Choose) and step.mints


def _until(state: str, trail: Trail) -> Trail:
    passed = [kept for kept, _ in trail]
    return trail[: passed.index(state)] if state in passed else trail
