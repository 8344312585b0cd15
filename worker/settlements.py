"""Payments that leave: sent when hours, window and liquidity allow; windows and days closed.

What came of them is heard with the answers to orders; here is only what nobody else begins.
"""

from datetime import timedelta

import structlog

from bot.house import House
from core.errors import Refusal
from core.settlement import end_of_day, sending, store, windows

AT_ONCE = 100
"""Payments found in one look; each is sent in a unit of its own, so that one may break."""
MOST_ROUNDS = 20
BROKEN_AGAIN = timedelta(minutes=1)
"""When a payment that could not be sent for a fault of ours is tried again."""

log = structlog.get_logger()


def send(house: House) -> int:
    """Send what is due, or say what it waits for; return how many payments were looked at."""
    looked = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            due = store.due(unit, most=AT_ONCE)
        for settlement in due:
            try:
                with house.unit() as unit:
                    looked += sending.send_due(unit, settlement)
            except Exception:
                log.exception("a payment was not sent", settlement=str(settlement))
                with house.unit() as unit:
                    store.put_off(unit, settlement, until=unit.now + BROKEN_AGAIN)
        if len(due) < AT_ONCE:
            break
    if looked:
        house.tell("payouts")
    return looked


def close_windows(house: House) -> int:
    """Close netting windows that are over, and net them; return how many."""
    with house.unit() as unit:
        over = windows.close_due(unit)
    for window in over:
        log.info("netting window closed", rail=window.rail, cutoff=window.cutoff_at.isoformat())
    if over:
        house.tell("payouts")
    return len(over)


def end_days(house: House) -> int:
    """Close the days that have ended, country by country; return how many."""
    with house.unit() as unit:
        due = end_of_day.due(unit)
    closed = 0
    for country, day in due:
        try:
            with house.unit() as unit:
                end_of_day.close(unit, country, day, by="scheduler")
        except Refusal as refused:  # somebody else was quicker
            log.info("day not closed", country=country, day=str(day), code=refused.code)
            continue
        closed += 1
        log.info("day closed", country=country, day=str(day))
    if closed:
        house.tell("payouts")
    return closed
