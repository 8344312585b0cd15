"""Contacts whose messages take long: they are served, a few at a time, and hold up nobody else.

A provider may hang on some contacts until its time-out, again with every try. Each of them has at
most one message in flight, but a hundred of them would keep every thread of a number busy. So who
was slow a moment ago is taken only while few such are in flight; one quick answer clears the name.
"""

from collections import OrderedDict
from collections.abc import Collection

SLOW_SECONDS = 1.0
"""A send that takes longer is slow; providers answer in a fifth of that."""
SLOW_AT_ONCE = 4
REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 1000


class SlowContacts:
    """Who was slow lately, and who of them has to wait. Times are those of one monotonic clock."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def note(self, contact: str, seconds: float, *, now: float) -> None:
        """Remember how long a send to a contact took, or has taken so far."""
        if seconds <= SLOW_SECONDS:
            self._until.pop(contact, None)
            return
        self._until[contact] = now + REMEMBERED_SECONDS
        if len(self._until) > MOST_REMEMBERED:
            self._until.popitem(last=False)

    def barred(self, in_flight: Collection[str], *, now: float) -> list[str]:
        """Return whom to pass over: all the slow ones but those there is room for, in rotation."""
        for contact in [who for who, until in self._until.items() if until <= now]:
            del self._until[contact]
        busy = sum(contact in self._until for contact in in_flight)
        waiting = [contact for contact in self._until if contact not in in_flight]
        chosen = waiting[: max(0, SLOW_AT_ONCE - busy)]
        for contact in chosen:
            self._until.move_to_end(contact)
        return waiting[len(chosen) :]
