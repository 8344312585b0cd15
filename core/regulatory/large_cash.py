"""The list of large cash: a month's days on which a customer's cash was large, as CSV."""

import csv
import io

from core.crm.calendar import Calendar
from core.regulatory import cash, facts
from core.regulatory.cash import Threshold
from core.regulatory.facts import Facts
from core.regulatory.periods import Period
from core.store.unit import Unit

COLUMNS = (
    "day", "customer", "first_name", "last_name", "id_number", "direction", "amount", "currency",
    "day_worth", "reference", "till", "at",
)  # fmt: skip


def gathered(unit: Unit, period: Period, threshold: Threshold, at: Calendar) -> Facts:
    """Return all that goes into a country's list of a month; ``at`` is its calendar.

    :raises NoRateKnown: if cash of a day cannot be valued
    """
    moves = cash.moved(unit, period, at.country)
    rates = cash.rates_of(unit, period, at) if moves else {}
    days = cash.reached(moves, rates, threshold)
    return {
        "type": "large_cash",
        "entity": facts.entity(unit, at.country),
        "threshold": {"currency": threshold.currency, "amount": str(threshold.amount)},
        "customers": facts.customers(unit, {one.customer for one in days}),
        "lines": [
            {
                "day": str(day.day),
                "customer": str(day.customer),
                "direction": "in" if one.incoming else "out",
                **facts.money(one.amount),
                "day_worth": f"{threshold.currency} {float(day.worth):.2f}",
                "reference": one.reference,
                "till": one.till,
                "at": one.at.isoformat(),
            }
            for day in days
            for one in day.moves
        ],
    }


def rendered(given: Facts) -> bytes:
    """Return the list as CSV in UTF-8, made of these facts alone."""
    into = io.StringIO()
    writer = csv.DictWriter(into, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for line in given["lines"]:
        known = given["customers"][line["customer"]]
        names = {name: known[name] for name in ("first_name", "last_name", "id_number")}
        writer.writerow({name: (line | names)[name] for name in COLUMNS})
    return into.getvalue().encode()
