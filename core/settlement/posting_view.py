"""What the ledger has of a payment: every posting that carries its reference, leg by leg.

The ids of a payment's postings follow from its own (`core.settlement.postings`), so they are found
by their key: no index of the ledger is needed for it, and nothing is searched.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from core.access.actors import Actor
from core.money import Money
from core.settlement.payout_view import PERMISSION, Payout
from core.store.unit import Unit

FIRST = ("capture",)
LAST = ("settle", "take fee", "back in clearing")
FEES_OF_RETURN = ("return fee", "fee back")
MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a posting. An account is told by its kind, a customer's by ``wallet``."""

    at: datetime
    type: str
    debit: str
    """The account that gave."""
    credit: str
    amount: Money
    transaction: UUID


def postings(unit: Unit, actor: Actor, one: Payout) -> list[Leg]:
    """Return a payment's postings in the order they were made.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    rows = unit.all(
        """
        select t."timestamp" as at, t.type, t.transaction_id, d.leg, -d.amount as amount,
            da.currency, case when da.owner is null then da.kind else 'wallet' end as debit,
            case when ca.owner is null then ca.kind else 'wallet' end as credit
        from transactions t
        join ledger_entries d on d.transaction_id = t.transaction_id and d.amount < 0
        join ledger_entries c on c.transaction_id = t.transaction_id and c.leg = d.leg
            and c.amount > 0
        join ledger_accounts da on da.account_id = d.account_id
        join ledger_accounts ca on ca.account_id = c.account_id
        where t.transaction_id = any(%(ids)s)
        order by t."timestamp", array_position(%(ids)s, t.transaction_id), d.leg limit 1000
        """,
        ids=_ids(one),
    )
    return [
        Leg(
            row.at,
            row.type,
            str(row.debit),
            str(row.credit),
            Money(row.amount, row.currency),
            row.transaction_id,
        )
        for row in rows
    ]


def _ids(one: Payout) -> list[UUID]:
    """Return the ids of every posting a payment can have had by now, as they follow each other."""
    steps = [
        *FIRST,
        *(f"reroute attempt {n}" for n in range(1, one.attempts + 2)),
        *LAST,
        *(f"back {n}" for n in range(one.events + 1)),
        *FEES_OF_RETURN,
    ]
    return [uuid5(one.id, step) for step in steps[:MOST_STEPS]]
