"""Who is paid elsewhere and saved for another time, as they are compared with the lists.

A payment compares its payee when it is decided, and saves the destination afterwards. Both are one
party under one id, so what was decided of a hit holds for either. Whom a list names later is found
because saved payees are compared again whenever a list changes (`core.screening.rescreen`).
"""

from uuid import UUID

from core.screening.screen import counterparty_id, screen
from core.settlement import banks
from core.settlement.destinations import NAME, party_of
from core.store.unit import Unit


def compare(unit: Unit, customer: UUID, *, bank_id: str, name: str) -> UUID:
    """Compare a payee whom a customer saves; return the id that they were compared under.

    Nothing is refused: each payment to them is decided when it is made.
    """
    party = party_of(name=name, country=banks.country_there(unit, bank_id))
    id_ = counterparty_id(unit, customer, party)
    screen(
        unit, party, subject="counterparty", subject_id=id_, customer=customer, why="payee_saved"
    )
    return id_


def compare_saved(unit: Unit, *, most: int) -> int:
    """Compare saved destinations that nobody has compared yet, some of them; return how many."""
    rows = unit.all(
        """
        select customer_id, destination, bank_id, payee_name from payout_destinations
        where party_id is null limit %(most)s
        """,
        most=most,
    )
    for row in rows:
        key = f"{row.customer_id} {row.destination}"
        name = unit.keys.open(row.payee_name, field=NAME, row=key)
        unit.run(
            """
            update payout_destinations set party_id = %(party)s
            where customer_id = %(customer)s and destination = %(destination)s
                and payee_name = %(name)s
            """,
            party=compare(unit, row.customer_id, bank_id=row.bank_id, name=name),
            customer=row.customer_id,
            destination=row.destination,
            name=row.payee_name,
        )
    return len(rows)
