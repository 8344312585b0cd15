"""The oracle's answers about money that leaves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.bank_withdrawals import (
    AmbiguousBank,
    Begun,
    OtherBank,
    Payee,
    Payout,
    PayoutOver,
    Quote,
    UnknownPayee,
)
from core.money import Money
from core.partners.rails.enquiry import AccountEnquiry
from core.settlement.store import UnknownPayout

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle

AT = datetime(2026, 9, 28, 21, 59, tzinfo=UTC)
BANKS = [
    OtherBank(f"KE-{n}", f"Bank {n} Kenya", f"Bank {n}", "KE", "", "", False, "", ())
    for n in range(4)
]
WHO = str(UUID(int=91))


@dataclass
class PayoutsOracle:
    """What stories ask about money that leaves; it is part of the oracle."""

    payouts_left: bool = False
    """Whether every payment has left, and can only be looked at."""
    own_shown: str = field(default="+254 7** *** 001", init=False)

    def payout_payees(self: "Oracle") -> list[Payee]:
        return [] if self.asks_nobody else [_payee("0110000000123")]

    def find_payee_elsewhere(self: "Oracle", said: str) -> Payee:
        if said != WHO or self.asks_nobody:
            raise UnknownPayee(said=said[:40])
        return _payee("0110000000123")

    def forget_payee(self, payee: str) -> None:
        pass

    def frequent_banks(self) -> list[OtherBank]:
        return BANKS

    def banks_called(self, said: str) -> list[OtherBank]:
        return BANKS

    def find_bank(self: "Oracle", said: str) -> OtherBank:
        self._may_refuse("find_bank")
        if self.asks_nobody and said not in {one.id for one in BANKS}:
            raise AmbiguousBank(said=said[:20])
        return BANKS[0]

    def read_account(self: "Oracle", bank_id: str, typed: str) -> str:
        self._may_refuse("read_account")
        return "0110000000123"

    def account_enquiry(self, **asked: str) -> AccountEnquiry:
        return AccountEnquiry(asked["bank_id"], asked["account"])

    def read_mobile(self: "Oracle", typed: str) -> tuple[str, OtherBank]:
        self._may_refuse("read_mobile")
        return "+254712000002", BANKS[1]

    def own_mobile(self: "Oracle") -> Payee:
        self._may_refuse("own_mobile")
        return _payee("+254712000001")

    def payee(self: "Oracle", **known: Any) -> Payee:
        self._may_refuse("payee")
        return _payee(known["account"])

    def quote_payout(self: "Oracle", payee: Payee, amount: Money) -> Quote:
        self._may_refuse("quote_payout")
        fee = Money(50, amount.currency)
        return Quote(fee, amount + fee, AT, soon=False)

    def withdraw(
        self: "Oracle", payee: Payee, amount: Money, *, fee: Money, effect_id: UUID
    ) -> Begun:
        self._may_refuse("withdraw")
        self.sent.append((effect_id, payee.id, str(amount)))
        return Begun("WK9Q8P7R6T5W", Money(100, "KES"), AT)

    def payouts(self: "Oracle") -> list[Payout]:
        return [] if self.asks_nobody else [PAYOUT]

    def find_open_payout(self: "Oracle", said: str) -> Payout:
        if said != str(PAYOUT.id):
            raise UnknownPayout
        if not self.has_second_way:  # somebody whose payments have all left
            raise PayoutOver(**PAYOUT.facts)
        return PAYOUT

    def cancel_payout(self: "Oracle", payout: str) -> None:
        self._may_refuse("cancel_payout")


PAYOUT = Payout(
    id=UUID(int=92),
    amount=Money(50_000, "KES"),
    fee=Money(0, "KES"),
    bank="Bank 0",
    account="***0123",
    name="M***a N***a",
    status="queued",
    waits_for="hours",
    reason="",
    reference="WK9Q8P7R6T5W",
    expected_by=AT,
    made_at=AT,
)


def _payee(account: str) -> Payee:
    mobile = account.startswith("+")
    return Payee(
        id=WHO,
        kind="mobile" if mobile else "bank",
        bank_id="KE-0",
        bank="Bank 0",
        account=account,
        shown="***0123",
        name="Mwanaisha Njeri",
        masked="M***a N***i",
        confirmed=True,
    )
