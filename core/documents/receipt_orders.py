"""Asking for a receipt: of which payment, in which language, and the way it goes."""

from dataclasses import dataclass
from uuid import UUID

from core.documents import orders
from core.documents.orders import MOST_A_DAY, Carrier, Order, TooManyDocuments
from core.documents.receipt import Payment
from core.store.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOrder:
    """A receipt to be made. ``address`` is the token of a WhatsApp address; None by mail."""

    customer: UUID
    payment: Payment
    language: str
    carrier: Carrier
    address: str | None = None


def order(unit: Unit, wanted: ReceiptOrder) -> str:
    """Have a receipt made, and return its document's number.

    :raises TooManyDocuments: if the customer had ten documents within a day
    """
    if not orders.may_ask(unit, wanted.customer):
        raise TooManyDocuments(most=str(MOST_A_DAY))
    payment = wanted.payment
    day = orders.local_day(unit, wanted.customer, payment.when)
    paper = Order(
        customer=wanted.customer,
        wallet=payment.wallet,
        since=day,
        until=day,
        language=wanted.language,
        carrier=wanted.carrier,
        address=wanted.address,
    )
    name = f"wekeza-receipt-{payment.reference}.pdf"
    return orders.write(unit, paper, kind="receipt", name=name, payment=payment.id)
