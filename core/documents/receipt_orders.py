"""Asking for a receipt: of which payment, in which language, and the way it goes."""

from dataclasses import dataclass
from uuid import UUID

from core.documents import orders
from core.documents.orders import KEPT_FOR, MOST_A_DAY, NAME, Carrier, TooManyDocuments
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
    document = unit.new_id()
    number = orders.number_of(document)
    name = f"wekeza-receipt-{wanted.payment.reference}.pdf"
    unit.run(
        """
        insert into documents (id, number, customer_id, kind, name, wallet_id, payment_id, since,
            until, language, carrier, address, due_at, correlation, created_at, expires_at)
        values (%(id)s, %(number)s, %(customer)s, 'receipt', %(name)s, %(wallet)s, %(payment)s,
            %(day)s, %(day)s, %(language)s, %(carrier)s, %(address)s, %(now)s, %(correlation)s,
            %(now)s, %(expires_at)s)
        """,
        id=document,
        number=number,
        customer=wanted.customer,
        name=unit.keys.seal(name, field=NAME, row=document),
        wallet=wanted.payment.wallet,
        payment=wanted.payment.id,
        day=orders.local_day(unit, wanted.customer, wanted.payment.when),
        language=wanted.language,
        carrier=wanted.carrier,
        address=wanted.address,
        correlation=unit.correlation,
        expires_at=unit.now + KEPT_FOR,
        now=unit.now,
    )
    return number
