"""The oracle's answers about money that comes in, and about cash at a till."""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.bank_tills import AtTill
from core.deposits.cash_codes import Made
from core.deposits.tills import Served
from core.money import Money

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle

AT = datetime(2026, 9, 28, 21, 59, tzinfo=UTC)
LEFT = Money(99_999, "KES")


@dataclass
class CashOracle:
    """What stories ask about paying in and about tills; it is part of the oracle."""

    account_no: str = "123456789012"
    till_no: str = "100001"
    till_currency: str = "KES"
    float_left: Money = LEFT
    cash_payee: str = str(UUID(int=93))

    @property
    def mobile_money(self: "Oracle") -> str:
        return "" if self.late else "M-Pesa"  # somebody whose country has none

    @property
    def paying_phone(self: "Oracle") -> str:
        return "+254712000001" if self.has_second_way else ""  # somebody who gave theirs up

    @property
    def is_agent(self: "Oracle") -> bool:
        return not self.knows_nobody

    def shown_phone(self, number: str) -> str:
        return "+254 7** *** 001" if number else "***"

    def read_paying_phone(self: "Oracle", text: str) -> str:
        self._may_refuse("read_paying_phone")
        return "+254712000002"

    def check_deposit(self: "Oracle", amount: Money, *, by_card: bool) -> None:
        self._may_refuse("check_deposit")

    def ask_deposit(self: "Oracle", amount: Money, *, effect_id: UUID, payer: str = "") -> Any:
        self._may_refuse("ask_deposit")
        return SimpleNamespace(reference="WK9Q8P7R6T5W")

    def find_at_till(self: "Oracle", text: str) -> AtTill:
        self._may_refuse("find_at_till")
        return AtTill(str(UUID(int=94)), str(UUID(int=95)), "M***a N***a", "+254 7** *** 002")

    def check_cash_in(self: "Oracle", *, wallet: str, amount: Money) -> None:
        self._may_refuse("check_cash_in")

    def cash_in(self: "Oracle", *, to: str, wallet: str, amount: Money, effect_id: UUID) -> Served:
        self._may_refuse("cash_in")
        self.sent.append((effect_id, to, str(amount)))
        return _served(amount)

    def present_code(self: "Oracle", customer: str) -> Any:
        self._may_refuse("present_code")
        return SimpleNamespace(id=UUID(int=96), amount=Money(50_000, "KES"))

    def pay_cash_out(self: "Oracle", *, code: str, effect_id: UUID) -> Served:
        self._may_refuse("pay_cash_out")
        return _served(Money(50_000, "KES"))

    def check_float_top_up(self: "Oracle", amount: Money) -> None:
        self._may_refuse("check_float_top_up")

    def top_up_float(self: "Oracle", amount: Money, *, effect_id: UUID) -> Served:
        self._may_refuse("top_up_float")
        return _served(amount)

    def cash_fee(self: "Oracle", amount: Money) -> Money:
        self._may_refuse("cash_fee")
        return Money(2_900, amount.currency)

    def make_cash_code(self: "Oracle", amount: Money, *, effect_id: UUID) -> Made:
        self._may_refuse("make_cash_code")
        self.sent.append((effect_id, self.cash_payee, str(amount)))
        return Made("WK9Q8P7R6T5W", amount, Money(2_900, amount.currency), AT, LEFT)

    def give_up_cash(self: "Oracle") -> bool:
        self._may_refuse("give_up_cash")
        return True


def _served(amount: Money) -> Served:
    return Served("WK9Q8P7R6T5W", amount, Money(200, amount.currency), LEFT)
