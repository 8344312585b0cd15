"""The oracle's answers about fees, limits, plans and receipts."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from core.bank import Plan, Planned, Rule
from core.documents.orders import Carrier
from core.documents.receipt import Payment
from core.fees.allowances import Allowance, Allowances
from core.fees.schedule import Band, FeeLine
from core.money import Money
from core.plans.plans import PlanRests

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle

KES = Money(50_000, "KES")
PLAN = Plan(
    id=UUID(int=2), name="M***a N***a", amount=KES, rule=Rule("month", date(2026, 10, 31)),
    next_day=date(2026, 10, 31), status="active", reason="", tells_ahead=True,
)  # fmt: skip
RESTING = Plan(
    id=UUID(int=3), name="M***a N***a", amount=KES, rule=Rule("week", date(2026, 10, 1), times=9),
    next_day=date(2026, 10, 8), status="paused", reason="frozen", tells_ahead=False,
)  # fmt: skip
QUIET = replace(PLAN, id=UUID(int=6), tells_ahead=False)
PAYMENT = Payment(
    UUID(int=4), UUID(int=5), datetime(2026, 9, 28, tzinfo=UTC), "transfer", KES, False,
    "WK9Q8P7R6T5W", "M***a N***a",
)  # fmt: skip


@dataclass
class PlansOracle:
    """What stories ask about what things cost, and payments to come; part of the oracle."""

    def tariff(self, what: str, currency: str) -> list[FeeLine]:
        nothing = Money(0, currency)
        band = Band(nothing, Money(3000, currency), Decimal(5), nothing, None)
        return [FeeLine(what, band, None, date(2026, 1, 1), "policy")]

    def fee(self: "Oracle", what: str, amount: Money) -> Money:
        self._may_refuse("fee")
        return Money(1, amount.currency)

    def limits(self) -> Allowances:
        used = Allowance(KES, Money(100_000, "KES"))
        return Allowances(None, used, Allowance(KES, None), datetime(2026, 9, 30, tzinfo=UTC), 1)

    def check_plan_amount(
        self: "Oracle", amount: Money, *, biller: str = "", airtime_to: str = ""
    ) -> None:
        self._may_refuse("check_plan_amount")

    def check_plan_day(self: "Oracle", day: date) -> None:
        self._may_refuse("check_plan_day")

    def read_times(self: "Oracle", said: str) -> int:
        self._may_refuse("read_times")
        return 12

    def first_due(self: "Oracle", *, every: str, first: date, until: date | None = None) -> date:
        if until is not None:
            self._may_refuse("first_due")
        return first

    def make_plan(
        self: "Oracle", what: Planned, *, amount: Money, rule: Rule, effect_id: UUID
    ) -> Plan:
        self._may_refuse("make_plan")
        self.sent.append((effect_id, what.to, str(amount)))
        return PLAN

    def plans(self: "Oracle") -> list[Plan]:
        return [] if self.asks_nobody else [PLAN, RESTING, QUIET]

    def find_running_plan(self: "Oracle", plan: str) -> Plan:
        rests = self.will_refuse is PlanRests or plan == str(RESTING.id)
        self.will_refuse = None if rests else self.will_refuse
        if rests:
            raise PlanRests(plan=str(RESTING.id))
        self._may_refuse("find_running_plan")
        return QUIET if plan == str(QUIET.id) else PLAN

    def pause_plan(self: "Oracle", plan: str) -> None:
        self._may_refuse("pause_plan")

    def resume_plan(self: "Oracle", plan: str) -> Plan:
        self._may_refuse("resume_plan")
        return PLAN

    def drop_plan(self: "Oracle", plan: str) -> None:
        self._may_refuse("drop_plan")

    def tell_plan_ahead(self: "Oracle", plan: str, *, tells: bool) -> None:
        self._may_refuse("tell_plan_ahead")

    def payments_lately(self: "Oracle") -> list[Payment]:
        return [] if self.asks_nobody else [PAYMENT]

    def find_payment(self: "Oracle", payment: str) -> str:
        self._may_refuse("find_payment")
        return str(PAYMENT.id)

    def order_receipt(self: "Oracle", payment: str, *, way: str = "") -> Carrier:
        self._may_refuse("order_receipt")
        return next((one for one in self.ways_for_files if one == way), self.ways_for_files[0])
