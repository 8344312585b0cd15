"""The counter for documents: a statement of account, for days of the customer's choosing."""

from datetime import date
from uuid import UUID

from core.crm import own_email
from core.documents import orders, receipt, receipt_orders
from core.documents.orders import Carrier, Order
from core.documents.receipt import Payment
from core.documents.receipt_orders import ReceiptOrder
from core.errors import Refusal
from core.names import masked_email
from core.standing import Standing


class NoWayForFiles(Refusal):
    """No file reaches the customer just now."""

    code = "no_way_for_files"


class NoSuchPayment(Refusal):
    """The customer made or got no such payment lately."""

    code = "no_such_payment"


class DocumentsCounter(Standing):
    """What is asked at the counter about documents."""

    @property
    def today(self) -> date:
        """The day it is for the customer."""
        return orders.local_day(self._unit, self._me, self._unit.now)

    @property
    def may_have_document(self) -> bool:
        """Whether the customer may ask for one more today."""
        return orders.may_ask(self._unit, self._me)

    def carriers(self) -> tuple[Carrier, ...]:
        """Return the ways a file reaches the customer just now; there may be none."""
        ways: list[Carrier] = []
        if self._whatsapp() is not None:
            ways.append("whatsapp")
        if own_email.verified(self._unit, self._me):
            ways.append("mail")
        return tuple(ways)

    def mail_address(self) -> str:
        """Return the address the customer has shown to be theirs, masked; empty for none."""
        return masked_email(own_email.verified(self._unit, self._me) or "")

    def check_statement(self, wallet: str, since: date, until: date) -> None:
        """Refuse days early that no statement of a wallet (the default one if empty) can cover.

        :raises PeriodAhead: if the first has not come yet
        :raises PeriodBackwards: if the last comes before the first
        :raises PeriodTooLong: if there are more than thirteen months between them
        :raises TooManyMovements: if more has moved than one statement lists
        """
        orders.check(self._unit, self._me, wallet=self._meant(wallet), since=since, until=until)

    def order_statement(self, wallet: str, *, since: date, until: date, way: str = "") -> Carrier:
        """Have a statement made, and return how it goes to the customer.

        By ``way``, if it is open just now, else by the first that is. Raises what
        ``core.documents.orders.order`` does.

        :raises NoWayForFiles: if none is
        """
        carrier = self._carrier(way)
        orders.order(
            self._unit,
            Order(
                customer=self._me,
                wallet=self._meant(wallet),
                since=since,
                until=until,
                language=self.language,
                carrier=carrier,
                address=self._whatsapp() if carrier == "whatsapp" else None,
            ),
        )
        return carrier

    def payments_lately(self) -> list[Payment]:
        """Return the customer's last payments, in and out, the newest first; at most five."""
        return receipt.lately(self._unit, self._me)

    def find_payment(self, payment: str) -> str:
        """Return the id of one of those by its id or its reference.

        :raises NoSuchPayment: if it is none of them
        """
        for one in self.payments_lately():
            if payment == str(one.id) or payment.strip().upper() == one.reference:
                return str(one.id)
        raise NoSuchPayment

    def order_receipt(self, payment: str, *, way: str = "") -> Carrier:
        """Have a receipt of one of those made, and return how it goes to the customer.

        :raises NoSuchPayment: if it is none of them
        :raises NoWayForFiles: if no file reaches the customer just now
        :raises TooManyDocuments: if they had ten documents within a day
        """
        found = next((one for one in self.payments_lately() if str(one.id) == payment), None)
        if found is None:
            raise NoSuchPayment
        carrier = self._carrier(way)
        receipt_orders.order(
            self._unit,
            ReceiptOrder(
                customer=self._me,
                payment=found,
                language=self.language,
                carrier=carrier,
                address=self._whatsapp() if carrier == "whatsapp" else None,
            ),
        )
        return carrier

    def _carrier(self, way: str) -> Carrier:
        ways = self.carriers()
        if not ways:
            raise NoWayForFiles
        return next((one for one in ways if one == way), ways[0])

    def _meant(self, wallet: str) -> UUID:
        return UUID(wallet) if wallet else self._wallet

    def _whatsapp(self) -> str | None:
        if self.channel == "whatsapp":
            return orders.here(self._unit, self._visitor.address)
        return orders.whatsapp_of(self._unit, self._me)
