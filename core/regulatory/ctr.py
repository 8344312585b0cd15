"""The cash transaction report: a week's days on which a customer's cash reached the threshold.

goAML tells of transactions: each day that is reported stands in it with all of its cash.
"""

from core.crm.calendar import Calendar
from core.regulatory import cash, facts, payments
from core.regulatory.cash import Threshold
from core.regulatory.facts import Facts
from core.regulatory.periods import Period
from core.store.unit import Unit

ACTION = "Reported as cash of a day that reaches the threshold. No suspicion is meant."


def gathered(unit: Unit, period: Period, threshold: Threshold, at: Calendar) -> Facts:
    """Return all that goes into a country's report of a week; no transactions where none is told.

    ``at`` is the country's calendar.

    :raises NoRateKnown: if cash of a day cannot be valued
    """
    moves = cash.moved(unit, period, at.country)
    rates = cash.rates_of(unit, period, at) if moves else {}
    days = cash.reached(moves, rates, threshold)
    who = facts.entity(unit, at.country)
    found = payments.posted(unit, [one.id for day in days for one in day.moves])
    return {
        "type": "ctr",
        "entity": who,
        "threshold": {"currency": threshold.currency, "amount": str(threshold.amount)},
        "rates": {str(day.day): facts.rates(rates[day.day]) for day in days},
        "days": [
            {
                "customer": str(one.customer),
                "day": str(one.day),
                "worth": f"{float(one.worth):.2f}",
                "moves": len(one.moves),
            }
            for one in days
        ],
        "customers": facts.customers(unit, {owner for one in found for owner in one.owners}),
        "transactions": payments.told(found, rates, at, currency=who["currency"]),
        "reason": (
            "Cash of one customer on one day of at least"
            f" {threshold.currency} {threshold.amount:,} or its equivalent"
        ),
        "action": ACTION,
    }
