"""Sending numbers of tests: their provider is a function of ours, slow or failing as it likes."""

from collections import Counter
from collections.abc import Callable
from itertools import count
from threading import Lock
from time import monotonic

from channels.message import Channel, Fate, Outgoing, Pace, SendFailed, Sent

AT_WILL = Pace()
Answer = Callable[[Outgoing], object]


def takes_all(_: Outgoing) -> None:
    """Take every message at once."""


def fails(fate: Fate, code: str = "500", *, times: int = 1, after: float | None = None) -> Answer:
    """Fail so often for each text, then take it."""
    left: Counter[str] = Counter()

    def answer(message: Outgoing) -> None:
        left[message.reply.text] += 1
        if left[message.reply.text] <= times:
            raise SendFailed(code, fate=fate, after=after)

    return answer


class Number:
    """A number of the bank. It remembers what it was handed, and how many at once."""

    def __init__(
        self,
        answer: Answer = takes_all,
        *,
        channel: Channel = "whatsapp",
        provider: str = "twilio",
        number: str = "+254700000100",
        rate: float = 1000.0,
        pace: Pace = AT_WILL,
    ) -> None:
        self.channel, self.provider, self.number, self.rate = channel, provider, number, rate
        self.pace = pace
        self.key = f"{provider}:{channel}:{number}"
        self.answer = answer
        self.handed: list[Outgoing] = []
        self.taken: list[tuple[str, str]] = []
        self.at: list[float] = []
        self.at_once: Counter[str] = Counter()
        self.most_at_once = 0
        self._ids, self._lock = count(1), Lock()

    def send(self, message: Outgoing) -> Sent:
        """Hand a message to the provider of the test."""
        with self._lock:
            self.handed.append(message)
            self.at_once[message.to] += 1
            assert self.at_once[message.to] == 1, "two messages of one contact at once"
            self.most_at_once = max(self.most_at_once, self.at_once.total())
        try:
            self.answer(message)
        finally:
            with self._lock:
                self.at_once[message.to] -= 1
        with self._lock:
            self.taken.append((message.to, message.reply.text))
            self.at.append(monotonic())
            return Sent(f"SM{self.number}-{next(self._ids)}")

    def texts(self, contact: str) -> list[str]:
        """Return what a contact was sent, in order."""
        return [text for to, text in self.taken if to == contact]
