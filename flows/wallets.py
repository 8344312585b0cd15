"""Wallets: what is in each, and what can be done with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core.money import Money
from flows.story import Become, Choose, Flow, Prove

NOTHING, MUCH = Money(0, "TZS"), Money(9_999_999_999, "TZS")


@dataclass(frozen=True, slots=True)
class WidestWallet:
    """A wallet as the words see it, as wide as wallets get."""

    name: str = "W" * 20
    label: str = "W" * 20
    available: Money = MUCH
    held: Money = MUCH
    is_default: bool = True


class Wallets(Flow):
    """Show every wallet: what may be spent, and what is reserved, told apart."""

    name = "wallets"

    steps = (
        Prove("pin"),
        Choose("shown", options=("move_money", "open_wallet", "main_wallet")),
        Become("move_money"),
        Become("open_wallet"),
        Become("main_wallet"),
        Become("reset_pin"),
    )

    paths = (
        # when         at       go to          if
        ("open",        "start", "shown",       "trusted"),
        ("open",        "start", "pin"),
        ("proven",      "pin",   "shown"),
        ("move_money",  "shown", "move_money"),
        ("open_wallet", "shown", "open_wallet"),
        ("main_wallet", "shown", "main_wallet"),
        ("pin_locked",  "pin",   "reset_pin"),
    )  # fmt: skip

    long = frozenset({"shown"})
    widest: ClassVar[Mapping[str, object]] = {
        "wallets": (*(WidestWallet(),) * 2, *(WidestWallet(held=NOTHING, is_default=False),) * 8)
    }

    def facts(self) -> Mapping[str, object]:
        """Give the wallets to the step that shows them; they are read when told, never kept."""
        if self.state != "shown":
            return self.slots
        return {**self.slots, "wallets": self.bank.wallets()}
