"""What every partner looks like to the bank, whatever it speaks over the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID

from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused, Unclear
from core.partners.orders import Order


class Partner(Protocol):
    """A firm outside. Its methods are called outside any transaction and never raise.

    They take no longer than ``seconds``. An order's id makes it one order there too: sent again, it
    is still done once.
    """

    @property
    def name(self) -> str:
        """The key of its orders, such as ``mpesa``."""

    def send(
        self, order: Order, *, seconds: float
    ) -> Accepted | Done | Refused | Unclear | NotSent:
        """Ask for an order, once."""

    def query(
        self, order: Order, *, seconds: float
    ) -> Accepted | Done | Refused | NotKnown | Unclear | NotSent:
        """Ask how an order stands that was sent; what it says is what really happened."""


@runtime_checkable
class Filing(Protocol):
    """A partner that takes many orders in one call: a file.

    Each is an order of its own all the same: asked once, and asked after until it is certain.
    """

    @property
    def name(self) -> str:
        """The key of its orders."""

    @property
    def filed(self) -> str:
        """The action of the orders that leave in files."""

    @property
    def most_in_a_file(self) -> int:
        """How many orders leave in one call; as many answers are noted while leases last."""

    def send_all(
        self, orders: Sequence[Order], *, seconds: float
    ) -> Sequence[Accepted | Done | Refused | Unclear | NotSent]:
        """Ask for orders of that action, once; return an answer to each, in their order."""


class Call(Protocol):
    """A webhook call of a partner's, stripped of any web framework: `channels.message.Hook`."""

    @property
    def url(self) -> str:
        """The public address that was called."""

    @property
    def form(self) -> Mapping[str, tuple[str, ...]]:
        """The fields of a form."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, their names in lower case."""

    @property
    def body(self) -> bytes:
        """What came over the wire."""

    @property
    def secret(self) -> str:
        """The secret in the path, if any."""

    @property
    def remote(self) -> str:
        """The network address it came from."""


class NotGenuine(Exception):
    """A call does not come from the partner: its signature or secret is wrong."""


class Unreadable(Exception):
    """A genuine call that is none of those the partner is known to make."""


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of news in a call. It is never believed: it makes the bank ask.

    News of an order names it by ``order`` (ours) or ``reference`` (the partner's). News of money
    that nobody ordered has a ``verify``: the body of an order that asks whether it is true.
    """

    notice: str
    """What the partner calls this news; the same each time it is delivered."""
    order: UUID | None = None
    reference: str = ""
    verify: Mapping[str, str] | None = field(default=None, repr=False)
    subject: str = "receipt"
    """Whose the ``verify`` order is: ``receipt`` for money in, ``return`` for money back."""


@runtime_checkable
class Hearing(Protocol):
    """A partner that calls us."""

    @property
    def name(self) -> str:
        """The key of its orders; calls come to ``/webhooks/payments/<name>``."""

    @property
    def thanks(self) -> str:
        """What it expects to be answered, as JSON; empty for nothing."""

    def hear(self, call: Call) -> Sequence[Told]:
        """Return what a call tells.

        :raises NotGenuine: if it is not the partner's
        :raises Unreadable: if it cannot be read
        """
