"""Fees: what a service costs, and what an amount of the customer's own would cost."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.story import GIVEN, Ask, Choose, End, Flow

SERVICES = (
    "exchange",
    "withdraw_bank",
    "withdraw_mobile",
    "withdraw_agent",
    "deposit_card",
    "airtime",
    "bill",
    "transfer_abroad",
)
"""What may be asked about, as the bank's schedule calls it."""
MOST_LINES = 11
"""As many bands as a tariff may have."""
_WIDE, _FEE = "TZS 99999999.99", "TZS 99999.99"


class Fees(Flow):
    """Tell a tariff, which is nobody's secret, and then the fee of one amount."""

    name = "fees"

    steps = (
        Choose("service", options=SERVICES),
        Choose("tariff", options=("amount", "other")),
        Ask("amount", entity="amount"),
        End("cost"),
    )

    paths = (
        # when     at         go to      if               unless first do
        ("open",   "start",   "service"),
        *((service, "service", "amount", "knows_amount", None,  "note_service")
          for service in SERVICES),
        *((service, "service", "tariff", None,           None,  "note_service")
          for service in SERVICES),
        ("amount", "tariff",  "amount"),
        ("other",  "tariff",  "service"),
        ("answer", "amount",  "cost",    None,           None,  "note_amount"),
    )  # fmt: skip

    long = frozenset({"service", "tariff"})
    widest: ClassVar[Mapping[str, object]] = {
        "service": "transfer_abroad",
        "currency": "TZS",
        "lines": [
            *({"upto": _WIDE, "first": not n, "fixed": _FEE, "percent": "0", "least": "",
               "most": ""} for n in range(MOST_LINES - 1)),
            {"upto": "", "first": False, "fixed": _FEE, "percent": "99.9", "least": _FEE,
             "most": _FEE},
        ],
        "amount": _WIDE,
        "fee": _WIDE,
        "total": _WIDE,
        "adds": "yes",
        "charged": "yes",
    }  # fmt: skip

    @property
    def knows_amount(self) -> bool:
        """Whether an amount was said along with the question."""
        return f"{GIVEN}amount" in self.slots

    def facts(self) -> Mapping[str, object]:
        """Give the tariff to the step that tells it; it is read when it is told, never kept."""
        currency = self.bank.currency
        if self.state != "tariff":
            return {"currency": currency, **self.slots}
        found = self.bank.tariff(self.slots["service"], currency)
        lines = [
            {
                "upto": "" if line.until is None else str(Money(line.until.minor - 1, currency)),
                "first": line.band.start.minor == 0,
                "fixed": _unless_zero(line.band.fixed),
                "percent": f"{(line.band.per_mille / 10).normalize():f}".removesuffix(".0"),
                "least": _unless_zero(line.band.least),
                "most": "" if line.band.most is None else str(line.band.most),
            }
            for line in found
        ]
        return {**self.slots, "currency": currency, "lines": lines}

    def note_service(self, picked: str) -> None:
        """Remember what is asked about."""
        self.slots["service"] = picked

    def note_amount(self, said: str) -> None:
        """Remember what it costs for an amount: in the home currency or the one that is said."""
        amount = self._amount(said)
        fee = self.bank.fee(self.slots["service"], amount)
        incoming = self.slots["service"] == "deposit_card"
        total = amount - fee if incoming else amount + fee
        self.slots |= {"amount": str(amount), "fee": str(fee), "total": str(total)}
        self.slots |= {"adds": "" if incoming else "yes", "charged": "yes" if fee.minor else ""}

    def _amount(self, said: str) -> Money:
        currency, _, rest = said.partition(" ")
        if rest and currency in {one.currency for one in self.bank.wallets()}:
            return Money.parse(rest, currency)
        return Money.parse(said, self.bank.currency)


def _unless_zero(amount: Money) -> str:
    return str(amount) if amount.minor else ""
