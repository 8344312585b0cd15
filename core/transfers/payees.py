"""Payees: customers by their id, as far as whoever pays them may know them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from core.crm import customers
from core.crm.customers import Payee, Person
from core.store.unit import Unit
from core.transfers import people

JUST_PAID = timedelta(minutes=30)
"""For how long somebody who was paid may be saved with one tap."""
LATELY = 50
"""How many payments back somebody was paid lately."""


def find(unit: Unit, customer: UUID, *, currency: str) -> Payee | None:
    """Return a customer by id, and whether they take a currency; None when they left."""
    row = unit.maybe(
        """
        select exists(
            select from wallets w where w.user_id = c.id and w.currency = %(currency)s
                and w.status <> 'closed') as takes
        from customers c where c.id = %(customer)s and c.is_active
        """,
        customer=customer,
        currency=currency,
    )
    if row is None:
        return None
    known = customers.people(unit, [customer])[customer]
    return Payee(customer, known.masked_name, known.masked_phone, row.takes)


def takes(unit: Unit, customer: UUID) -> list[str]:
    """Return the currencies a customer may be paid in, the one they live in first."""
    rows = unit.all(
        """
        select w.currency from wallets w join customers c on c.id = w.user_id
        where c.id = %(customer)s and c.is_active and w.status <> 'closed'
        group by w.currency, c.home_currency order by w.currency <> c.home_currency, w.currency
        """,
        customer=customer,
    )
    return [row.currency for row in rows]


def paid_lately(unit: Unit, customer: UUID, *, limit: int) -> list[Payee]:
    """Return whom a customer paid last and has not saved, newest first."""
    return [_payee(one, person) for one, person in _lately(unit, customer, limit=limit)]


def named_lately(unit: Unit, customer: UUID, said: str) -> tuple[list[Payee], list[Payee]]:
    """Return whom of those a customer means by a name: who has it, and whose is like it.

    The name is compared with their own, which whoever paid them may know; it is shown masked.
    """
    known = _lately(unit, customer, limit=LATELY)
    named = [one for one in known if people.is_called(one[1].name, said)]
    alike = [one for one in known if people.is_like(one[1].name, said) and one not in named]
    return [_payee(*one) for one in named], [_payee(*one) for one in alike]


def _payee(customer: UUID, person: Person) -> Payee:
    return Payee(customer, person.masked_name, person.masked_phone, takes=True)


def _lately(unit: Unit, customer: UUID, *, limit: int) -> list[tuple[UUID, Person]]:
    """Return whom a customer paid last and has not saved, and who they are, newest first."""
    found: Sequence[UUID] = [
        row.id
        for row in unit.all(
            """
            select p.id
            from (
                select to_customer as id, max(created_at) as at
                from (
                    select to_customer, created_at from transfers
                    where from_customer = %(customer)s
                    order by created_at desc, id desc limit %(lately)s
                ) t
                group by to_customer
            ) p join customers c on c.id = p.id and c.is_active
            where not exists(select from beneficiaries b
                where b.customer_id = %(customer)s and b.payee = p.id)
            order by p.at desc, p.id limit %(limit)s
            """,
            customer=customer,
            lately=LATELY,
            limit=limit,
        )
    ]
    if not found:
        return []
    known = customers.people(unit, found)
    return [(one, known[one]) for one in found]


def just_paid(unit: Unit, customer: UUID) -> UUID | None:
    """Return whom a customer paid last, if that was just now and they are not saved."""
    found: UUID | None = unit.value(
        """
        select t.to_customer
        from (select to_customer, created_at from transfers
              where from_customer = %(customer)s order by created_at desc, id desc limit 1) t
        where t.created_at > %(since)s and not exists(select from beneficiaries b
            where b.customer_id = %(customer)s and b.payee = t.to_customer)
        """,
        customer=customer,
        since=unit.now - JUST_PAID,
    )
    return found
