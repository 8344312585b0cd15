"""My payouts: what left for other banks and phones, how it stands, and taking back what has not."""

from collections.abc import Mapping
from typing import ClassVar

from flows.picking import AMOUNT, Listed
from flows.story import Ask, Become, Choose, End, Flow, Prove

MOST_SHOWN = 9


class MyPayouts(Flow):
    """Show the last payments that left, each with its state; what has not may be taken back."""

    name = "my_payouts"

    steps = (
        Prove("unlock"),
        Ask("list", lists="payouts"),
        Choose("one", options=("take_back", "list")),
        End("told"),
        End("taken_back"),
        End("gone"),
        End("nothing"),
        Become("reset_pin"),
    )

    paths = (
        # when           at       go to         if             unless first do
        ("open",          "start",  "unlock",     None,          "trusted"),
        ("open",          "start",  "list",       "has_payouts"),
        ("open",          "start",  "nothing"),
        ("proven",        "unlock", "list",       "has_payouts"),
        ("proven",        "unlock", "nothing"),
        ("answer",        "list",   "one",        None,          None, "find"),
        ("unknown_payout", "list",  "gone"),
        ("payout_over",   "list",   "told",       None,          None, "find_over"),
        ("take_back",     "one",    "taken_back", None,          None, "take_back"),
        ("list",          "one",    "list"),
        ("payout_gone",   "one",    "list"),
        ("unknown_payout", "one",   "gone"),
        ("pin_locked",    "unlock", "reset_pin"),
    )  # fmt: skip

    writes = brings_money = frozenset({"take_back"})
    long = frozenset({"list"})
    quiet = frozenset({"payout_over"})

    widest: ClassVar[Mapping[str, object]] = {
        "payouts": {
            str(n): {
                "amount": AMOUNT, "bank": "Middle East Bank", "status": "returning",
                "name": f"M***a N***{n}", "made": "2026-09-28T21:59:00+00:00",
            }
            for n in range(MOST_SHOWN)
        },
        "amount": AMOUNT,
        "bank": "Development Bank",
        "shown": "+255 7** *** 003",
        "name": "M***a N***a",
        "status": "returned",
        "waits_for": "liquidity",
        "reason": "AC01",
        "until": "2026-09-28T21:59:00+00:00",
        "reference": "WK9Q8P7R6T5W",
    }  # fmt: skip

    @property
    def has_payouts(self) -> bool:
        """Whether anything left, or is about to."""
        return bool(self.bank.payouts())

    def payouts(self) -> Listed:
        """Return what left, the newest first."""
        return {
            str(one.id): {
                "amount": str(one.amount), "bank": one.bank, "status": one.status, "name": one.name,
                "made": one.made_at.isoformat(),
            }
            for one in self.bank.payouts()
        }  # fmt: skip

    def find(self, said: str) -> None:
        """Remember which of them is meant, while it may still be taken back."""
        self.slots |= self.bank.find_open_payout(said).facts

    def find_over(self, _: str) -> None:
        """Remember one that has left."""
        if self.refusal is not None:
            self.slots |= self.refusal.facts

    def take_back(self, _: str) -> None:
        """Take it back."""
        self.bank.cancel_payout(self.slots["payout"])
