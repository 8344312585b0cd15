"""The way of a partner's calls to the bank: they are lost, doubled, late, out of order, and lie."""

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.message import Hook
from core.partners.mishaps import Mishaps


@dataclass
class Post:
    """Carries calls on a clock of the caller's."""

    mishaps: Mishaps
    _under_way: list[tuple[datetime, int, Hook]] = field(default_factory=list)
    _count: int = 0

    def put(self, call: Hook, *, lie: Hook | None, at: datetime) -> None:
        """Have a call made at a time, as the mishaps will have it; ``lie`` is said instead."""
        for delivery in self.mishaps.deliveries():
            self._count += 1
            said = lie if delivery.lies and lie is not None else call
            due = at + timedelta(seconds=delivery.after)
            heapq.heappush(self._under_way, (due, self._count, said))

    def arrived(self, *, until: datetime) -> list[Hook]:
        """Return the calls that have arrived by a time, in the order they did, once."""
        found = []
        while self._under_way and self._under_way[0][0] <= until:
            found.append(heapq.heappop(self._under_way)[2])
        return found
