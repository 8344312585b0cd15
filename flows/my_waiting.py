"""Waiting payments: money for somebody who has not joined yet, to be taken back."""

from collections.abc import Mapping
from typing import ClassVar

from flows import picking
from flows.picking import Listed
from flows.story import Ask, Become, Choose, End, Flow, Prove

MOST_SHOWN = 9


class MyWaiting(Flow):
    """Show the payments that nobody has collected yet; any of them may be taken back."""

    name = "my_waiting"

    steps = (
        Prove("unlock"),
        Ask("list", lists="waiting"),
        Choose("sure", options=("yes", "no")),
        End("taken_back"),
        End("kept"),
        End("nothing"),
        Become("reset_pin"),
    )

    paths = (
        # when             at       go to         if             unless first do
        ("open",            "start",  "unlock",     None,          "trusted"),
        ("open",            "start",  "list",       "has_waiting"),
        ("open",            "start",  "nothing"),
        ("proven",          "unlock", "list",       "has_waiting"),
        ("proven",          "unlock", "nothing"),
        ("answer",          "list",   "sure",       None,          None, "find"),
        ("yes",             "sure",   "taken_back", None,          None, "take_back"),
        ("no",              "sure",   "kept"),
        ("unknown_waiting", "sure",   "kept"),
        ("waiting_over",    "sure",   "kept"),
        ("pin_locked",      "unlock", "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"take_back"})
    long = frozenset({"list"})

    widest: ClassVar[Mapping[str, object]] = {
        "waiting": picking.widest_waiting(MOST_SHOWN),
        "phone": "+255 7** *** 003",
        "amount": "TZS 99999999.99",
        "until": "2026-09-28T21:59:00+00:00",
    }

    @property
    def has_waiting(self) -> bool:
        """Whether any payment waits."""
        return bool(self.bank.waiting_payments())

    def waiting(self) -> Listed:
        """Return what waits."""
        return picking.waiting(self.bank.waiting_payments())

    def find(self, said: str) -> None:
        """Remember which of them is meant."""
        found = self.bank.find_waiting(said)
        self.slots |= {"payment": str(found.id), "phone": found.phone, "amount": str(found.amount)}
        self.slots["until"] = found.expires_at.isoformat()

    def take_back(self, _: str) -> None:
        """Take it back."""
        self.bank.take_back(self.slots["payment"])
