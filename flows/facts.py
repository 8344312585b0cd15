"""What was said for the steps of a story: each asks for a kind of thing, and may be told early."""

from collections.abc import Mapping
from types import MappingProxyType

from flows import catalog
from flows.hearing import meant_instead
from flows.story import Ask, Step
from flows.understanding import Understood

PERSON = "person"
EXPECTS: Mapping[str, str] = MappingProxyType({
    **dict.fromkeys(("amount", "amounts", "trade", "number"), "amount"),
    "date": "date",
    "account": "account",
    "case_ref": "case_ref",
})  # fmt: skip
"""What a step's words may be alone, because it has just asked for that."""


def expected(step: Step | None) -> str:
    """Return what kind of thing a step asks for that may stand alone; empty for none."""
    return EXPECTS.get(step.entity or "", "") if isinstance(step, Ask) else ""


def said_for(kind: str | None, understood: Understood) -> str | None:
    """Return what was said for a step that asks for this kind of thing."""
    if kind == PERSON:
        return understood.phone or understood.name
    return understood.entity(kind)


def corrected(kind: str, understood: Understood, text: str) -> str | None:
    """Return what was said in the place of an earlier answer, unless it may mean something else."""
    if kind == PERSON:
        bare = understood.bare and understood.phone is None
        return None if bare else said_for(kind, understood) or meant_instead(text)
    return understood.correction(kind)


def given(understood: Understood) -> Mapping[str, str]:
    """Return what the story that is meant need not ask any more, by the name of each step."""
    story = catalog.STORIES.get(understood.flow or "")
    if story is None:
        return understood.given
    found = {
        step.name: value
        for step in story.steps
        if isinstance(step, Ask)
        and (value := said_for(step.entity or step.early or None, understood))
    }
    return {**understood.given, **found}
