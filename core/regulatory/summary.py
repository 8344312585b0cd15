"""The monthly summary of compliance: how much was suspected, looked into and told, and in time."""

import json
from datetime import datetime, time, timedelta

from core.access.actors import Actor
from core.aml import figures
from core.crm.calendar import Calendar
from core.regulatory import cash, facts, reported
from core.regulatory.facts import Facts
from core.regulatory.periods import Period
from core.store.unit import Unit


def gathered(unit: Unit, actor: Actor, period: Period, at: Calendar) -> Facts:
    """Return all that goes into a country's summary of a month: figures, and nobody's name.

    Suspicions and those who joined are counted where they bank, cash where it was handled. ``at``
    is the country's calendar.
    """
    since = datetime.combine(period.begins, time(), at.zone)
    until = datetime.combine(period.ends + timedelta(days=1), time(), at.zone)
    moves = cash.moved(unit, period, at.country)
    totals: dict[str, int] = {}
    for one in moves:
        totals[one.amount.currency] = totals.get(one.amount.currency, 0) + one.amount.minor
    return {
        "type": "summary",
        "entity": facts.entity(unit, at.country),
        "suspicions": figures.month(unit, actor, country=at.country, since=since, until=until),
        "reports": reported.between(unit, actor, country=at.country, since=since, until=until),
        "customers": {
            "joined": unit.value(
                "select count(*) from customers where created_at >= %(since)s"
                " and created_at < %(until)s and country = %(country)s",
                since=since,
                until=until,
                country=at.country,
            ),
        },
        "cash": {
            "movements": len(moves),
            "customers": len({one.customer for one in moves}),
            "minor_units": dict(sorted(totals.items())),
        },
    }


def rendered(given: Facts) -> bytes:
    """Return the summary as JSON in UTF-8, made of these facts alone."""
    told = {name: given[name] for name in ("suspicions", "reports", "customers", "cash")}
    who = {name: given["entity"][name] for name in ("institution", "authority", "country")}
    whole = {"period": given["period"], "reference": given["reference"], "from": who, **told}
    return (json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
