"""Who is heard now, who waits, and who is turned away before waiting would do harm.

A process takes so many turns at once and lets so many wait. Beyond that it says so at once: a queue
that only grows answers nobody in time. One contact has one turn at a time and a short line of its
own, so that whoever floods takes neither threads nor connections from the others.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from time import monotonic
from typing import Literal

WAIT_SECONDS = 1.5
"""How long a message waits for its turn: the turn itself must still fit into the gateway's time."""
HOLD_SECONDS = 20.0
"""How long a contact that flooded is heard only in the order it was turned away in."""
MOST_HELD = 1000

Why = Literal["full", "flood", "order", "late"]


class TurnedAway(Exception):
    """A delivery was not taken; nothing was done for it. ``why`` says what was full.

    ``in_hand`` says that an earlier delivery of the same message is being heard: what comes of
    that one is not known.
    """

    def __init__(self, why: Why, *, in_hand: bool = False) -> None:
        super().__init__(why)
        self.why: Why = why
        self.in_hand = in_hand


@dataclass(slots=True, eq=False)
class _Place:
    """Somebody's place in the line."""

    message_id: str
    called: Event = field(default_factory=Event)


@dataclass(slots=True)
class _Held:
    """Messages of a contact that were turned away, oldest first, until a moment."""

    until: float
    ids: dict[str, None] = field(default_factory=dict)


class Admission:
    """The line before the hub, in one process. Messages of one contact keep their order."""

    def __init__(
        self,
        *,
        running: int,
        waiting: int,
        contact_waiting: int,
        wait_seconds: float = WAIT_SECONDS,
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        self._most_running, self._most_waiting = running, waiting
        self._contact_waiting = contact_waiting
        self._wait_seconds, self._hold_seconds = wait_seconds, hold_seconds
        self._lock = Lock()
        self._running = self._waiting = 0
        self._lines: dict[str, deque[_Place]] = {}  # the first of a line runs, or is in ``_next``
        self._next: deque[_Place] = deque()
        self._held: dict[str, _Held] = {}

    @property
    def waiting(self) -> int:
        """How many messages wait for their turn now."""
        return self._waiting

    @property
    def is_full(self) -> bool:
        """Whether the next message would be turned away."""
        return self._running >= self._most_running and self._waiting >= self._most_waiting

    @contextmanager
    def turn(self, contact: str, message_id: str, *, again: bool = True) -> Iterator[None]:
        """Wait for this contact's turn, and hold it for the block.

        ``again`` says that the provider delivers again what is turned away (USSD does not): what
        comes after it is then turned away too, so that it is heard in order.

        :raises TurnedAway: if there is no room, or no turn came in time
        """
        place = self._enter(contact, message_id, again=again)
        if not place.called.wait(self._wait_seconds):
            self._give_up(contact, place)
        try:
            yield
        finally:
            self._leave(contact)

    def _enter(self, contact: str, message_id: str, *, again: bool) -> _Place:
        with self._lock:
            line = self._lines.get(contact)
            if again:
                self._keep_order(contact, message_id)
            if line and len(line) > self._contact_waiting:
                if again:
                    self._hold(contact, message_id)
                raise self._away("flood", contact, message_id)
            if (line or self._running >= self._most_running) and (
                self._waiting >= self._most_waiting
            ):
                raise self._away("full", contact, message_id)
            place = _Place(message_id)
            self._waiting += 1
            if line:
                line.append(place)
            else:
                self._lines[contact] = deque((place,))
                self._next.append(place)
            self._call_next()
            self._let_go(contact, message_id)
            return place

    def _leave(self, contact: str) -> None:
        with self._lock:
            self._running -= 1
            self._move_up(contact)

    def _give_up(self, contact: str, place: _Place) -> None:
        """Take somebody out of the line who waited too long, unless their turn came just now."""
        with self._lock:
            if place.called.is_set():
                return
            self._waiting -= 1
            line = self._lines[contact]
            if line[0] is place:
                self._next.remove(place)
                self._move_up(contact)
            else:
                line.remove(place)
            raise self._away("late", contact, place.message_id)

    def _away(self, why: Why, contact: str, message_id: str) -> TurnedAway:
        line = self._lines.get(contact, ())
        return TurnedAway(why, in_hand=any(one.message_id == message_id for one in line))

    def _move_up(self, contact: str) -> None:
        line = self._lines[contact]
        line.popleft()
        if line:
            self._next.append(line[0])
        else:
            del self._lines[contact]
        self._call_next()

    def _call_next(self) -> None:
        while self._next and self._running < self._most_running:
            self._running += 1
            self._waiting -= 1
            self._next.popleft().called.set()

    def _keep_order(self, contact: str, message_id: str) -> None:
        held = self._held.get(contact)
        if held is None:
            return
        if held.until < monotonic():
            del self._held[contact]
        elif next(iter(held.ids)) != message_id:
            self._hold(contact, message_id)
            raise TurnedAway("order")

    def _hold(self, contact: str, message_id: str) -> None:
        now = monotonic()
        if len(self._held) >= MOST_HELD:
            self._held = {who: held for who, held in self._held.items() if held.until >= now}
        held = self._held.get(contact)
        if held is None and len(self._held) < MOST_HELD:
            held = self._held[contact] = _Held(now + self._hold_seconds)
        if held is not None and len(held.ids) < MOST_HELD:
            held.ids.setdefault(message_id)

    def _let_go(self, contact: str, message_id: str) -> None:
        held = self._held.get(contact)
        if held is not None:
            held.ids.pop(message_id, None)
            if not held.ids:
                del self._held[contact]
