"""Billers as they are compared with the lists: they are who a bill is paid to.

One that is added is compared by the chore, and again with every list. Nothing is stopped by it: a
biller is under contract, and compliance has it taken off the list that customers are shown.
"""

from core.screening.party import Party
from core.screening.screen import counterparty_id, screen
from core.store.unit import Unit


def compare_new(unit: Unit, *, most: int) -> int:
    """Compare billers that nobody has compared yet, some of them; return how many."""
    rows = unit.all(
        """
        select biller_id, name, country from billers where party_id is null and active
        order by biller_id limit %(most)s
        """,
        most=most,
    )
    for row in rows:
        party = Party("organisation", row.name, country=row.country)
        id_ = counterparty_id(unit, None, party)
        screen(unit, party, subject="counterparty", subject_id=id_, why="biller_added")
        unit.run(
            "update billers set party_id = %(party)s where biller_id = %(id)s",
            party=id_,
            id=row.biller_id,
        )
    return len(rows)
