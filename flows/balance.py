"""Balance: what the customer has, in every currency."""

from collections.abc import Mapping
from typing import ClassVar

from flows.story import Become, End, Flow, Prove


class Balance(Flow):
    """Tell what may be spent, home currency first."""

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

    widest: ClassVar[Mapping[str, object]] = {
        "balances": ("TZS 99999999.99", "KES 9999999.99", "USD 999999.99", "EUR 999999.99"),
    }

    def facts(self) -> Mapping[str, object]:
        """Give the balances to the last step only; they are read when they are told, never kept."""
        if self.state != "shown":
            return self.slots
        return {**self.slots, "balances": [str(money) for money in self.bank.balances()]}
