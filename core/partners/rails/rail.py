"""One rail as a partner of the bank's: payments out, payments in, and what comes back of either."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from core.iso.messages import REJECTED, SETTLED, Party
from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused, Unclear
from core.partners.calling import Sent, sent
from core.partners.orders import Order
from core.partners.partner import Call, Told
from core.partners.rails import hearing
from core.partners.rails.instructions import (
    facts_of_incoming,
    facts_of_return,
    given_back,
    payment,
    settlement_day,
)
from core.partners.rails.reach import Reach, Turned
from core.partners.rails.verdicts import verdict
from core.partners.wire import NoAnswer, NotReached

BELIEVED_FOR = timedelta(minutes=15)
"""How long what a callback tells of may be unknown to the switch itself."""

FAILURES = (NotReached, NoAnswer, Turned, KeyError, ValueError)
"""How sending may fail. The last two: no message can carry the order, so none has left."""


class Rail:
    """A rail: asked to ``pay``, to ``verify`` what it told of, and to ``return`` what came.

    Facts of a payment that is done: ``amount``, ``settled_on``. Of one that came and of one that
    came back: see `instructions`.
    """

    name = "rail"
    thanks = ""

    def __init__(
        self, reach: Reach, *, us: Party, secret: str = "", clock: Callable[[], datetime]
    ) -> None:
        self.reach = reach
        self._us, self._secret, self._clock = us, secret, clock

    def send(self, order: Order, *, seconds: float) -> Sent:
        """Ask for an order, once. Never raises what the wire does."""
        try:
            return sent(self._send(order, seconds))
        except FAILURES as error:
            return failed(error, order)

    def query(self, order: Order, *, seconds: float) -> Sent | NotKnown:
        """Ask how an order stands that was sent."""
        try:
            return self._query(order, seconds)
        except NotReached as error:
            return NotSent(str(error))
        except (NoAnswer, Turned) as error:
            return Unclear(str(error))

    def hear(self, call: Call) -> Sequence[Told]:
        """Return what a call of the switch's tells.

        :raises core.partners.partner.NotGenuine: if it is not the switch's
        :raises core.partners.partner.Unreadable: if it cannot be read
        """
        return hearing.hear(call, secret=self._secret, now=self._clock())

    def _send(self, order: Order, seconds: float) -> Sent | NotKnown:
        match order.action:
            case "pay":
                return self._pay(order, seconds)
            case "verify":
                return self._verify(order, seconds)
            case "return":
                return self._give_back(order, seconds)
        return Refused("unsupported", order.action)

    def _query(self, order: Order, seconds: float) -> Sent | NotKnown:
        match order.action:
            case "pay":
                told = self.reach.status(order.body["end_to_end"], seconds=seconds)
                return NotKnown() if told is None else verdict(told, order)
            case "verify":
                return self._verify(order, seconds)
            case "return":
                kept = self.reach.returned(order.key, seconds=seconds)
                return NotKnown() if kept is None else Done(kept.id, {"amount": str(kept.amount)})
        return Refused("unsupported", order.action)

    def _pay(self, order: Order, seconds: float) -> Sent | NotKnown:
        on = settlement_day(self._clock())
        told = self.reach.pay(payment(order, us=self._us, on=on), seconds=seconds)
        return Accepted() if told is None else verdict(told, order)

    def _give_back(self, order: Order, seconds: float) -> Sent:
        back = given_back(order, on=settlement_day(self._clock()))
        told = self.reach.give_back(back, seconds=seconds)
        if told is None:
            return Accepted()
        if told.code in REJECTED:
            return Refused(told.reason, "", told.reference, told.words)
        if told.code in SETTLED:
            return Done(told.reference, {"amount": str(back.amount)})
        return Accepted(told.reference)

    def _verify(self, order: Order, seconds: float) -> Done | Refused | NotKnown:
        if back := order.body.get("return"):
            returned = self.reach.returned(back, seconds=seconds)
            if returned is not None:
                return Done(returned.id, facts_of_return(returned))
        else:
            came = self.reach.incoming(order.body["number"], seconds=seconds)
            if came is not None:
                return Done(came.id, facts_of_incoming(came, us=self._us))
        if self._clock() - order.created_at > BELIEVED_FOR:
            return Refused("not_found", "the switch knows of no such thing")
        return NotKnown()


def failed(error: Exception, order: Order) -> Refused | Unclear | NotSent:
    """Return what is certain about an order when sending it failed in one of the `FAILURES`.

    Turned away when it was asked before, it is not certain: the first call may have been taken.
    """
    match error:
        case NotReached():
            return NotSent(str(error))
        case Turned(again=True):
            return NotSent(str(error))
        case Turned() if order.attempts <= 1:
            return Refused(error.code, error.words)
        case NoAnswer() | Turned():
            return Unclear(str(error))
    return Refused("not_supported", str(error))
