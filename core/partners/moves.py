"""How an order's status moves with each answer: a plain function, so that it can be tried whole.

queued -> asking -> accepted | unclear -> done | refused. What was asked is never asked again,
unless the partner said twice, the last time a minute or more after it was asked, that it never saw
it. What the partner once said it took is not asked again at all.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from core.partners.answers import Accepted, Answer, Done, NotKnown, NotSent, Refused

Status = Literal["queued", "asking", "accepted", "unclear", "done", "refused", "cancelled"]
FINAL = frozenset({"done", "refused", "cancelled"})

DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
)
"""Between one query and the next; hourly after these."""
LAST_DELAY = timedelta(hours=1)
LONGEST_QUEUED = timedelta(minutes=1)
"""Between two tries to reach a partner that nobody can be connected to."""
SURE_AFTER = timedelta(seconds=60)
"""How long after asking "never saw it" is believed: what is on its way has arrived by then."""
UNKNOWN_TIMES = 2
MOST_ATTEMPTS = 5
"""An order that was lost as often as this is not asked again: it waits for a person."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands while somebody holds its lease."""

    status: Status
    attempts: int
    waits: int
    unknown: int
    due_at: datetime
    asked_at: datetime


def move(at: Standing, answer: Answer, *, now: datetime) -> Standing:
    """Return how an order stands after an answer.

    :raises ValueError: if the order was not waiting for any
    """
    if at.status not in {"asking", "accepted", "unclear"}:
        raise ValueError(f"an order that is {at.status} waits for no answer")
    if isinstance(answer, Done | Refused):
        return replace(at, status=answer.kind)
    if isinstance(answer, Accepted) and at.status != "accepted":
        return replace(at, status="accepted", waits=0, unknown=0, due_at=now + DELAYS[0])
    if at.status == "asking":
        return _not_sent(at, now) if isinstance(answer, NotSent) else _unclear(at, now)
    if at.status == "unclear" and isinstance(answer, NotKnown):
        return _unknown(at, now)
    return _put_off(at, now)


def _unclear(at: Standing, now: datetime) -> Standing:
    return replace(at, status="unclear", waits=0, unknown=0, due_at=now + DELAYS[0])


def _not_sent(at: Standing, now: datetime) -> Standing:
    """Return an order to the queue, uncounted: it never left."""
    queued = replace(at, status="queued", attempts=at.attempts - 1)
    return _put_off(queued, now, longest=LONGEST_QUEUED)


def _unknown(at: Standing, now: datetime) -> Standing:
    times = at.unknown + 1
    sure = times >= UNKNOWN_TIMES and now - at.asked_at >= SURE_AFTER
    if sure and at.attempts < MOST_ATTEMPTS:
        return replace(at, status="queued", waits=0, unknown=0, due_at=now)
    return _put_off(replace(at, unknown=times), now)


def _put_off(at: Standing, now: datetime, *, longest: timedelta = LAST_DELAY) -> Standing:
    waits = at.waits + 1
    delay = DELAYS[waits] if waits < len(DELAYS) else LAST_DELAY
    return replace(at, waits=waits, due_at=now + min(delay, longest))
