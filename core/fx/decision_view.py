"""The log of decisions, page by page, and one decision with the quote or the trade it led to."""

from typing import Literal
from uuid import UUID

from core.access.actors import Actor
from core.errors import DeskRefusal
from core.fx import quote_store
from core.fx.decisions import CHOSEN, MOST_LISTED, READ, Decision, read
from core.fx.position_view import PERMISSION
from core.fx.quote_store import Quote
from core.store.unit import Unit

KINDS = ("quote", "hedge")
OUTCOMES = (CHOSEN, "refused")
Outcome = Literal["", "chosen", "refused"]


class UnknownDecision(DeskRefusal):
    """There is no such decision."""

    code = "unknown_decision"


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
        select {READ} from fx_decisions where {where}
        order by at desc, id desc limit %(limit)s
        """,
        kind=kind,
        after=after,
        limit=max(1, min(limit, MOST_LISTED)),
    )
    return [read(row) for row in rows]


def find(unit: Unit, actor: Actor, decision: UUID) -> Decision:
    """Return one decision.

    :raises Forbidden: if their role does not look after the house
    :raises UnknownDecision: if there is none of that id
    """
    actor.require(PERMISSION)
    row = unit.maybe(f"select {READ} from fx_decisions where id = %(id)s", id=decision)
    if row is None:
        raise UnknownDecision
    return read(row)


def quoted(unit: Unit, decision: Decision) -> Quote | None:
    """Return the quote that came of a decision; None when none did. It does not say whose it is."""
    return None if decision.subject is None else quote_store.made(unit, decision.subject)
