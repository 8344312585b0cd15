"""What goes into a report, as plain JSON: whom it is from, customers as they are known, payments.

Everything is written down here once, when the report is prepared. What comes of it is made of these
facts alone.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from core import phone
from core.money import DIGITS, Money
from core.regulatory.cash import Rates, worth
from core.regulatory.kinds import CountryDoesNotReport
from core.store.unit import Row, Unit

Facts = dict[str, Any]
_SEALED = ("first_name", "last_name", "phone_number", "date_of_birth", "id_number")


def entity(unit: Unit, country: str) -> Facts:
    """Return who reports in a country, to whom, in which currency and time, with its codes.

    :raises CountryDoesNotReport: if nothing is reported there
    """
    row = unit.maybe(
        """
        select e.country, e.authority, e.rentity_id, e.rentity_branch, e.reporter, e.institution,
            e.swift, e.address, e.city, n.currency, c.zone
        from regulatory_entities e join countries n on n.code = e.country
            join calendars c on c.country = e.country
        where e.country = %(country)s and e.reports
        """,
        country=country,
    )
    if row is None:
        raise CountryDoesNotReport(country=country)
    codes = unit.all(
        "select what, code from regulatory_codes where country = %(country)s order by what",
        country=country,
    )
    return {**row._asdict(), "codes": {one.what: one.code for one in codes}}


def customers(unit: Unit, ids: Collection[UUID]) -> Facts:
    """Return customers as they are known now, in clear, with their accounts; by their ids."""
    rows = unit.all(
        """
        select id, first_name, last_name, phone_number, date_of_birth, id_number, country,
            created_at
        from customers where id = any(%(ids)s) order by id
        """,
        ids=list(ids),
    )
    accounts = unit.all(
        """
        select owner, account_no, currency, status, opened_at from ledger_accounts
        where owner = any(%(ids)s) and kind = 'wallet' order by owner, opened_at, account_no
        """,
        ids=list(ids),
    )
    return {
        str(row.id): {
            **_person(unit, row),
            "country": row.country,
            "since": row.created_at.isoformat(),
            "accounts": [
                {
                    "number": one.account_no,
                    "currency": one.currency,
                    "status": one.status,
                    "opened": one.opened_at.isoformat(),
                }
                for one in accounts
                if one.owner == row.id
            ],
        }
        for row in rows
    }


def _person(unit: Unit, row: Row) -> Facts:
    """Return who somebody is, in clear, and what numbers like theirs begin with."""
    clear = {name: _clear(unit, row, name) for name in _SEALED}
    return {**clear, "phone_prefix": phone.prefix(clear["phone_number"])}


def _clear(unit: Unit, row: Row, column: str) -> str:
    value = getattr(row, column)
    if value is None:
        return ""
    return unit.keys.open(bytes(value), field=f"customers.{column}", row=row.id)


def money(amount: Money) -> Facts:
    """Return an amount as a report keeps it: main units, written out."""
    digits = DIGITS[amount.currency]
    return {"amount": f"{amount.major:.{digits}f}", "currency": amount.currency}


def local(amount: Money, currency: str, rates: Rates) -> str:
    """Return what an amount is worth in the report's currency, rounded half up to its digits."""
    value = worth(amount, currency, rates)
    scale = 10 ** DIGITS[currency]
    minor = (2 * value.numerator * scale + value.denominator) // (2 * value.denominator)
    return f"{Decimal(minor) / scale:.{DIGITS[currency]}f}"


def rates(given: Rates) -> Mapping[str, str]:
    """Return rates as a report keeps them."""
    return {currency: str(rate) for currency, rate in sorted(given.items())}
