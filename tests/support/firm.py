"""A firm for tests of orders: it does what reaches it, once an id, and answers as it is told to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

from core.partners.answers import Accepted, Answer, Done, NotKnown
from core.partners.orders import Order
from core.partners.partner import Call, NotGenuine, Told


@dataclass
class Firm:
    """A partner in this process. ``answers`` are given first; then it tells the truth."""

    name: str = "trial"
    answers: list[Answer] = field(default_factory=list)
    gate: Event = field(default_factory=Event)
    """Whoever asks waits until it is set."""
    seen: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    done: bool = True
    thanks: str = '{"ok": true}'
    facts: Mapping[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.gate.set()

    def send(self, order: Order, *, seconds: float) -> Answer:
        """Take an order."""
        self.gate.wait(30)
        with self._lock:
            self.asked.append("send")
            self.seen[order.key] = self.seen.get(order.key, 0) + 1
            return self.answers.pop(0) if self.answers else self._truth(order)

    def query(self, order: Order, *, seconds: float) -> Answer:
        """Say how an order stands."""
        self.gate.wait(30)
        with self._lock:
            self.asked.append("query")
            return self.answers.pop(0) if self.answers else self._truth(order)

    def hear(self, call: Call) -> Sequence[Told]:
        """Return the news in a call: lines of a notice and the partner's reference."""
        if call.secret != "open sesame":
            raise NotGenuine
        lines = call.body.decode().splitlines()
        return [Told(notice, reference=ref) for notice, ref in (one.split() for one in lines)]

    def _truth(self, order: Order) -> Answer:
        if order.key not in self.seen:
            return NotKnown()
        return Done("ref-1", self.facts) if self.done else Accepted("ref-1")
