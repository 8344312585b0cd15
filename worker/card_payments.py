"""What card payments need without anybody asking: ends, debts, what waits, and disputes."""

from collections.abc import Callable
from uuid import UUID

from bot.house import House
from core.cards import captures, debts, disputes, late_lines, reversals
from core.store.unit import Unit
from worker.rounds import in_rounds

MOST_AT_ONCE = 200
ONE_BY_ONE: tuple[Callable[[Unit], UUID | None], ...] = (
    debts.collect_due,
    captures.waiting_refund,
    disputes.look_after_due,
    late_lines.settle_one,
)
"""Each does what is due for one, in a unit of its own, and returns which; None when none is."""


def sweep(house: House) -> int:
    """Do all that is due; return how much that was."""
    done = in_rounds(
        house, lambda unit: len(reversals.expire_due(unit)), most=reversals.MOST_EXPIRED
    )
    for work in ONE_BY_ONE:
        for _ in range(MOST_AT_ONCE):
            with house.unit() as unit:
                if work(unit) is None:
                    break
            done += 1
    return done
