"""Netting windows: payments of a rail between two cut-offs, and what each bank is owed for them.

EFT leaves when its window closes. PAPSS leaves at once and is netted afterwards, at 11:00 UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.crm.calendar import Calendar
from core.money import Money
from core.settlement import hours
from core.settlement.rails import Rail
from core.store.unit import Unit

SENDING = timedelta(minutes=30)
"""How long after its cut-off a window's payments may still be sent; then they take the next one."""
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a rail. ``status``: open, closed."""

    id: UUID
    rail: str
    currency: str
    cutoff_at: datetime
    settles_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Position:
    """What a bank is owed for the payments of a window, less what came back of them."""

    bank_id: str
    out_count: int
    out: Money
    back_count: int
    back: Money

    @property
    def net(self) -> Money:
        """What we pay the bank; below zero, what it pays us."""
        return self.out - self.back


def window_of(unit: Unit, rail: Rail, days: Calendar, moment: datetime) -> UUID | None:
    """Return the window that a payment of a moment belongs to, made at need; None without any."""
    if not rail.cutoffs:
        return None
    cutoff = hours.next_cutoff(rail, days, moment)
    unit.run(
        """
        insert into netting_windows (window_id, rail, currency, cutoff_at, settles_at)
        values (%(id)s, %(rail)s, %(currency)s, %(cutoff)s, %(settles)s)
        on conflict (rail, cutoff_at) do nothing
        """,
        id=unit.new_id(),
        rail=rail.rail,
        currency=rail.currency,
        cutoff=cutoff,
        settles=hours.settled_at(rail, days, cutoff),
    )
    found: UUID = unit.value(
        "select window_id from netting_windows where rail = %(rail)s and cutoff_at = %(cutoff)s",
        rail=rail.rail,
        cutoff=cutoff,
    )
    return found


def leaving(unit: Unit, window: UUID) -> Window | None:
    """Return a window whose payments leave now: past its cut-off, and not for too long."""
    found = _windows(
        unit,
        "window_id = %(window)s and status = 'open' and cutoff_at between %(since)s and %(now)s",
        window=window,
        since=unit.now - SENDING,
        now=unit.now,
    )
    return found[0] if found else None


def close_due(unit: Unit) -> list[Window]:
    """Close the windows that are over, net them per bank, and return them.

    What those payments come to later changes nothing in it: a late return is netted by the other
    side in a window of its own.
    """
    over = _windows(
        unit,
        """window_id in (
            select window_id from netting_windows where status = 'open' and cutoff_at < %(until)s
            order by cutoff_at limit %(most)s for update skip locked)""",
        until=unit.now - SENDING,
        most=MOST_AT_ONCE,
    )
    if not over:
        return []
    ids = [one.id for one in over]
    unit.run(
        """
        insert into netting_positions (window_id, bank_id, out_count, out_amount, back_count,
            back_amount)
        select window_id, bank_id, out_count, out_amount, back_count, back_amount from netting_due
        where window_id = any(%(ids)s)
        """,
        ids=ids,
    )
    unit.run(
        """
        update netting_windows set status = 'closed', closed_at = %(now)s
        where window_id = any(%(ids)s)
        """,
        ids=ids,
        now=unit.now,
    )
    return over


def positions(unit: Unit, window: Window) -> Sequence[Position]:
    """Return what each bank is owed for a closed window, by bank."""
    rows = unit.all(
        """
        select bank_id, out_count, out_amount, back_count, back_amount from netting_positions
        where window_id = %(window)s order by bank_id
        """,
        window=window.id,
    )
    return [
        Position(
            row.bank_id,
            row.out_count,
            Money(row.out_amount, window.currency),
            row.back_count,
            Money(row.back_amount, window.currency),
        )
        for row in rows
    ]


def _windows(unit: Unit, where: str, **facts: object) -> list[Window]:
    rows = unit.all(
        f"""
        select window_id, rail, currency, cutoff_at, settles_at, status from netting_windows
        where {where} order by cutoff_at
        """,
        **facts,
    )
    return [Window(*tuple(row)) for row in rows]
