"""Open a wallet: a further pot of money, in a currency and under a name of its own."""

from collections.abc import Mapping
from typing import ClassVar

from core.errors import Refusal
from flows.hearing import CURRENCIES, plain
from flows.picking import Listed
from flows.story import Ask, Become, Choose, End, Flow, Prove


class NotACurrency(Refusal):
    """What the customer typed is no currency that a wallet may be in."""

    code = "not_a_currency"


class OpenWallet(Flow):
    """Open a further wallet. It has a name, for there may be several in one currency."""

    name = "open_wallet"

    steps = (
        Prove("unlock"),
        Ask("currency", free=True, lists="currencies"),
        Ask("label", free=True),
        Choose("review", options=("yes", "no")),
        End("opened"),
        End("cancelled"),
        Become("reset_pin"),
    )

    paths = (
        # when               at          go to        if         unless first do
        ("open",              "start",    "currency",  "trusted"),
        ("open",              "start",    "unlock"),
        ("proven",            "unlock",   "currency"),
        ("answer",            "currency", "label",     None,      None, "note_currency"),
        ("answer",            "label",    "review",    None,      None, "note_label"),
        ("yes",               "review",   "opened",    None,      None, "open"),
        ("no",                "review",   "cancelled"),
        ("wallet_name_taken", "review",   "label"),
        ("too_many_wallets",  "review",   "cancelled"),
        ("no_rate",           "review",   "cancelled"),
        ("pin_locked",        "unlock",   "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"open"})

    widest: ClassVar[Mapping[str, object]] = {
        "currencies": {str(n): {"code": f"TZ{n}"} for n in range(9)},
        "currency": "TZS",
        "label": "W" * 20,
        "account_no": "012345678901",
    }

    def currencies(self) -> Listed:
        """Return the currencies a wallet may be in, the customer's own first."""
        return {code: {"code": code} for code in self.bank.currencies()}

    def note_currency(self, said: str) -> None:
        """Remember the currency."""
        code = CURRENCIES.get(plain(said), "")
        if code not in self.bank.currencies():
            raise NotACurrency(typed=said.strip()[:20])
        self.slots["currency"] = code

    def note_label(self, said: str) -> None:
        """Remember what it shall be called."""
        self.slots["label"] = self.bank.read_label(said)

    def open(self, _: str) -> None:
        """Open it."""
        self.slots["account_no"] = self.bank.open_wallet(
            self.slots["currency"], label=self.slots["label"]
        )
