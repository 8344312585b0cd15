"""What the bank has decided of knowing its customers: figures that stand in tables, not here."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Literal
from uuid import UUID

from core.store.unit import Unit

Figure = Literal[
    "authenticity_least",
    "face_least",
    "notice_days",
    "address_days",
    "rejected_days",
    "asked_again_most",
]


def figure(unit: Unit, name: Figure) -> Decimal:
    """Return one of the figures of ``kyc_policy``."""
    value: Decimal = unit.value("select value from kyc_policy where name = %(name)s", name=name)
    return value


def days(unit: Unit, name: Figure) -> int:
    """Return a figure that is a number of days, or of times."""
    return int(figure(unit, name))


def before(unit: Unit, name: Figure) -> datetime:
    """Return the moment so many days ago."""
    return unit.now - timedelta(days=days(unit, name))


def looked_at_again(unit: Unit, customer: UUID) -> date:
    """Return when a customer who is approved today is looked at anew, by the risk they are."""
    years: int = unit.value(
        """
        select p.years from customers c
            join kyc_periods p on p.risk = coalesce(c.risk_profile, 'Medium')
        where c.id = %(customer)s
        """,
        customer=customer,
    )
    return in_years(unit.now.date(), years)


def in_years(day: date, years: int) -> date:
    """Return the same day so many years later; of a leap day, the day before the first of March."""
    there = partial(date, day.year + years, day.month)
    try:
        return there(day.day)
    except ValueError:
        return there(day.day - 1)


def reasons(unit: Unit) -> tuple[str, ...]:
    """Return the codes by which a person may turn a document down."""
    rows = unit.all("select code from kyc_reasons where not ours order by code")
    return tuple(row.code for row in rows)
