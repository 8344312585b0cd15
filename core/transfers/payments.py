"""The payments a customer made, one by one: what they may ask about later."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.crm import customers
from core.money import Money
from core.store.unit import Unit

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Payment:
    """Money a customer sent to another. ``name`` and ``phone`` of the recipient are masked."""

    id: UUID
    when: datetime
    amount: Money
    name: str
    phone: str
    reference: str


def sent_by(unit: Unit, customer: UUID, *, limit: int) -> list[Payment]:
    """Return the last payments a customer made, newest first; at most twenty."""
    rows = unit.all(
        """
        select id, to_customer, amount, currency, reference, created_at from transfers
        where from_customer = %(customer)s order by created_at desc, id desc limit %(limit)s
        """,
        customer=customer,
        limit=max(1, min(limit, MOST_LISTED)),
    )
    met = customers.people(unit, [row.to_customer for row in rows])
    payments = []
    for row in rows:
        payee = met[row.to_customer]
        payments.append(
            Payment(
                id=row.id,
                when=row.created_at,
                amount=Money(row.amount, row.currency),
                name=payee.masked_name,
                phone=payee.masked_phone if payee.phone else "",
                reference=row.reference,
            )
        )
    return payments


def is_party(unit: Unit, customer: UUID, payment: UUID) -> bool:
    """Return whether a customer sent or received a payment."""
    found: bool = unit.value(
        """
        select exists(select from transfers where id = %(payment)s
            and %(customer)s in (from_customer, to_customer))
        """,
        payment=payment,
        customer=customer,
    )
    return found
