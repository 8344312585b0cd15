"""The counter for money that comes in."""

from uuid import UUID

from core import phone
from core.crm.customers import people
from core.deposits import asking
from core.deposits.asking import Deposit
from core.deposits.ways import MOBILE
from core.money import Money
from core.standing import Standing


class DepositsCounter(Standing):
    """What is asked at the counter about paying in."""

    @property
    def mobile_money(self) -> str:
        """What the mobile money of the customer's country is called; empty where none pays in."""
        known = MOBILE.get(self.country)
        return known.name if known else ""

    @property
    def paying_phone(self) -> str:
        """The customer's own number (E.164); empty where they gave it up."""
        if self.has_number:
            return self._visitor.address
        return people(self._unit, [self._me])[self._me].phone or ""

    @property
    def account_no(self) -> str:
        """The number of the account that money comes into unless told otherwise."""
        number: str = self._unit.value(
            "select account_no from wallets where wallet_id = %(wallet)s", wallet=self._wallet
        )
        return number

    def read_paying_phone(self, text: str) -> str:
        """Return the number (E.164) that is to be prompted.

        :raises NotAPhone: if it is none
        """
        return phone.parse(text, self.country)

    def shown_phone(self, number: str) -> str:
        """Return a number (E.164) as it is shown: masked."""
        return phone.mask(number)

    def check_deposit(self, amount: Money, *, by_card: bool) -> None:
        """Refuse an amount early that could not be paid in now.

        :raises DepositTooSmall: if it is less than the partner takes
        :raises DepositTooLarge: if it is more
        :raises WholeAmount: if mobile money would take a part of a main unit
        :raises OverCeiling: if the customer may not hold that much
        :raises AccountFrozen: if the wallet may not take
        """
        asking.require_possible(
            self._unit,
            wallet=self._wallet,
            amount=amount,
            country=self.country,
            way="card" if by_card else "mobile",
        )

    def ask_deposit(self, amount: Money, *, effect_id: UUID, payer: str = "") -> Deposit:
        """Have an amount collected, once however often the effect is asked for.

        The ``payer`` (E.164) is prompted; without one a page for a card is made, and the customer
        is told where it is. Raises what ``core.deposits.asking.ask`` does.
        """
        return asking.ask(
            self._unit,
            id=effect_id,
            customer=self._me,
            wallet=self._wallet,
            country=self.country,
            amount=amount,
            channel=self.channel,
            phone=payer or None,
        )


__all__ = ["DepositsCounter"]
