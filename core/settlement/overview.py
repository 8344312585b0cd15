"""Payments that leave as those see them who look after the bank: nothing that is sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.money import Money
from core.settlement.store import UnknownPayout
from core.store.unit import Row, Unit

STATUSES = (
    "held", "queued", "sent", "accepted", "settled", "returning", "returned", "failed", "cancelled",
)  # fmt: skip
MOST_LISTED = 500
_WAITS = {"review": "liquidity"}
"""What is told as something else: that a person looks at a payment only compliance may know."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a payment stands."""

    id: UUID
    reference: str
    status: str
    waits_for: str
    rail: str
    bank_id: str
    amount: Money
    fee: Money
    made_at: datetime
    due_at: datetime | None
    expected_by: datetime
    clearing: str | None
    in_clearing: Money
    reason_code: str | None
    returned: Money
    ended_at: datetime | None


def waits_for(what: str | None) -> str:
    """Return what a payment waits for, as it is told to its payer and to whoever serves them."""
    return _WAITS.get(what or "", what or "")


_STANDING = """
select settlement_id, reference, status, waits_for, rail, bank_id, amount, currency, fee,
    "timestamp" as made_at, due_at, expected_by, clearing, in_clearing, reason_code, returned,
    ended_at
from settlements
"""


def listed(
    unit: Unit, *, status: str | None = None, rail: str | None = None, most: int = 50
) -> list[Standing]:
    """Return payments, the newest first, at most 500; without a status those not ended yet."""
    rows = unit.all(
        f"""
        {_STANDING}
        where (status = %(status)s or %(status)s::text is null and ended_at is null)
            and (%(rail)s::text is null or rail = %(rail)s)
        order by "timestamp" desc, settlement_id desc limit %(most)s
        """,
        status=status,
        rail=rail,
        most=min(most, MOST_LISTED),
    )
    return [_standing(row) for row in rows]


def found(unit: Unit, reference: str) -> Standing:
    """Return the payment of a reference.

    :raises UnknownPayout: if there is none
    """
    row = unit.maybe(
        f"{_STANDING} where reference = upper(%(reference)s)", reference=reference.strip()
    )
    if row is None:
        raise UnknownPayout
    return _standing(row)


def history(unit: Unit, settlement: UUID) -> list[dict[str, Any]]:
    """Return what happened to a payment, in order."""
    rows = unit.all(
        """
        select seq, at, event, was, status, rail, code, facts, order_id from settlement_events
        where settlement_id = %(id)s order by seq limit 1000
        """,
        id=settlement,
    )
    names = ("seq", "at", "event", "was", "status", "rail", "code", "facts", "order_id")
    return [dict(zip(names, row, strict=True)) for row in rows]


def decisions(unit: Unit, settlement: UUID) -> list[dict[str, Any]]:
    """Return why each route of a payment was taken, with every rail that was looked at."""
    rows = unit.all(
        """
        select at, chosen, why, candidates from route_decisions
        where settlement_id = %(id)s order by at, decision_id limit 100
        """,
        id=settlement,
    )
    return [dict(zip(("at", "chosen", "why", "candidates"), row, strict=True)) for row in rows]


def _standing(row: Row) -> Standing:
    currency = row.currency
    return Standing(
        id=row.settlement_id,
        reference=row.reference,
        status=row.status,
        waits_for=waits_for(row.waits_for),
        rail=row.rail,
        bank_id=row.bank_id,
        amount=Money(row.amount, currency),
        fee=Money(row.fee, currency),
        made_at=row.made_at,
        due_at=row.due_at,
        expected_by=row.expected_by,
        clearing=row.clearing,
        in_clearing=Money(row.in_clearing, currency),
        reason_code=row.reason_code,
        returned=Money(row.returned, currency),
        ended_at=row.ended_at,
    )
