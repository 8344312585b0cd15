"""Main wallet: which one money leaves and arrives in, where there are several at home."""

from collections.abc import Mapping
from typing import ClassVar

from flows import picking
from flows.picking import Listed
from flows.story import Ask, Become, End, Flow, Prove

MOST_WALLETS = 10


class MainWallet(Flow):
    """Choose the wallet that pays and is paid, among those in the home currency."""

    name = "main_wallet"

    steps = (
        Prove("unlock"),
        Ask("list", free=True, lists="wallets"),
        End("chosen"),
        End("only_one"),
        Become("reset_pin"),
    )

    paths = (
        # when        at       go to       if            unless first do
        ("open",       "start",  "unlock",   None,         "trusted"),
        ("open",       "start",  "list",     "has_choice"),
        ("open",       "start",  "only_one"),
        ("proven",     "unlock", "list",     "has_choice"),
        ("proven",     "unlock", "only_one"),
        ("answer",     "list",   "chosen",   None,         None, "choose"),
        ("pin_locked", "unlock", "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"choose"})
    long = frozenset({"list"})

    widest: ClassVar[Mapping[str, object]] = {
        "wallets": picking.widest_wallets(MOST_WALLETS),
        "wallet": "W" * 20,
        "currency": "TZS",
    }

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one wallet in the home currency."""
        return len(self.wallets()) > 1

    def facts(self) -> Mapping[str, object]:
        """Add the home currency."""
        return {"currency": self.bank.currency, **self.slots}

    def wallets(self) -> Listed:
        """Return the wallets in the home currency."""
        own = self.bank.wallets()
        return picking.wallets(one for one in own if one.currency == self.bank.currency)

    def choose(self, said: str) -> None:
        """Pay from this wallet and be paid into it."""
        found = self.bank.find_wallet(said)
        self.bank.set_default_wallet(str(found.id))
        self.slots["wallet"] = found.name
