"""EFT: payments handed to the clearing house as files, cleared net, settled on the next day.

A window's payments leave together. The house gives this partner as many orders at once as are due,
and those of one window make one file (pain.001); a file is taken or not, and each payment has its
status later.
"""

from collections.abc import Sequence
from datetime import UTC
from itertools import groupby
from time import monotonic
from uuid import NAMESPACE_OID, UUID, uuid5

from core.iso.messages import CreditTransfer, Initiation
from core.partners.answers import Accepted, NotSent
from core.partners.calling import Sent
from core.partners.orders import Order
from core.partners.rails.instructions import payment, settlement_day
from core.partners.rails.rail import FAILURES, Rail, failed


class Eft(Rail):
    """EFT as a partner. A `core.partners.partner.Filing`: orders to ``pay`` leave in files."""

    name = "eft"
    filed = "pay"
    most_in_a_file = 500

    def send_all(self, orders: Sequence[Order], *, seconds: float) -> list[Sent]:
        """Ask for orders to ``pay``, in one file for each window; return an answer to each."""
        until = monotonic() + seconds
        told: dict[UUID, Sent] = {}
        for _, some in groupby(sorted(orders, key=_window), key=_window):
            told |= self._hand_in(list(some), until)
        return [told[one.id] for one in orders]

    def _pay(self, order: Order, seconds: float) -> Sent:
        return self.send_all([order], seconds=seconds)[0]

    def _hand_in(self, orders: list[Order], until: float) -> dict[UUID, Sent]:
        """Hand in a file, of which the payments that no message carries are left out."""
        left = until - monotonic()
        if left <= 0:
            return {one.id: NotSent("no time was left") for one in orders}
        try:
            self.reach.hand_in(self._file(orders), seconds=left)
        except FAILURES as error:
            if isinstance(error, KeyError | ValueError) and len(orders) > 1:
                # Nothing has left. Halves find the payment that keeps the others here.
                half = len(orders) // 2
                first = self._hand_in(orders[:half], until)
                return first | self._hand_in(orders[half:], until)
            return {one.id: failed(error, one) for one in orders}
        return {one.id: Accepted() for one in orders}

    def _file(self, orders: Sequence[Order]) -> Initiation:
        """Return the file of some orders; its id follows from them, so that it is made once."""
        payments = tuple(self._payment(one) for one in orders)
        name = uuid5(NAMESPACE_OID, ":".join(one.id for one in payments)).hex
        return Initiation(name, self._us, payments, self._clock())

    def _payment(self, order: Order) -> CreditTransfer:
        return payment(order, us=self._us, on=settlement_day(self._clock().astimezone(UTC)))


def _window(order: Order) -> str:
    return order.body.get("batch", "")
