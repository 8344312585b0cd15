"""Rate alert: the customer is told once, by a message, when a currency reaches a rate."""

from collections.abc import Mapping
from typing import ClassVar

from flows.hearing import CURRENCIES, plain
from flows.picking import Listed
from flows.story import Ask, Become, End, Flow, Prove
from flows.trade import NotExchanged

MOST_CURRENCIES = 9


class RateAlert(Flow):
    """Ask which currency, and at how much at home it is to be told."""

    name = "rate_alert"

    steps = (
        Prove("unlock"),
        Ask("currency", entity="sells", lists="currencies"),
        Ask("rate", entity="amount"),
        End("set", offers=("my_rate_alerts",)),
        End("enough", offers=("my_rate_alerts",)),
        End("none"),
        Become("reset_pin"),
    )

    paths = (
        # when                  at          go to       if         unless first do
        ("open",                 "start",    "unlock",   None,      "trusted"),
        ("open",                 "start",    "currency", "has_rates"),
        ("open",                 "start",    "none"),
        ("proven",               "unlock",   "currency", "has_rates"),
        ("proven",               "unlock",   "none"),
        ("answer",               "currency", "rate",     None,      None, "note_currency"),
        ("answer",               "rate",     "set",      None,      None, "set_alert"),
        ("too_many_rate_alerts", "rate",     "enough"),
        ("rate_stale",           "rate",     "none"),
        ("pin_locked",           "unlock",   "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"set_alert"})
    long = frozenset({"currency"})

    widest: ClassVar[Mapping[str, object]] = {
        "currencies": {
            f"U{n}D": {"foreign": f"U{n}D", "home": "TZS", "now": "3712.456"}
            for n in range(MOST_CURRENCIES)
        },
        "foreign": "USD",
        "home": "TZS",
        "now": "3712.456",
        "rate": "3712.456",
    }

    @property
    def has_rates(self) -> bool:
        """Whether anybody says what currencies are worth."""
        return bool(self.bank.rates())

    def currencies(self) -> Listed:
        """Return the currencies there are rates of, with what one is worth at home now."""
        home = self.bank.currency
        return {
            one.sell: {"foreign": one.sell, "home": home, "now": f"{one.rate:f}"}
            for one in self.bank.rates()
        }

    def note_currency(self, said: str) -> None:
        """Remember which currency is meant, and what it is worth now."""
        code = CURRENCIES.get(plain(said), "")
        found = self.currencies().get(code)
        if found is None:
            raise NotExchanged(typed=said.strip()[:20])
        self.slots |= {"foreign": code, "home": self.bank.currency, "now": str(found["now"])}

    def set_alert(self, said: str) -> None:
        """Have the bank watch for the rate; the currency may be said with it."""
        figure = said.strip().rpartition(" ")[2]
        alert = self.bank.set_rate_alert(self.slots["foreign"], self.slots["home"], figure)
        self.slots["rate"] = f"{alert.rate:f}"
