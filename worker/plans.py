"""Pays the plans that are due, and tells of those that are due tomorrow.

Each due day is a unit of its own, so that one that breaks keeps no other waiting.
"""

from uuid import UUID

import structlog

from bot.house import House
from core.plans import run, telling

AT_ONCE = 100
MOST_ROUNDS = 20

log = structlog.get_logger()


def sweep(house: House) -> int:
    """Pay what is due, a bounded number each time; return how many days were dealt with."""
    dealt_with = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            due = run.due(unit, most=AT_ONCE)
        some = sum(_pay(house, plan) for plan in due)
        dealt_with += some
        if not some:
            break
    return dealt_with


def tell_ahead(house: House) -> int:
    """Tell customers of tomorrow's payments, a bounded number each time; return how many."""
    told = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            some = telling.tell_ahead(unit, most=AT_ONCE)
        told += some
        if some < AT_ONCE:
            break
    return told


def _pay(house: House, plan: UUID) -> bool:
    try:
        with house.unit() as unit:
            return run.pay(unit, plan)
    except Exception:
        log.exception("a plan is not paid", plan=str(plan))
        with house.unit() as unit:
            run.put_off(unit, plan)
        return False
