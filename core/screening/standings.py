"""Where a customer stands: looked up in every payment, judged anew when they or a list change."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.screening.party import Band, Party
from core.screening.screen import Verdict, screen
from core.store import personal
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What somebody may do while hits of a band are not decided; reading is never in question."""

    receives: bool
    sends: Literal["now", "waits", "never"]


def screen_customer(unit: Unit, customer: UUID, *, why: str) -> Verdict:
    """Compare a customer with every list, as they are on record now, and write down how they stand.

    Whoever changes a customer's name, day of birth or country calls it in the same unit.
    """
    return screen(
        unit,
        party_of(unit, customer),
        subject="customer",
        subject_id=customer,
        customer=customer,
        why=why,
    )


def standing(unit: Unit, customer: UUID) -> Band:
    """Return how a customer stands. Against one who was never compared nothing is known."""
    band: Band | None = unit.value(
        "select band from screening_standings where customer_id = %(customer)s", customer=customer
    )
    return band or "clear"


def meanwhile(unit: Unit, band: Band) -> Meanwhile:
    """Return what somebody of a band may do."""
    row = unit.one("select receives, sends from screening_meanwhile where band = %(b)s", b=band)
    return Meanwhile(row.receives, row.sends)


def party_of(unit: Unit, customer: UUID) -> Party:
    """Return a customer as they are compared."""
    row = unit.one(
        "select first_name, last_name, date_of_birth, country from customers where id = %(id)s",
        id=customer,
    )
    first, last = personal.names(unit.keys, customer, row.first_name, row.last_name)
    born = personal.born(unit.keys, customer, row.date_of_birth)
    return Party("person", f"{first} {last}", born, row.country)
