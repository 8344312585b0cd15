"""EFT: payments handed to the clearing house as files, cleared net, settled on the next day.

A window's payments leave together. The house gives this partner as many orders at once as are due,
and they make one file (pain.001); the file is taken or not, and each payment has its status later.
"""

from collections.abc import Sequence
from datetime import UTC
from uuid import NAMESPACE_OID, uuid5

from core.iso.messages import CreditTransfer, Initiation
from core.partners.answers import Accepted
from core.partners.orders import Order
from core.partners.rails.instructions import payment, settlement_day
from core.partners.rails.rail import FAILURES, Rail, Sent, failed

MOST_IN_A_FILE = 5000


class Eft(Rail):
    """EFT as a partner."""

    name = "eft"
    most_at_once = MOST_IN_A_FILE

    def send_all(self, orders: Sequence[Order], *, seconds: float) -> list[Sent]:
        """Ask for orders to ``pay`` in one file; return an answer to each.

        The file's id follows from its payments: the same orders make the same file.
        """
        try:
            self._hand_in([self._payment(one) for one in orders], seconds)
        except FAILURES as error:
            # One payment that no message carries must not keep the others here.
            if isinstance(error, KeyError | ValueError) and len(orders) > 1:
                return [self.send_all([one], seconds=seconds)[0] for one in orders]
            return [failed(error, one) for one in orders]
        return [Accepted() for _ in orders]

    def _pay(self, order: Order, seconds: float) -> Sent:
        return self.send_all([order], seconds=seconds)[0]

    def _payment(self, order: Order) -> CreditTransfer:
        return payment(order, us=self._us, on=settlement_day(self._clock().astimezone(UTC)))

    def _hand_in(self, payments: list[CreditTransfer], seconds: float) -> None:
        name = uuid5(NAMESPACE_OID, ":".join(one.id for one in payments)).hex
        file = Initiation(name, self._us, tuple(payments), self._clock())
        self.reach.hand_in(file, seconds=seconds)
