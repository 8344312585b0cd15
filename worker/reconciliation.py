"""Reconciliation by the scheduler: files fetched from rails that offer them, and a run over it all.

Fetching is outside any unit; each file is taken in by a unit of its own, and a run is one unit. So
whatever dies leaves nothing half, and what could not be had now is asked for again.
"""

import structlog

from bot.house import House
from core.access.actors import SYSTEM
from core.errors import Refusal
from core.partners.rails.rail import Rail
from core.partners.rails.reach import Turned
from core.partners.wire import NoAnswer, NotReached
from core.recon import imports, run
from core.recon.run import Outcome
from core.recon.wanted import Teller, Wanted, wanted
from core.store.engine import open_engine
from core.store.unit import open_unit

FETCH_SECONDS = 30.0
MOST_FILES = 50
"""Fetched from one partner in one sweep."""
STATEMENT_MS = 60_000
"""A day of a large bank is matched by few statements, and nobody waits for them."""

log = structlog.get_logger()


def sweep(house: House) -> Outcome:
    """Fetch what rails tell of the days that have ended, and set the book against all there is."""
    for name, partner in house.partners.items():
        if isinstance(partner, Rail) and isinstance(partner.reach, Teller):
            fetch(house, name, partner.reach)
    return reconcile(house)


def fetch(house: House, partner: str, teller: Teller) -> int:
    """Fetch a partner's files that have not come yet and take them in; return how many came."""
    with house.unit() as unit:
        missing = wanted(unit, partner)
    return sum(_take_in(house, partner, teller, one) for one in missing[:MOST_FILES])


def reconcile(house: House) -> Outcome:
    """Run once over everything that has come in."""
    engine = open_engine(
        house.settings.database_url,
        name="wekeza-reconciliation",
        pool=1,
        statement_ms=STATEMENT_MS,
    )
    try:
        with open_unit(
            engine,
            keys=house.keys,
            now=house.now(),
            new_id=house.new_id,
            correlation=str(house.new_id()),
        ) as unit:
            done = run.reconcile(unit, by="scheduler")
    finally:
        engine.dispose()
    if done.run is not None:
        log.info("reconciled", matched=done.matched, opened=dict(done.opened), ended=done.resolved)
    return done


def _take_in(house: House, partner: str, teller: Teller, one: Wanted) -> bool:
    facts = {"partner": partner, "kind": one.kind, "day": one.day.isoformat()}
    try:
        content = (
            teller.report(one.day, seconds=FETCH_SECONDS)
            if one.kind == "report"
            else teller.statement(one.day, one.currency, seconds=FETCH_SECONDS)
        )
    except (NotReached, NoAnswer, Turned) as error:
        log.info("file not there", **facts, error=str(error))
        return False
    try:
        with house.unit() as unit:
            imports.take_in(unit, SYSTEM, content, partner=partner, on=one.day)
    except Refusal as refused:
        # It is asked for again, and people hear of it until somebody looks into it.
        log.warning("file refused", **facts, code=refused.code, why=refused.facts)
        return False
    return True
