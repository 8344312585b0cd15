"""What moved in a wallet lately, as its owner may read it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.ledger import book
from core.money import Money
from core.names import masked_name
from core.store.personal import names
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
    who = others(unit, wallet, [line.transaction_id for line in lines])
    return [
        Line(
            when=line.when,
            amount=Money(abs(line.amount.minor), line.amount.currency),
            incoming=line.incoming,
            who=who.get(line.transaction_id, ""),
            type=line.type,
            reference=line.reference,
        )
        for line in lines
    ]


def others(unit: Unit, wallet: UUID, transfers: list[UUID]) -> dict[UUID, str]:
    """Return who was on the other side of a wallet's transfers, masked, by their ids."""
    rows = unit.all(
        """
        select t.id, c.id as customer, c.first_name, c.last_name
        from transfers t join customers c
            on c.id = case when t.from_wallet = %(wallet)s
                then t.to_customer else t.from_customer end
        where t.id = any(%(transfers)s)
        union all
        select w.claim_id, c.id, c.first_name, c.last_name
        from waiting_transfers w join customers c on c.id = w.payer
        where w.claim_id = any(%(transfers)s)
        """,
        wallet=wallet,
        transfers=transfers,
    )
    return {
        row.id: masked_name(*names(unit.keys, row.customer, row.first_name, row.last_name))
        for row in rows
    }
