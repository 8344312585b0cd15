"""The oracle's answers about alerts and news."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.bank_alerts import Choices
from core.money import Money

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle


@dataclass
class AlertsOracle:
    """What stories ask about alerts; it is part of the oracle."""

    news_wanted: bool = False

    def alert_choices(self: "Oracle") -> Choices:
        if self.asks_nobody:
            return Choices(received=True, received_from=None, low=None)
        return Choices(True, Money(1_000_00, "KES"), Money(500_00, "KES"))

    def want_news(self) -> None:
        self.news_wanted = True

    def want_no_news(self) -> None:
        self.news_wanted = False

    def want_received(self, least: Money | None = None) -> None:
        pass

    def want_no_received(self) -> None:
        pass

    def want_low(self, below: Money) -> None:
        pass

    def want_no_low(self) -> None:
        pass
