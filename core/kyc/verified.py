"""What is on a customer's record of who they are: taken over from a document they have shown."""

from uuid import UUID

from core.kyc.declared import Declared
from core.store import personal
from core.store.unit import Unit


def note(unit: Unit, customer: UUID, given: Declared) -> None:
    """Put the number and the birth date of a customer's document on their record.

    A number that is another customer's already stays theirs: whoever judges the document sees that.
    """
    unit.run(
        """
        update customers c set date_of_birth = coalesce(%(born)s, c.date_of_birth),
            updated_at = %(now)s, updated_by = 'kyc'
        where c.id = %(customer)s
        """,
        customer=customer,
        born=given.born
        and unit.keys.seal(f"{given.born}", field="customers.date_of_birth", row=customer),
        now=unit.now,
    )
    unit.run(
        """
        update customers c set id_number = %(number)s, id_number_index = %(index)s
        where c.id = %(customer)s and not exists (
            select from customers o
            where o.id_number_index = %(index)s and o.id <> c.id and o.is_active)
        """,
        customer=customer,
        number=unit.keys.seal(given.number, field="customers.id_number", row=customer),
        index=personal.id_number_token(unit.keys, given.country, given.number),
    )


def matches(unit: Unit, customer: UUID, given: Declared) -> bool:
    """Return whether a customer's record has the number and the day that they declare now."""
    row = unit.one(
        "select date_of_birth, id_number_index from customers where id = %(id)s", id=customer
    )
    born = personal.born(unit.keys, customer, row.date_of_birth)
    index = personal.id_number_token(unit.keys, given.country, given.number)
    return born == given.born and row.id_number_index == index
