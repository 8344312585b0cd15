"""What is reported in which country: to whom, how often, from which worth on, how soon after.

The rows are the operator's. A country whose rows were not confirmed reports nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID

from core.errors import DeskRefusal
from core.regulatory.cash import Threshold
from core.regulatory.periods import Every
from core.store.unit import Unit

Type = Literal["ctr", "str", "large_cash", "summary"]
TYPES: tuple[Type, ...] = get_args(Type)
FORMATS: Mapping[Type, str] = {"ctr": "xml", "str": "xml", "large_cash": "csv", "summary": "json"}
MEDIA: Mapping[str, str] = {
    "xml": "application/xml",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


class CountryDoesNotReport(DeskRefusal):
    """Nothing is reported there: its rows were not confirmed, or there are none. Fact: ``country``.

    It is the country's code, as in ISO 3166.
    """

    code = "country_does_not_report"


@dataclass(frozen=True, slots=True)
class Country:
    """A country where the bank reports: its code, what it is called, and to whom."""

    code: str
    name: str
    authority: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What is reported in a country; ``days`` are working days after its time, None of a case."""

    type: Type
    every: Every
    days: int | None
    threshold: Threshold | None
    source: str

    @property
    def format(self) -> str:
        """What its file is, as its name ends."""
        return FORMATS[self.type]


def countries(unit: Unit) -> dict[str, Country]:
    """Return every country where the bank reports, by its code, in the order of their names."""
    rows = unit.all(
        """
        select e.country, n.name, e.authority
        from regulatory_entities e join countries n on n.code = e.country
        where e.reports order by n.name
        """
    )
    return {row.country: Country(row.country, row.name, row.authority) for row in rows}


def country_of(unit: Unit, customer: UUID) -> str:
    """Return the country where a customer banks."""
    country: str = unit.value("select country from customers where id = %(id)s", id=customer)
    return country


def kinds(unit: Unit, country: str) -> dict[str, Kind]:
    """Return every kind of report that a country asks for, by its type.

    From which worth on cash is reported is the law's (``reporting_thresholds``), or the bank's own.

    :raises CountryDoesNotReport: if nothing is reported there
    """
    rows = unit.all(
        """
        select k.type, k.every, k.days, k.source, coalesce(k.currency, t.currency) as currency,
            coalesce(k.amount, t.amount) as amount
        from regulatory_kinds k join regulatory_entities e using (country)
            left join reporting_thresholds t on t.country = k.country and k.type = 'ctr'
        where k.country = %(country)s and e.reports
        """,
        country=country,
    )
    if not rows:
        raise CountryDoesNotReport(country=country)
    return {
        row.type: Kind(
            type=row.type,
            every=row.every,
            days=row.days,
            threshold=None if row.amount is None else Threshold(row.currency, Decimal(row.amount)),
            source=row.source,
        )
        for row in rows
    }
