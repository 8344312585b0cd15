"""The three clocks of a case, as its page tells them: the first answer, the next, the solution."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.crm.cases import Case

State = Literal["good", "soon", "late", "stands", "met", "missed", "none"]
"""Running, in its last fifth, over; standing still; kept or not; waited for by nobody."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One clock: when it is due, or when what it waited for came. ``at`` is None where neither."""

    name: Literal["first", "next", "solved"]
    state: State
    at: datetime | None = None


def hands(case: Case, now: datetime) -> tuple[Hand, Hand, Hand]:
    """Return the clocks of a case as they stand now."""
    return _first(case, now), _next(case, now), _solved(case, now)


def _first(case: Case, now: datetime) -> Hand:
    if case.first_replied_at is not None:
        return Hand("first", _kept(case.first_breached_at), case.first_replied_at)
    return Hand("first", *_awaited(case, now))


def _next(case: Case, now: datetime) -> Hand:
    if case.first_replied_at is None:
        return Hand("next", "none")
    return Hand("next", *_awaited(case, now))


def _solved(case: Case, now: datetime) -> Hand:
    if case.done:
        return Hand("solved", _kept(case.breached_at), case.resolved_at)
    return Hand("solved", *_running(case.deadline, case.warn_at, case.breached_at, now))


def _awaited(case: Case, now: datetime) -> tuple[State, datetime | None]:
    """Return how long the customer may still wait for an answer."""
    answer = case.answer
    if answer is None or case.done:
        return "none", None
    return _running(answer.due, answer.warn_at, answer.breached_at, now)


def _running(
    due: datetime | None, warn_at: datetime | None, breached_at: datetime | None, now: datetime
) -> tuple[State, datetime | None]:
    if due is None:
        return "stands", None
    if breached_at is not None or due <= now:
        return "late", due
    return ("soon" if warn_at is not None and warn_at <= now else "good"), due


def _kept(breached_at: datetime | None) -> State:
    return "met" if breached_at is None else "missed"
