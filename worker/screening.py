"""Screening by the scheduler: whoever was never compared, and everybody when a list has changed.

Payees who are saved, and billers, are compared as customers are.

Each step is a short unit of its own, and a run goes on where it was when it is killed. How long one
takes and what it found is counted by the gauges of ``/metrics``.
"""

from collections.abc import Callable
from functools import partial

import structlog

from bot.house import House
from core.bills import compared
from core.plans import plans
from core.screening import rescreen
from core.settlement import payees
from core.store.unit import Unit

log = structlog.get_logger()

MOST = 50
_NEW: tuple[Callable[[Unit], int], ...] = (
    rescreen.newcomers,
    partial(payees.compare_saved, most=MOST),
    partial(plans.compare_saved, most=MOST),
    partial(compared.compare_new, most=MOST),
)
"""Whoever was never compared: customers, payees who are saved, billers."""


def sweep(house: House) -> int:
    """Compare newcomers, mend what older rules made, forget, and do the run that is to be done.

    Return how many subjects were looked at.
    """
    seen = 0
    for compare in _NEW:
        while many := _done(house, compare):
            seen += many
    for tidy in (rescreen.renew_forms, rescreen.forget):
        while _done(house, tidy):
            pass
    with house.unit() as unit:
        run = rescreen.begin(unit)
    if run is None:
        return seen
    hits = 0
    for step in rescreen.steps(house.unit, run):
        seen += step.subjects
        hits += step.hits
    if hits:
        house.tell("hits")
    log.info("everybody screened again", run=str(run.id), subjects=seen, hits=hits)
    return seen


def _done(house: House, some: Callable[[Unit], int]) -> int:
    with house.unit() as unit:
        return some(unit)
