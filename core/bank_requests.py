"""The counter for requests: asking others for money, and answering who asks."""

from collections.abc import Iterable
from uuid import UUID

from core.crm import customers
from core.money import Money
from core.standing import Standing
from core.transfers import blocks, request_endings, requests
from core.transfers.people import PersonGone
from core.transfers.requests import MoneyRequest

MOST_SHOWN = 9
LONGEST_NUMBER = 3


class RequestsCounter(Standing):
    """What is asked at the counter about requests for money."""

    def request_money(self, *, of: str, amount: Money, note: str = "") -> MoneyRequest:
        """Ask somebody for money, and tell them.

        :raises TooManyRequests: if the customer asked this often already
        :raises RequestNotTaken: if they take no requests from the customer
        """
        return requests.ask(
            self._unit,
            asker=self._me,
            asked=UUID(of),
            amount=amount,
            note=note,
        )

    def requests_to_me(self) -> list[MoneyRequest]:
        """Return what the customer is asked for, the newest first, at most nine."""
        return requests.waiting_for(self._unit, self._me, limit=MOST_SHOWN)

    def requests_of_mine(self) -> list[MoneyRequest]:
        """Return what the customer asks others for, the newest first, at most nine."""
        return requests.made_by(self._unit, self._me, limit=MOST_SHOWN)

    def find_request(self, said: str) -> MoneyRequest:
        """Return what the customer is asked for, by its number or its id.

        :raises UnknownRequest: if there is nothing open under it
        """
        if said.isdecimal() and len(said) <= LONGEST_NUMBER:
            return requests.numbered(self._unit, self._me, int(said))
        return _by_id(self.requests_to_me(), said)

    def find_my_request(self, said: str) -> MoneyRequest:
        """Return what the customer asks of others, by its id or its number.

        :raises UnknownRequest: if there is nothing open under it
        """
        mine = self.requests_of_mine()
        same = [one for one in mine if str(one.number) == said]
        return same[0] if len(same) == 1 else _by_id(mine, said)

    def decline_request(self, request: str) -> None:
        """Decline what the customer is asked for, and tell who asked.

        :raises UnknownRequest: if the customer is not asked so
        :raises RequestClosed: if it has ended otherwise
        """
        request_endings.decline(self._unit, UUID(request), customer=self._me)

    def cancel_request(self, request: str) -> None:
        """Take back what the customer asked for.

        :raises UnknownRequest: if they asked for no such thing
        :raises RequestClosed: if it has ended otherwise
        """
        request_endings.cancel(self._unit, UUID(request), customer=self._me)

    def block_asker(self, request: str) -> None:
        """Decline a request, and take no more from whoever made it.

        :raises UnknownRequest: if the customer is not asked so
        :raises RequestClosed: if it has ended otherwise
        """
        request_endings.decline(self._unit, UUID(request), customer=self._me)
        blocks.block(self._unit, self._me, request_endings.lock(self._unit, UUID(request)).asker)

    def blocked_askers(self) -> list[tuple[str, str]]:
        """Return the id and masked name of whom the customer takes no requests from."""
        ids = blocks.blocked(self._unit, self._me, limit=MOST_SHOWN)
        known = customers.people(self._unit, ids) if ids else {}
        return [(str(one), known[one].masked_name) for one in ids]

    def unblock_asker(self, asker: str) -> str:
        """Take requests from somebody again, and return their masked name.

        :raises PersonGone: if they are not blocked
        """
        blocked = dict(self.blocked_askers())
        if asker not in blocked:
            raise PersonGone
        blocks.unblock(self._unit, self._me, UUID(asker))
        return blocked[asker]


def _by_id(found: Iterable[MoneyRequest], said: str) -> MoneyRequest:
    for one in found:
        if str(one.id) == said:
            return one
    raise requests.UnknownRequest


__all__ = ["MoneyRequest", "RequestsCounter"]
