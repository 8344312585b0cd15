"""Balance: what the customer has, in every wallet."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.story import Become, End, Flow, Prove
from flows.wallets import WidestWallet


class Balance(Flow):
    """Tell what may be spent, the main wallet first, and what is reserved where anything is."""

    name = "balance"

    steps = (
        Prove("pin"),
        End("shown"),
        Become("reset_pin"),
    )

    paths = (
        # when        at       go to        if         unless first do
        ("open",       "start", "shown",     "trusted"),
        ("open",       "start", "pin"),
        ("proven",     "pin",   "shown"),
        ("pin_locked", "pin",   "reset_pin"),
    )  # fmt: skip

    long = frozenset({"shown"})
    widest: ClassVar[Mapping[str, object]] = {
        "wallets": (
            WidestWallet(label=""),
            WidestWallet(held=Money(0, "TZS"), label=""),
            WidestWallet(held=Money(0, "TZS")),
        )
    }

    def facts(self) -> Mapping[str, object]:
        """Give the wallets to the last step only; they are read when they are told, never kept."""
        if self.state != "shown":
            return self.slots
        return {**self.slots, "wallets": self.bank.wallets()}
