"""Watching by the scheduler: days that are over, one after the other, each in a unit of its own.

With each day the drift of the model is measured; where it is too far, compliance gets a letter.
"""

from collections.abc import Sequence

import structlog

from bot.house import House
from core.access import staff
from core.aml import casework
from core.store import mail
from core.store.engine import open_engine
from core.store.unit import Unit, open_unit
from core.watch import drift, run
from core.watch.drift import Drift

MOST_DAYS = 31
"""Gone through in one sweep; whoever was away for longer has the rest done by the next."""
STATEMENT_MS = 300_000
"""A day of a large bank is looked through by few statements, and nobody waits for them."""

log = structlog.get_logger()


def sweep(house: House) -> int:
    """Go through the days that are over and were not gone through; return how many."""
    engine = open_engine(
        house.settings.database_url, name="wekeza-watch", pool=1, statement_ms=STATEMENT_MS
    )
    try:
        for done in range(MOST_DAYS):
            with open_unit(
                engine,
                keys=house.keys,
                now=house.now(),
                new_id=house.new_id,
                correlation=str(house.new_id()),
            ) as unit:
                day = run.next_day(unit)
                if day is None:
                    return done
                told = run.watch(unit, day)
                far = [one for one in drift.measure(unit, day) if one.is_too_far]
                if far:
                    _write(unit, house, far)
            # How many were found of what tells nobody of whom; the log is read by many.
            log.info("day watched", day=day.isoformat(), movements=told.movements)
    finally:
        engine.dispose()
    return MOST_DAYS


def _write(unit: Unit, house: House, far: Sequence[Drift]) -> None:
    """Owe everybody who works on investigations a letter about a model that judges the unknown."""
    for officer in casework.officers(unit):
        member = staff.get(unit, officer)
        words = house.words(member.languages[0] if member.languages else "en", "mail")
        facts = {
            "name": member.name,
            "link": f"{house.settings.public_base_url}/desk/compliance",
            "model": far[0].model,
            "day": far[0].day.isoformat(),
            "features": ", ".join(f"{one.feature} {one.psi:f}" for one in far),
        }
        mail.queue(
            unit,
            to=member.email,
            subject=words.say("mail", "model_drift_subject", facts),
            body=words.say("mail", "model_drift_body", facts),
        )
