"""What moved in a wallet lately, as its owner may read it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.ledger import book
from core.money import Money
from core.names import masked_name
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """One movement. ``amount`` is never negative; ``incoming`` says which way it went."""

    when: datetime
    amount: Money
    incoming: bool
    who: str
    """The masked name of the customer on the other side; empty when that is the bank."""
    type: str
    reference: str


def recent(unit: Unit, wallet: UUID, *, limit: int) -> list[Line]:
    """Return the last movements of a wallet, newest first, at most twenty."""
    lines = book.recent(unit, wallet, limit=limit)
    others = _others(unit, wallet, [line.transaction_id for line in lines])
    return [
        Line(
            when=line.when,
            amount=Money(abs(line.amount.minor), line.amount.currency),
            incoming=line.incoming,
            who=others.get(line.transaction_id, ""),
            type=line.type,
            reference=line.reference,
        )
        for line in lines
    ]


def _others(unit: Unit, wallet: UUID, transfers: list[UUID]) -> dict[UUID, str]:
    rows = unit.all(
        """
        select t.id, c.first_name, c.last_name
        from transfers t join customers c
            on c.id = case when t.from_wallet = %(wallet)s
                then t.to_customer else t.from_customer end
        where t.id = any(%(transfers)s)
        """,
        wallet=wallet,
        transfers=transfers,
    )
    return {row.id: masked_name(row.first_name, row.last_name) for row in rows}
