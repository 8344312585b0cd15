"""Limits that are lowered for a while: an owner whose trust is in doubt moves only part of them."""

from datetime import datetime
from uuid import UUID

from core.store.unit import Unit


def lower_limits(unit: Unit, owner: UUID, *, percent: int, until: datetime) -> None:
    """Let an owner spend only part of what their tier allows, by whatever operation, until then.

    What is lowered already stays so: the smaller part and the later end hold. ``percent`` is 1 to
    99. A payment over it is refused with the lowered limit and its end in the facts.
    """
    unit.value(
        "select ledger_lower_limits(%(owner)s, %(percent)s::smallint, %(until)s, %(now)s)",
        owner=owner,
        percent=percent,
        until=until,
        now=unit.now,
    )


def end_lowered(unit: Unit, *, most: int) -> int:
    """Forget what is over; return how many owners that was. Limits end by themselves, in time."""
    ended: int = unit.value("select ledger_end_lowered(%(now)s, %(most)s)", now=unit.now, most=most)
    return ended
