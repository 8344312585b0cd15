"""The plain model: what every account must hold, told by the partners' own books alone.

Integers, and no look at what the bank believes: a payment that a partner carried out costs its
payer amount and fee, whatever the bank was told of it, and when.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid5

from core.money import Money
from core.partners.airtime_twin import DISCOUNT
from tests.simulation.doing import Payment
from tests.simulation.firms import RAILS, Firms
from tests.simulation.town import NOBODY, STRANGER, Customer

NOSTROS = {
    "pesalink": "nostro_central", "rtgs": "nostro_central", "eft": "nostro_central",
    "papss": "nostro_papss",
}  # fmt: skip
Books = Counter[tuple[str, str]]
"""Minor units by kind of account and currency, credit-positive as the bank's book is."""


class Model:
    """What a run must have come to."""

    def __init__(self, firms: Firms, *, now: datetime) -> None:
        self.wallets: Counter[int] = Counter()
        """What each customer has, by place."""
        self.held: Counter[int] = Counter()
        """What of it is set aside, for fees of payments without an end."""
        self.books: Books = Counter()
        """What the bank's own accounts hold."""
        self.outcomes: dict[UUID, str] = {}
        self._firms, self._now = firms, now
        self._prompts = {one.account: one for one in firms.mpesa.twin._prompts.values()}

    def joined(self, customer: Customer, amount: Money) -> None:
        """Count what a customer brought at first."""
        self.wallets[customer.place] += amount.minor
        self.books["cash", amount.currency] -= amount.minor

    def funded(self, kind: str, amount: Money) -> None:
        """Count money that the bank brought somewhere from its cash."""
        self._move(kind, "cash", amount.currency, amount.minor)

    def count(self, payments: Iterable[Payment], orders: Mapping[UUID, list[UUID]]) -> None:
        """Go through all payments; ``orders`` are the ids that partners know each by."""
        for one in payments:
            self.outcomes[one.id] = self._outcome(one, orders.get(one.id, []))
        for paid in self._firms.mpesa.twin._payouts.values():
            if paid.phone == STRANGER[1:] and paid.code == "0":
                self._move("suspense_receipts", "nostro_mobile", "KES", paid.shillings * 100)
        for switch in self._firms.switches.values():
            for back in switch.given_back.values():
                minor, currency = back.amount.minor, back.amount.currency
                self._move("suspense_receipts", "nostro_central", currency, minor)

    def _outcome(self, one: Payment, orders: list[UUID]) -> str:
        if one.refused:
            return f"refused {one.refused}"
        if one.wish.kind == "phone":
            return self._phone(one, orders)
        count = {
            "bank": self._bank, "prompt": self._prompt, "paybill": self._paid_in,
            "receipt": self._received, "airtime": self._airtime, "bill": self._bill,
        }  # fmt: skip
        return count[one.wish.kind](one)

    def _bank(self, one: Payment) -> str:
        found = {
            rail.name: kept
            for rail in RAILS
            if (kept := self._firms.switches[rail.name].payments.get(one.reference)) is not None
            and kept.is_settled(self._now)
        }
        assert len(found) <= 1, f"paid twice: {one}"
        for rail, kept in found.items():
            self._paid(one, NOSTROS[rail])
            if kept.back is None or kept.back.made_at > self._now:
                return f"settled {rail}"
            back = kept.back.amount
            self._move(NOSTROS[rail], "", back.currency, back.minor)
            self.wallets[one.wish.customer.place] += back.minor
            return f"returned {rail} {kept.back.reason}"
        return "failed"

    def _phone(self, one: Payment, orders: list[UUID]) -> str:
        book = self._firms.mpesa.twin._payouts
        paid = [id_ for id_ in orders if str(id_) in book and book[str(id_)].code == "0"]
        assert len(paid) <= 1, f"paid twice: {one}"
        if not paid:
            return "failed"
        self._paid(one, "nostro_mobile")
        return "settled mpesa"

    def _prompt(self, one: Payment) -> str:
        asked = self._prompts.get(one.reference)
        if asked is None or asked.code != "0":
            return "not paid"
        return self._came(one, "nostro_mobile")

    def _paid_in(self, one: Payment) -> str:
        return self._came(one, "nostro_mobile")

    def _received(self, one: Payment) -> str:
        return self._came(one, "nostro_central")

    def _came(self, one: Payment, nostro: str) -> str:
        """Count money that reached us: its owner's, or nobody's."""
        wish = one.wish
        nobodys = wish.kind != "prompt" and wish.account in NOBODY
        self._move(
            nostro, "suspense_receipts" if nobodys else "", wish.customer.currency, wish.amount
        )
        if not nobodys:
            self.wallets[wish.customer.place] += wish.amount
        return "parked" if nobodys else "paid"

    def _airtime(self, one: Payment) -> str:
        sale = self._firms.wholesaler.twin._by_key.get(uuid5(one.id, "order").hex)
        if sale is None or sale.why:
            return "given back"
        if not sale.final:
            return self._on_its_way(one, "clearing_airtime")
        self._paid(one, "prepaid_airtime")
        discount = one.wish.amount * DISCOUNT // 100
        self._move("prepaid_airtime", "commission_income", one.wish.customer.currency, discount)
        return "done"

    def _bill(self, one: Payment) -> str:
        taken = self._firms.billers.twin._payments.get(uuid5(one.id, "order").hex)
        status = "failed" if taken is None else taken.view(self._now)["status"]
        if status == "failed":
            return "given back"
        if status == "pending":
            return self._on_its_way(one, "clearing_bills")
        self._paid(one, "nostro_central")
        return "done"

    def _on_its_way(self, one: Payment, clearing: str) -> str:
        """Count a payment that its partner says nothing final of."""
        self._move("", clearing, one.wish.customer.currency, one.wish.amount)
        self.wallets[one.wish.customer.place] -= one.wish.amount
        self.held[one.wish.customer.place] += one.fee
        return "on its way"

    def _paid(self, one: Payment, where: str) -> None:
        """Count a payment that its partner carried out: the bank pays, the customer paid."""
        self._move("", where, one.wish.customer.currency, one.wish.amount)
        self.books["fees", one.wish.customer.currency] += one.fee
        self.wallets[one.wish.customer.place] -= one.wish.amount + one.fee

    def _move(self, debit: str, credit: str, currency: str, minor: int) -> None:
        """Move between the bank's own accounts; a wallet's side is named by nothing."""
        if debit:
            self.books[debit, currency] -= minor
        if credit:
            self.books[credit, currency] += minor
