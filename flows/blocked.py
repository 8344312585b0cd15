"""Blocked: whose requests for money the customer takes no more, and may take again."""

from collections.abc import Mapping
from typing import ClassVar

from flows.picking import Listed
from flows.story import Ask, Become, End, Flow, Prove

MOST_SHOWN = 9


class Blocked(Flow):
    """Show who was blocked; picking one lets them ask again."""

    name = "blocked"

    steps = (
        Prove("unlock"),
        Ask("list", lists="askers"),
        End("unblocked"),
        End("nobody"),
        Become("reset_pin"),
    )

    paths = (
        # when         at       go to        if             unless first do
        ("open",       "start",  "unlock",    None,          "trusted"),
        ("open",       "start",  "list",      "has_blocked"),
        ("open",       "start",  "nobody"),
        ("proven",     "unlock", "list",      "has_blocked"),
        ("proven",     "unlock", "nobody"),
        ("answer",     "list",   "unblocked", None,          None, "unblock"),
        ("pin_locked", "unlock", "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"unblock"})
    long = frozenset({"list"})

    widest: ClassVar[Mapping[str, object]] = {
        "askers": {str(n): {"name": f"M***a N***{n}"} for n in range(MOST_SHOWN)},
        "name": "M***a N***a",
    }

    @property
    def has_blocked(self) -> bool:
        """Whether anybody is blocked."""
        return bool(self.bank.blocked_askers())

    def askers(self) -> Listed:
        """Return who is blocked."""
        return {key: {"name": name} for key, name in self.bank.blocked_askers()}

    def unblock(self, said: str) -> None:
        """Let them ask again."""
        self.slots["name"] = self.bank.unblock_asker(said)
