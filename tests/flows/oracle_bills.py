"""The oracle's answers about airtime and bills."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from core.bank_bills import Biller, Bundle, Paid, PaidBill, Phone
from core.money import Money
from core.partners.billers import BillEnquiry

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle

BEFORE = PaidBill("id of a bill", "ke-1", "Power 1", "37123456789", "*6789", "J***e D***e")
PAID = Paid("WK9Q8P7R6T5W", Money(0, "KES"), Money(100, "KES"))


def _biller(n: int) -> Biller:
    return Biller(
        id=f"ke-{n}", name=f"Power {n}", short_name=f"Power {n}", country="KE", currency="KES",
        category="power", code=f"{n}", account="meter", pattern=".*", prepaid=True,
        least=Money(1, "KES"), most=Money(10**9, "KES"),
    )  # fmt: skip


@dataclass
class BillsOracle:
    """What stories ask about airtime and bills; it is part of the oracle."""

    @property
    def own_airtime_phone(self: "Oracle") -> str:
        return "" if self.asks_nobody else "+254712000001"

    def airtime_phone(self: "Oracle", text: str) -> Phone:
        self._may_refuse("airtime_phone")
        return Phone(f"id of {text}", "+254712000002", "+254 7** *** 002")

    def airtime_bundles(self: "Oracle", number: str) -> list[Bundle]:
        return [] if self.asks_nobody else [Bundle("ke-day", Money(9900, "KES"), 1024, "Day")]

    def check_airtime(self: "Oracle", number: str, amount: Money) -> None:
        self._may_refuse("check_airtime")

    def check_bought(self: "Oracle", amount: Money, *, bill: bool) -> Money:
        self._may_refuse("check_bought")
        return Money(0, "KES")

    def top_up(
        self: "Oracle", *, to: str, number: str, amount: Money, effect_id: UUID,
        bundle: str | None = None,
    ) -> Paid:  # fmt: skip
        self._may_refuse("top_up")
        self.sent.append((effect_id, to, str(amount)))
        return PAID

    def billers(self: "Oracle") -> list[Biller]:
        return [] if self.asks_nobody else [_biller(n) for n in range(3)]

    def find_biller(self: "Oracle", said: str) -> Biller:
        self._may_refuse("find_biller")
        return _biller(1)

    def read_bill_account(self: "Oracle", biller: str, typed: str) -> str:
        self._may_refuse("read_bill_account")
        return "37123456789"

    def bill_enquiry(self: "Oracle", code: str, account: str) -> BillEnquiry:
        return BillEnquiry(code, account, "KES")

    def airtime_before(self: "Oracle") -> list[Phone]:
        return [] if self.asks_nobody else [Phone("id", "+254712000002", "+254 7** *** 002")]

    def bills_before(self: "Oracle") -> list[PaidBill]:
        return [] if self.asks_nobody else [BEFORE]

    def find_bill_before(self: "Oracle", said: str) -> PaidBill:
        self._may_refuse("find_bill_before")
        return BEFORE

    def bill_payee(self: "Oracle", biller: str, account: str) -> str:
        return f"id of {biller} {account}"

    def check_bill(self: "Oracle", biller: str, amount: Money) -> Money:
        self._may_refuse("check_bill")
        return Money(2000, "KES")

    def pay_bill(
        self: "Oracle", *, to: str, biller: str, account: str, holder: str, amount: Money,
        effect_id: UUID,
    ) -> Paid:  # fmt: skip
        self._may_refuse("pay_bill")
        self.sent.append((effect_id, to, str(amount)))
        return PAID
