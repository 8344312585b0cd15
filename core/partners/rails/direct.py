"""The twin's switch reached in the same process: no HTTP and no XML, on a clock of the caller's.

For simulations of many thousands of payments. What may befall a call befalls it here as it does on
the wire (`core.partners.mishaps`), so a partner on it behaves as the real client does.
"""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from core.iso.messages import CreditTransfer, Initiation, Party, Returned, Status
from core.partners.mishaps import Mishaps
from core.partners.partner import Told
from core.partners.rails.hearing import told
from core.partners.rails.twin import Switch
from core.partners.wire import NoAnswer

Answer = TypeVar("Answer")


class DirectReach:
    """The way to a switch in the same process. A `core.partners.rails.reach.Reach`."""

    def __init__(
        self, switch: Switch, *, clock: Callable[[], datetime], mishaps: Mishaps | None = None
    ) -> None:
        self.switch = switch
        self._clock = clock
        self._mishaps = mishaps or Mishaps()
        self._under_way: list[tuple[datetime, int, Told]] = []
        self._count = 0

    def pay(self, payment: CreditTransfer, *, seconds: float) -> Status | None:
        """Instruct a payment."""
        return self._befallen(lambda: self.switch.pay(payment, now=self._clock()), seconds)

    def hand_in(self, file: Initiation, *, seconds: float) -> None:
        """Hand in a file of payments."""
        self._befallen(lambda: self.switch.hand_in(file, now=self._clock()), seconds)

    def status(self, end_to_end: str, *, seconds: float) -> Status | None:
        """Return how a payment stands."""
        return self._befallen(lambda: self.switch.status(end_to_end, now=self._clock()), seconds)

    def give_back(self, told: Returned, *, seconds: float) -> Status | None:
        """Give a payment back."""
        return self._befallen(lambda: self.switch.give_back(told, now=self._clock()), seconds)

    def returned(self, number: str, *, seconds: float) -> Returned | None:
        """Return a return by its id."""
        return self._befallen(lambda: self.switch.returned(number, now=self._clock()), seconds)

    def incoming(self, number: str, *, seconds: float) -> CreditTransfer | None:
        """Return a payment to us by its id."""
        return self._befallen(lambda: self.switch.incoming.get(number), seconds)

    def holder(self, at: Party, *, seconds: float) -> str | None:
        """Return whose an account is."""
        return self._befallen(lambda: self.switch.holder(at), seconds)

    def news(self, *, until: datetime) -> Iterator[tuple[datetime, Told]]:
        """Give what the bank hears up to a time, in the order it hears it, once.

        News may be lost, doubled and late, and so out of order. It lies in vain: what a `Told`
        holds of it is only what to ask about.
        """
        for at, one in self.switch.news(until=until):
            for delivery in self._mishaps.deliveries():
                self._count += 1
                due = at + timedelta(seconds=delivery.after)
                heapq.heappush(self._under_way, (due, self._count, told(one)))
        while self._under_way and self._under_way[0][0] <= until:
            due, _, heard = heapq.heappop(self._under_way)
            yield due, heard

    def next_at(self) -> datetime | None:
        """Return when there may be news next, or None when there is none to come."""
        times = [self._under_way[0][0]] if self._under_way else []
        told_at = self.switch.next_at()
        return min([*times, told_at] if told_at else times, default=None)

    def _befallen(self, call: Callable[[], Answer], seconds: float) -> Answer:
        befalls = self._mishaps.befalls()
        if befalls in {"down", "lost_call"}:
            raise NoAnswer(befalls)
        answer = call()
        if befalls == "lost_answer" or self._mishaps.plan.slow > seconds:
            raise NoAnswer(befalls or "slow")
        return answer
