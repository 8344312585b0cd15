"""What stands beside a case's thread: what the bot knew, how it sounds, what is due and proposed.

Everything here is for whoever reads the case; nothing of it decides anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot import handing_back, interrupted
from core.access.actors import Actor
from core.crm import case_context, case_line, case_ratings, case_words, sentiment
from core.crm.case_context import CaseContext
from core.crm.cases import Case
from core.crm.sentiment import Heard
from core.insight import next_actions
from core.insight.next_actions import Action
from core.store.unit import Unit
from flows.catalog import CATALOG
from flows.story import Ask, Choose

HEARD = 8
"""Messages by whose sound a case's mood is told."""
PROPOSED = 3
"""Next best actions that a case's page has room for."""
_TURN = 0.25
"""How far the mood must move to be called another one."""
_WEIGHTS = {"Positive": 1.0, "Neutral": 0.0, "Negative": -0.5, "VeryNegative": -1.0}
_SHOWN_AS = {"person": "name", "phone": "phone"}
"""Where what was answered is told by another slot than the one that keeps it."""

Course = Literal["better", "worse", "steady", ""]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that may be given anew: its name, and what was said, as staff may read it."""

    name: str
    now: str


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways back to what was interrupted: the steps it came past, and what may be mended."""

    flow: str
    here: str
    steps: tuple[str, ...]
    answers: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Mood:
    """How the last messages sounded, oldest first, and where that is going."""

    heard: tuple[Heard, ...]
    course: Course

    @property
    def phrases(self) -> tuple[str, ...]:
        """What made them sound so, each once, the newest first."""
        found = (phrase for one in reversed(self.heard) for phrase in one.key_phrases)
        return tuple(dict.fromkeys(found))


def gather(unit: Unit, who: Actor, case: Case) -> dict[str, Any]:
    """Return what a page shows beside the thread of a case."""
    context = case_context.of(unit, case.id)
    return {
        "context": context,
        "ways": None if context is None or case.done else ways(context),
        "mood": mood(sentiment.of_case(unit, who, case.id, limit=HEARD)),
        "proposed": _proposed(unit, who, case),
        "ahead": _ahead(unit, case),
        "ratings": case_ratings.of(unit, case.id),
        "back_refused": None,
        "given": {},
    }


def ways(context: CaseContext) -> Ways | None:
    """Return the ways back to what was interrupted; None where nothing waits to be gone on with.

    Steps are those where the customer is asked. What can be mended was said before, is no words of
    their own, and writes nothing by being said: the bank judges it as it judged the first answer.
    """
    left = context.left
    place = None if left is None or not context.waits else interrupted.place_of(CATALOG, left)
    story = None if place is None else CATALOG.told(place.flow, place.version)
    if place is None or story is None:
        return None
    passed = [at for at, _ in place.trail]
    said = case_words.told(place.slots)
    asked = [step for step in story.steps if step.name in {*passed, place.state}]
    return Ways(
        flow=place.flow,
        here=place.state,
        steps=tuple(
            step.name
            for step in asked
            if isinstance(step, Ask | Choose) and step.name in passed and step.name != place.state
        ),
        answers=tuple(
            Given(step.name, said.get(_SHOWN_AS.get(step.entity or "", step.slot or step.name), ""))
            for step in handing_back.correctable(story)
            if step.entity and step in asked
        ),
    )


def mood(newest: Sequence[Heard]) -> Mood | None:
    """Return the mood of messages that were read newest first; None where none was felt."""
    heard = tuple(reversed(newest))
    if not heard:
        return None
    weights = [_WEIGHTS[one.kind] for one in heard]
    half = len(weights) // 2
    if not half:
        return Mood(heard, "")
    moved = _mean(weights[half:]) - _mean(weights[:half])
    return Mood(heard, "better" if moved >= _TURN else "worse" if moved <= -_TURN else "steady")


def _mean(of: Sequence[float]) -> float:
    return sum(of) / len(of)


def _proposed(unit: Unit, who: Actor, case: Case) -> list[Action]:
    if case.customer is None or not who.may("customers.read"):
        return []
    return next_actions.of_customer(unit, who, case.customer)[:PROPOSED]


def _ahead(unit: Unit, case: Case) -> int | None:
    """Return how many cases are taken before one that waits for anybody; None for any other."""
    waits = case.status == "Open" and case.assigned_to is None
    return case_line.ahead(unit, case) if waits else None
