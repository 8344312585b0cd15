"""The oracle's answers about money that waits for somebody who has not joined yet."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from core.bank import SentWaiting, Waiting
from core.bank_waiting import Invited
from core.money import Money

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle

UNTIL = datetime(2026, 10, 1, 21, 59, tzinfo=UTC)
WAITING = Waiting(
    UUID(int=1), "+254 7** *** 003", Money(50_000, "KES"), "WK9Q8P7R6T5W", UNTIL
)  # fmt: skip


@dataclass
class WaitingOracle:
    """What stories ask about money that waits; it is part of the oracle."""

    def invite(self: "Oracle", number: str) -> Invited:
        self._may_refuse("invite")
        return Invited(f"id of {number}", "+254 7** *** 003")

    def send_waiting(
        self: "Oracle", *, number: str, amount: Money, effect_id: UUID, note: str = ""
    ) -> SentWaiting:
        self._may_refuse("send_waiting")
        self.sent.append((effect_id, f"id of {number}", str(amount)))
        return SentWaiting("WK9Q8P7R6T5W", Money(100, "KES"), UNTIL)

    def waiting_payments(self: "Oracle") -> list[Waiting]:
        return [] if self.asks_nobody else [WAITING]

    def find_waiting(self: "Oracle", said: str) -> Waiting:
        self._may_refuse("find_waiting")
        return WAITING

    def take_back(self: "Oracle", payment: str) -> None:
        self._may_refuse("take_back")
