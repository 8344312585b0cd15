"""The log of decisions: every candidate that was considered, and why one was chosen, or none.

Append-only. A refusal to quote is logged too, and stays although the effect it ended is undone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from core.errors import Refusal
from core.money import Money
from core.store.unit import Row, Unit, jsonb

CHOSEN = "chosen"
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, and of what."""

    id: UUID
    at: datetime
    kind: Literal["quote", "hedge"]
    subject: UUID | None
    """The quote or the hedge; None when none came of it."""
    sell: str
    buy: str
    side: Literal["sell", "buy"]
    amount: Money
    mid: Decimal | None
    outcome: str
    """``chosen``, or the code of the refusal."""
    route: str
    why: str
    candidates: Sequence[Mapping[str, Any]]
    """Each with its provider, what it offered, and what spoke against it."""


class Decided:
    """A refusal that a decision of ours ended in."""

    decision: Decision | None = None


def note(unit: Unit, decision: Decision) -> None:
    """Write a decision down; once, however often."""
    unit.run(
        f"insert into fx_decisions {COLUMNS} values {VALUES} on conflict (id) do nothing",
        **values(unit, decision),
    )


COLUMNS = """(id, at, kind, subject_id, currency_from, currency_to, side, amount, mid, outcome,
    route, why, candidates, correlation)"""
VALUES = """(%(d_id)s, %(d_at)s, %(d_kind)s, %(d_subject)s, %(d_sell)s, %(d_buy)s, %(d_side)s,
    %(d_amount)s, %(d_mid)s, %(d_outcome)s, %(d_route)s, %(d_why)s, %(d_candidates)s,
    %(d_correlation)s)"""


def values(unit: Unit, decision: Decision) -> dict[str, object]:
    """Return what ``VALUES`` needs, for a statement that writes a decision among other things."""
    return {
        "d_id": decision.id,
        "d_at": decision.at,
        "d_kind": decision.kind,
        "d_subject": decision.subject,
        "d_sell": decision.sell,
        "d_buy": decision.buy,
        "d_side": decision.side,
        "d_amount": decision.amount.minor,
        "d_mid": decision.mid,
        "d_outcome": decision.outcome,
        "d_route": decision.route,
        "d_why": decision.why,
        "d_candidates": jsonb(list(decision.candidates)),
        "d_correlation": unit.correlation,
    }


def keep(unit: Unit, refusal: Refusal) -> None:
    """Log what a refusal ended again, after the savepoint it was logged in was rolled back.

    Does nothing for a refusal that ended no decision here.
    """
    if isinstance(refusal, Decided) and refusal.decision is not None:
        note(unit, refusal.decision)


def listed(
    unit: Unit, *, subject: UUID | None = None, outcome: str | None = None, limit: int = 50
) -> list[Decision]:
    """Return the latest decisions, the newest first; of one quote or hedge, or of one outcome."""
    rows = unit.all(
        f"""
        select {READ} from fx_decisions
        where (%(subject)s::uuid is null or subject_id = %(subject)s)
            and (%(outcome)s::text is null or outcome = %(outcome)s)
        order by at desc, id desc limit %(limit)s
        """,
        subject=subject,
        outcome=outcome,
        limit=min(limit, MOST_LISTED),
    )
    return [read(row) for row in rows]


READ = """id, at, kind, subject_id, currency_from, currency_to, side, amount, mid, outcome, route,
    why, candidates"""


def read(row: Row) -> Decision:
    """Return the decision of a row that has the columns ``READ``."""
    return Decision(
        id=row.id,
        at=row.at,
        kind=row.kind,
        subject=row.subject_id,
        sell=row.currency_from,
        buy=row.currency_to,
        side=row.side,
        amount=Money(row.amount, row.currency_from if row.side == "sell" else row.currency_to),
        mid=row.mid,
        outcome=row.outcome,
        route=row.route,
        why=row.why,
        candidates=row.candidates,
    )
