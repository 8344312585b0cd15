"""Asking a partner, for whoever writes one's client: by an order's action, and sure of failures."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused, Unclear
from core.partners.orders import Order
from core.partners.wire import NoAnswer, NotReached

Sent = Accepted | Done | Refused | Unclear | NotSent
"""What sending an order may be answered with."""
Asking = Callable[[Order, float], Sent | NotKnown]
"""Asks for an order, or after it, within so many seconds."""
Asked = ParamSpec("Asked")
Answered = TypeVar("Answered")


def certain(ask: Callable[Asked, Answered]) -> Callable[Asked, Answered | Unclear | NotSent]:
    """Have a call answer with what is certain when the wire fails it, instead of raising."""

    @wraps(ask)
    def asked(*args: Asked.args, **kwargs: Asked.kwargs) -> Answered | Unclear | NotSent:
        try:
            return ask(*args, **kwargs)
        except NotReached as error:
            return NotSent(str(error))
        except NoAnswer as error:
            return Unclear(str(error))

    return asked


def sent(told: Sent | NotKnown) -> Sent:
    """Return what an answer means to an order that was sent: there it cannot be unknown for good.

    Who only asks whether something is true may be the first to speak of it.
    """
    if isinstance(told, NotKnown):
        return Unclear("they do not know it yet", failure=False)
    return told


class ByAction:
    """A partner that is asked in another way for each action of an order."""

    def send(self, order: Order, *, seconds: float) -> Sent:
        """Ask for an order, once."""
        return sent(_ask(self._sends(), order, seconds))

    def query(self, order: Order, *, seconds: float) -> Sent | NotKnown:
        """Ask how an order stands that was sent."""
        return _ask(self._queries(), order, seconds)

    def _sends(self) -> Mapping[str, Asking]:
        raise NotImplementedError

    def _queries(self) -> Mapping[str, Asking]:
        raise NotImplementedError


@certain
def _ask(asks: Mapping[str, Asking], order: Order, seconds: float) -> Sent | NotKnown:
    asking = asks.get(order.action)
    return Refused("unsupported", order.action) if asking is None else asking(order, seconds)
