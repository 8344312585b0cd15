"""Questions that a conversation waits for, and who answers each: by the question's type.

A *call* step stands on such a question. It is asked outside any transaction, and silence is an
answer too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Reply(Protocol):
    """How a call to the outside world went."""

    @property
    def trigger(self) -> str:
        """``answered``, ``timed_out``, or the code of a refusal."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What the world said, ready for the slots of a conversation."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The outside world knows."""

    facts: Mapping[str, str]
    trigger: str = "answered"


@dataclass(frozen=True, slots=True)
class Declined:
    """The outside world says no: ``trigger`` is a path of the flow, or the code of a refusal."""

    trigger: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer in time, or none that can be read. ``reason`` is for the log."""

    reason: str
    trigger: str = "timed_out"
    facts: Mapping[str, str] = field(default_factory=dict)


class Answerer(Protocol):
    """Whoever answers one kind of question. Takes no longer than ``seconds`` and never raises."""

    def ask(self, question: Any, *, seconds: float) -> Reply:  # noqa: ANN401 - its own kind
        """Return the answer."""


Answerers = Mapping[type, Answerer]
"""Who answers what, by the type of the question."""


def ask(question: object, answerers: Answerers, *, seconds: float) -> Reply:
    """Put a question to whoever answers questions of its type.

    :raises TypeError: if nobody does
    """
    answerer = answerers.get(type(question))
    if answerer is None:
        raise TypeError(f"nobody to ask about {type(question).__name__}")
    return answerer.ask(question, seconds=seconds)
