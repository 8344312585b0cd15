"""How a card moves from one status to another: along the table ``card_moves``, and no other way.

The database judges every move again and writes its event itself, so that none goes untold.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.access.audit import Doer
from core.cards.cards import Card, Status
from core.errors import Refusal
from core.store.unit import Unit

MOST_EVENTS = 100


class CardMoveRefused(Refusal):
    """A card that stands so cannot become that, or not by them. Facts: ``status``, ``to``."""

    code = "card_move_refused"


@dataclass(frozen=True, slots=True)
class Event:
    """One move of a card, as it was written down."""

    n: int
    """0 is the request, and has no status before it."""
    before: Status | None
    after: Status
    by_kind: Literal["customer", "staff", "system"]
    by: UUID | None
    why: str
    at: datetime


def move(unit: Unit, card: Card, to: Status, *, by: Doer, why: str) -> Card:
    """Move a card on and return it as it stands now. ``why`` is a word such as ``reported_lost``.

    Whoever moves it has it locked (`cards.locked`).

    :raises CardMoveRefused: if it cannot become that, or not by them, or was moved meanwhile
    """
    moved = unit.run(
        """
        update cards c set status = %(to)s, status_by_kind = %(kind)s, status_by = %(by)s,
            status_why = %(why)s, status_at = %(now)s
        from card_moves m
        where c.card_id = %(id)s and c.status = %(was)s and m.from_status = c.status
            and m.to_status = %(to)s and %(kind)s = any(m.who)
        """,
        id=card.id,
        was=card.status,
        to=to,
        kind=by.kind,
        by=by.id,
        why=why,
        now=unit.now,
    )
    if not moved:
        raise CardMoveRefused(status=card.status, to=to)
    return replace(
        card,
        status=to,
        status_by_kind=by.kind,
        status_by=by.id,
        status_why=why,
        status_at=unit.now,
        moves=card.moves + 1,
    )


def possible(unit: Unit, card: Card, *, by: Literal["customer", "staff", "system"]) -> set[Status]:
    """Return what a card may become now, by whom."""
    rows = unit.all(
        """
        select to_status from card_moves
        where from_status = %(status)s and %(by)s = any(who) limit 20
        """,
        status=card.status,
        by=by,
    )
    return {row.to_status for row in rows}


def history(unit: Unit, card: Card) -> list[Event]:
    """Return all that became of a card, the newest first, a hundred at most."""
    rows = unit.all(
        """
        select n, from_status, to_status, by_kind, by_id, why, at from card_events
        where card_id = %(id)s order by n desc limit %(most)s
        """,
        id=card.id,
        most=MOST_EVENTS,
    )
    return [Event(*tuple(row)) for row in rows]
