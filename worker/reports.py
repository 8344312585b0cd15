"""Preparing the reports that are due, and telling compliance of those that nearly are."""

from datetime import timedelta

import structlog

from bot.house import House
from core.access.actors import SYSTEM
from core.aml import filing as aml_filing
from core.crm import calendar
from core.errors import Refusal
from core.regulatory import filing, preparing
from core.regulatory.kinds import countries, kinds
from core.regulatory.periods import last_over
from core.regulatory.preparing import NothingToReport
from worker.alerts import write

TOLD_BEFORE = timedelta(hours=24)

log = structlog.get_logger()


def prepare(house: House) -> int:
    """Prepare what is over in each country and not prepared yet; return how many reports stand.

    Each is a unit of its own: one that cannot be made keeps no other waiting.
    """
    made = 0
    with house.unit() as unit:
        open_in = countries(unit)
        periods = [
            (country, kind.type, last_over(kind.every, unit.now, at).name)
            for country, at in calendar.load_all(unit, open_in).items()
            for kind in kinds(unit, country).values()
            if kind.every != "case"
        ]
        cases = aml_filing.owed(unit, SYSTEM)
    files, theirs = house.files("compliance"), house.settings.goaml_schema
    for country, kind, period in periods:
        try:
            with house.unit() as unit:
                preparing.for_period(
                    unit, SYSTEM, files, kind, period, country=country, theirs=theirs
                )
            made += 1
        except NothingToReport:
            continue
        except Refusal as refusal:
            log.warning(
                "report not prepared",
                country=country,
                kind=kind,
                period=period,
                error=refusal.code,
            )
    for case in cases:
        try:
            with house.unit() as unit:
                preparing.for_case(unit, SYSTEM, files, case, theirs=theirs)
            made += 1
        except Refusal as refusal:  # which one is nobody's to read in a log
            log.warning("report not prepared", kind="case", error=refusal.code)
    return made


def tick(house: House) -> int:
    """Prepare what is due and tell compliance of what is due within a day; return how many."""
    prepare(house)
    with house.unit() as unit:
        soon = filing.nearly_late(unit, within=TOLD_BEFORE)
        if soon:
            write(unit, house, reports=soon)
    if soon:
        house.tell("reports")
    return soon
