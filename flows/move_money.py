"""Move money: from one of the customer's own wallets to another of the same currency."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows import picking
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, refused
from flows.picking import Listed
from flows.story import Ask, Become, Choose, End, Flow, Prove

MOST_WALLETS = 10


class MoveMoney(Flow):
    """Move money between own wallets; it is read back, and the PIN comes before it moves."""

    name = "move_money"

    steps = (
        Prove("unlock"),
        Ask("source", free=True, lists="sources"),
        Ask("target", free=True, lists="targets"),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Prove("pin"),
        End("moved"),
        End("cancelled"),
        End("nowhere"),
        Become("reset_pin"),
    )

    paths = (
        # when                at       go to        if         unless first do
        ("open",               "start",  "unlock",    None,      "trusted"),
        ("open",               "start",  "source",    "has_two"),
        ("open",               "start",  "nowhere"),
        ("proven",             "unlock", "source",    "has_two"),
        ("proven",             "unlock", "nowhere"),
        ("answer",             "source", "target",    None,      None, "note_source"),
        ("answer",             "target", "amount",    None,      None, "note_target"),
        ("answer",             "amount", "review",    None,      None, "note_amount"),
        ("yes",                "review", "pin"),
        ("change",             "review", "amount"),
        ("no",                 "review", "cancelled"),
        ("proven",             "pin",    "moved",     None,      None, "move"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        *refused("amount", *ANOTHER_AMOUNT_HELPS, "too_little_left", at="pin"),
        *refused("cancelled", *NOTHING_HELPS, "period_closed", "wallet_gone", at="pin"),
        ("pin_locked",         ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"move"})
    moves_money = frozenset({"move"})
    long = frozenset({"source", "target"})

    widest: ClassVar[Mapping[str, object]] = {
        "sources": picking.widest_wallets(MOST_WALLETS),
        "targets": picking.widest_wallets(MOST_WALLETS),
        "source_name": "W" * 20,
        "target_name": "W" * 20,
        "amount": "TZS 99999999.99",
        "left": "TZS 99999999.99",
        "currency": "TZS",
    }

    @property
    def has_two(self) -> bool:
        """Whether there are two wallets of one currency."""
        return bool(self.bank.movable_wallets())

    def sources(self) -> Listed:
        """Return the wallets that money may leave."""
        return picking.wallets(self.bank.movable_wallets())

    def targets(self) -> Listed:
        """Return the wallets that it may reach from the one it leaves."""
        return picking.wallets(
            one
            for one in self.bank.movable_wallets()
            if one.currency == self.slots["currency"] and str(one.id) != self.slots["source"]
        )

    def note_source(self, said: str) -> None:
        """Remember which wallet the money leaves."""
        found = self.bank.find_wallet(said)
        self.slots |= {"source": str(found.id), "source_name": found.name}
        self.slots["currency"] = found.currency

    def note_target(self, said: str) -> None:
        """Remember which wallet it reaches."""
        found = self.bank.find_wallet(said)
        self.bank.check_pair(source=self.slots["source"], target=str(found.id))
        self.slots |= {"target": str(found.id), "target_name": found.name}

    def note_amount(self, said: str) -> None:
        """Remember how much, if the bank would let it go."""
        amount = Money.parse(said, self.slots["currency"])
        self.bank.check_move(
            source=self.slots["source"], target=self.slots["target"], amount=amount
        )
        self.slots["amount"] = str(amount)

    def move(self, _: str) -> None:
        """Move it, once, however often this is asked."""
        moved = self.bank.move_money(
            source=self.slots["source"],
            target=self.slots["target"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.agreed_id,
        )
        self.slots["left"] = str(moved.left)
