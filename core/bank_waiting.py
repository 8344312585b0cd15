"""The counter for money that waits for somebody who has not joined yet."""

from dataclasses import dataclass
from uuid import UUID

from core import phone
from core.standing import Standing
from core.transfers import waiting, waiting_endings
from core.transfers.waiting import SentWaiting, UnknownWaiting, Waiting


@dataclass(frozen=True, slots=True)
class Invited:
    """A number that money may wait for."""

    id: str
    """What stands for whoever will have it."""
    phone: str
    """Masked."""


class WaitingCounter(Standing):
    """What is asked at the counter about money that waits."""

    def invite(self, number: str) -> Invited:
        """Return a number (E.164) that nobody here has as one that money may wait for.

        :raises NumberNotServed: if the bank is not in its country
        """
        waiting.require_served(number)
        return Invited(str(waiting.stands_for(self._unit, number)), phone.mask(number))

    def waiting_payments(self) -> list[Waiting]:
        """Return the customer's payments that still wait, the newest first, at most nine."""
        return waiting.waiting_of(self._unit, self._me)

    def find_waiting(self, said: str) -> Waiting:
        """Return one of them by its id or its reference.

        :raises UnknownWaiting: if none waits under it
        """
        for one in self.waiting_payments():
            if said == str(one.id) or said.upper() == one.reference:
                return one
        raise UnknownWaiting

    def take_back(self, payment: str) -> None:
        """Take back a payment that still waits.

        :raises UnknownWaiting: if it is none of theirs
        :raises WaitingOver: if it has ended otherwise
        """
        waiting_endings.cancel(self._unit, UUID(payment), payer=self._me)


__all__ = ["Invited", "SentWaiting", "Waiting", "WaitingCounter"]
