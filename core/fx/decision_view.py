"""The log of decisions, page by page, and one decision with the quote or the trade it led to."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from core.access.actors import Actor
from core.errors import DeskRefusal
from core.fx.decisions import CHOSEN, MOST_LISTED, Decision
from core.fx.position_view import PERMISSION
from core.money import Money
from core.store.unit import Row, Unit

KINDS = ("quote", "hedge")
OUTCOMES = (CHOSEN, "refused")
Outcome = Literal["", "chosen", "refused"]


class UnknownDecision(DeskRefusal):
    """There is no such decision."""

    code = "unknown_decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The quote a decision led to. Nothing here says whose it was."""

    sell: Money
    """What leaves the wallet for the exchange, the fee apart."""
    buy: Money
    mid: Decimal
    provider_rate: Decimal
    rate: Decimal
    spread: Money
    fee: Money
    markup_bps: Decimal
    lock_seconds: int
    status: str
    """open, used or unused."""
    channel: str
    created_at: datetime
    expires_at: datetime


def page(
    unit: Unit,
    actor: Actor,
    *,
    kind: str = "",
    outcome: str = "",
    after: UUID | None = None,
    limit: int = 50,
) -> list[Decision]:
    """Return decisions, the newest first; ``after`` is the last one of the page before.

    ``kind`` is quote or hedge, ``outcome`` chosen or refused; empty is any.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    where = "true"
    if kind:
        where += " and kind = %(kind)s"
    if outcome:
        where += f" and outcome {'=' if outcome == CHOSEN else '<>'} '{CHOSEN}'"
    if after is not None:
        where += " and (at, id) < (select at, id from fx_decisions where id = %(after)s)"
    rows = unit.all(
        f"""
        select {_COLUMNS} from fx_decisions where {where}
        order by at desc, id desc limit %(limit)s
        """,
        kind=kind,
        after=after,
        limit=max(1, min(limit, MOST_LISTED)),
    )
    return [_decision(row) for row in rows]


def find(unit: Unit, actor: Actor, decision: UUID) -> Decision:
    """Return one decision.

    :raises Forbidden: if their role does not look after the house
    :raises UnknownDecision: if there is none of that id
    """
    actor.require(PERMISSION)
    row = unit.maybe(f"select {_COLUMNS} from fx_decisions where id = %(id)s", id=decision)
    if row is None:
        raise UnknownDecision
    return _decision(row)


def quoted(unit: Unit, decision: Decision) -> Quoted | None:
    """Return the quote that came of a decision; None when none did."""
    row = unit.maybe(
        """
        select currency_from, amount_from, currency_to, amount_to, mid, provider_rate, rate, spread,
            fee, markup_bps, lock_seconds, status, channel, created_at, expires_at
        from fx_quotes where quote_id = %(id)s
        """,
        id=decision.subject,
    )
    if row is None:
        return None
    return Quoted(
        sell=Money(row.amount_from, row.currency_from),
        buy=Money(row.amount_to, row.currency_to),
        mid=row.mid,
        provider_rate=row.provider_rate,
        rate=row.rate,
        spread=Money(row.spread, row.currency_to),
        fee=Money(row.fee, row.currency_from),
        markup_bps=row.markup_bps,
        lock_seconds=row.lock_seconds,
        status=row.status,
        channel=row.channel,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


_COLUMNS = """id, at, kind, subject_id, currency_from, currency_to, side, amount, mid, outcome,
    route, why, candidates"""


def _decision(row: Row) -> Decision:
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
