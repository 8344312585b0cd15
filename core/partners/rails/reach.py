"""How a rail's switch is reached, whether over HTTP or, in a simulation, in the same process.

What the methods raise says what is certain: `core.partners.wire.NotReached`, nothing has left;
`Turned`, the call was not taken; `core.partners.wire.NoAnswer`, nobody knows.
"""

from typing import Protocol

from core.iso.messages import CreditTransfer, Initiation, Party, Returned, Status


class Turned(Exception):
    """The switch would not take a call: it went no further than its door.

    ``code`` is a word of ours for why; ``again`` says that the same call may be taken later.
    """

    def __init__(self, code: str, words: str = "", *, again: bool = False) -> None:
        super().__init__(f"{code} {words}".strip())
        self.code, self.words, self.again = code, words, again


class Reach(Protocol):
    """The way to one switch. Every method raises `NotReached`, `NoAnswer` or `Turned`.

    An answer that cannot be read is none: `NoAnswer`.
    """

    def pay(self, payment: CreditTransfer, *, seconds: float) -> Status | None:
        """Instruct a payment; return how it stands, or None when it was merely taken."""

    def hand_in(self, file: Initiation, *, seconds: float) -> None:
        """Hand in a file of payments; each has a status of its own later."""

    def status(self, end_to_end: str, *, seconds: float) -> Status | None:
        """Return how a payment of ours stands, or None when the switch never saw it."""

    def give_back(self, told: Returned, *, seconds: float) -> Status | None:
        """Give a payment back that came to us; return as `pay` does."""

    def returned(self, number: str, *, seconds: float) -> Returned | None:
        """Return a return by its id, theirs or ours, or None when there is none."""

    def incoming(self, number: str, *, seconds: float) -> CreditTransfer | None:
        """Return a payment to one of our customers by its id, or None when there is none."""

    def holder(self, at: Party, *, seconds: float) -> str | None:
        """Return whose an account is, in full, or None when there is no such account."""
