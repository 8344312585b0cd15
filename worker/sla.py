"""Watching the clocks of cases: warn in time, escalate what is late, close what stayed solved."""

from bot.house import House
from core.crm import case_sweep
from core.crm.case_sweep import Ticked


def tick(house: House) -> Ticked:
    """Do what is due now, and tell the desk's live pages which cases changed."""
    ticked = case_sweep.tick(house.unit)
    touched = {*ticked.late, *ticked.warned, *ticked.closed}
    for case in touched:
        house.tell(f"case:{case}")
    if touched:
        house.tell("queue")
    return ticked
