"""The oracle's answers about other currencies."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.bank import SentAbroad
from core.bank_fx import Convertible, RateAlert, RateLine
from core.money import Money
from core.partners.liquidity import FxEnquiry

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle

AT = datetime(2026, 9, 28, 21, 59, tzinfo=UTC)
ALERT = RateAlert(UUID(int=7), "USD", "KES", Decimal("131.5"), rises=True, expires_at=AT)


@dataclass
class FxOracle:
    """What stories ask about other currencies; it is part of the oracle."""

    quotes: dict[str, str] = field(default_factory=dict)
    """All that leaves at each quote that was given, by its id."""
    renewals: list[bool] = field(default_factory=list)
    """Whether each of them followed one that had run out."""
    theirs: list[str] | None = None
    """What a recipient takes, where a test says so."""
    late: bool = False
    """Whether every quote's time is over as soon as it was read back."""

    def convertible(self: "Oracle") -> Convertible:
        sell = () if self.asks_nobody else ("KES", "EUR") if self.has_second_way else ("KES",)
        return Convertible(sell, ("KES", "USD", "EUR"), frozenset({"KES", "EUR"}))

    def takes(self: "Oracle", payee: str) -> list[str]:
        return self.theirs or (["UGX", "USD"] if self.asks_nobody else ["KES"])

    def fx_enquiry(self, sell: str, buy: str, side: Any, amount: Money) -> FxEnquiry:
        return FxEnquiry(sell, buy, side, amount)

    def quote(
        self: "Oracle",
        *,
        sell: str,
        buy: str,
        side: str,
        amount: Money,
        again: bool,
        **_: object,
    ) -> SimpleNamespace:
        self._may_refuse("quote")
        self.renewals.append(again)
        key = UUID(int=len(self.quotes) + 1)
        sold = amount if side == "sell" else Money(70_000, sell)
        fee = Money(50, sell)
        self.quotes[str(key)] = str(sold + fee)
        return SimpleNamespace(
            id=key,
            sell=sold,
            buy=amount if side == "buy" else Money(999, buy),
            fee=fee,
            total=sold + fee,
            rate=Decimal("0.0077"),
            expires_at=AT if self.late else AT + timedelta(seconds=90),
        )

    def convert(self: "Oracle", *, quote: str, effect_id: UUID) -> SimpleNamespace:
        self._may_refuse("convert")
        self.sent.append((effect_id, str(self.customer_id), self.quotes[quote]))
        balances = (Money(100, "KES"), Money(100, "USD"))
        return SimpleNamespace(reference="WK9Q8P7R6T5W", balances=balances)

    def send_abroad(
        self: "Oracle", *, to: str, quote: str, effect_id: UUID, note: str = ""
    ) -> SentAbroad:
        self._may_refuse("send_abroad")
        self.sent.append((effect_id, to, self.quotes[quote]))
        money = Money(100, "KES")
        return SentAbroad("WK9Q8P7R6T5W", money, Money(100, "UGX"), money, money)

    def rates(self: "Oracle") -> list[RateLine]:
        if self.asks_nobody:
            return []
        return [RateLine("USD", "KES", Decimal("128.9"), Decimal("129.5"), AT)] * 2

    def set_rate_alert(self: "Oracle", sell: str, buy: str, rate: str) -> RateAlert:
        self._may_refuse("set_rate_alert")
        return ALERT

    def rate_alerts(self: "Oracle") -> list[RateAlert]:
        return [] if self.asks_nobody else [ALERT]

    def drop_rate_alert(self: "Oracle", alert: str) -> None:
        self._may_refuse("drop_rate_alert")
