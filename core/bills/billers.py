"""Whom bills are paid to: found by name, and their account numbers read as they are printed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Refusal
from core.money import Money
from core.store.unit import Row, Unit

MOST_BILLERS = 9
"""Billers of a country that are shown; they fit one list."""
SHOWN_LAST = 4


class UnknownBiller(Refusal):
    """No biller of the customer's country is called so. Fact: ``said``."""

    code = "unknown_biller"


class BillAccountInvalid(Refusal):
    """The biller can have no such account. Fact: ``biller``."""

    code = "bill_account_invalid"


class BillAmount(Refusal):
    """The biller takes no less and no more at once. Facts: ``least``, ``limit``."""

    code = "bill_amount"


@dataclass(frozen=True, slots=True)
class Biller:
    """Somebody bills are paid to."""

    id: str
    name: str
    short_name: str
    country: str
    currency: str
    category: str
    code: str
    """What the partner calls it."""
    account: str
    """What its numbers are called: ``meter``, ``account``, ``card``, ``member``, ``pupil``."""
    pattern: str
    prepaid: bool
    """A token comes back, and nothing is ever owed."""
    least: Money
    most: Money

    def check_amount(self, amount: Money) -> None:
        """Refuse an amount that the biller does not take at once.

        :raises BillAmount: if it is too little or too much
        """
        if amount < self.least or self.most < amount:
            raise BillAmount(least=str(self.least), limit=str(self.most))

    def read_account(self, typed: str) -> str:
        """Return an account number as the biller writes it: no blanks or dashes, capitals.

        :raises BillAccountInvalid: if no account of it can have that number
        """
        number = re.sub(r"[\s\-./]", "", typed).upper()
        if not re.fullmatch(self.pattern, number):
            raise BillAccountInvalid(biller=self.short_name)
        return number


def of_country(unit: Unit, country: str) -> list[Biller]:
    """Return the billers of a country, in the order they are shown, at most nine."""
    rows = unit.all(
        f"select {COLUMNS} from billers where country = %(country)s and active"
        " order by place limit %(most)s",
        country=country,
        most=MOST_BILLERS,
    )
    return [_biller(row) for row in rows]


def biller(unit: Unit, biller_id: str) -> Biller:
    """Return a biller by its id.

    :raises UnknownBiller: if there is none that can be paid now
    """
    row = unit.maybe(
        f"select {COLUMNS} from billers where biller_id = %(id)s and active", id=biller_id
    )
    if row is None:
        raise UnknownBiller(said=biller_id[:40])
    return _biller(row)


def short_name(unit: Unit, biller_id: str) -> str:
    """Return what a biller is called on a small screen, also one that is paid no more."""
    name: str = unit.value("select short_name from billers where biller_id = %(id)s", id=biller_id)
    return name


def short_names(unit: Unit, biller_ids: Sequence[str]) -> dict[str, str]:
    """Return what billers are called on a small screen, also those that are paid no more."""
    rows = unit.all(
        "select biller_id, short_name from billers where biller_id = any(%(ids)s)",
        ids=list(biller_ids),
    )
    return {row.biller_id: row.short_name for row in rows}


def called(unit: Unit, said: str, *, country: str) -> Biller:
    """Return the biller of a country that somebody names: by id, or by a word of its name.

    :raises UnknownBiller: if none is called so
    """
    wanted = said.strip().casefold()
    known = of_country(unit, country)
    for one in known:
        if wanted in {one.id, one.name.casefold(), one.short_name.casefold()}:
            return one
    words = set(re.findall(r"\w+", wanted))
    for one in known:
        if words & set(re.findall(r"\w{3,}", f"{one.name} {one.short_name}".casefold())):
            return one
    raise UnknownBiller(said=said[:40])


def shown(account: str) -> str:
    """Return an account number with only enough left to recognise it."""
    return f"*{account[-SHOWN_LAST:]}"


COLUMNS = """biller_id, name, short_name, country, currency, category, code, account, pattern,
    prepaid, least, most"""


def _biller(row: Row) -> Biller:
    return Biller(
        id=row.biller_id,
        name=row.name,
        short_name=row.short_name,
        country=row.country,
        currency=row.currency,
        category=row.category,
        code=row.code,
        account=row.account,
        pattern=row.pattern,
        prepaid=row.prepaid,
        least=Money(row.least, row.currency),
        most=Money(row.most, row.currency),
    )
