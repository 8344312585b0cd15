"""What airtime can be bought: any amount between two limits, or data by the bundle."""

from dataclasses import dataclass

from core import phone
from core.errors import Refusal
from core.money import Money
from core.store.unit import Row, Unit

MOST_BUNDLES = 6


class AirtimeNotSold(Refusal):
    """No airtime is sold for that number from this wallet: another country or currency."""

    code = "airtime_not_sold"


class AirtimeAmount(Refusal):
    """The wholesaler takes no less and no more at once. Facts: ``least``, ``limit``."""

    code = "airtime_amount"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Data at a fixed price."""

    id: str
    price: Money
    megabytes: int
    validity: str
    """``Day``, ``Week`` or ``Month``."""


@dataclass(frozen=True, slots=True)
class Market:
    """Where airtime is sold, and how much at once."""

    country: str
    least: Money
    most: Money

    def check_amount(self, amount: Money) -> None:
        """Refuse an amount that the wholesaler does not take at once.

        :raises AirtimeAmount: if it is too little or too much
        """
        if amount < self.least or self.most < amount:
            raise AirtimeAmount(least=str(self.least), limit=str(self.most))


def market(unit: Unit, number: str, *, currency: str) -> Market:
    """Return where a number's airtime is sold, for a wallet in a currency.

    :raises AirtimeNotSold: if it is not, or in another currency
    """
    row = unit.maybe(
        """
        select country, least, most, currency from airtime_markets
        where country = %(country)s and currency = %(currency)s
        """,
        country=phone.country_of(number, ""),
        currency=currency,
    )
    if row is None:
        raise AirtimeNotSold
    return Market(row.country, Money(row.least, row.currency), Money(row.most, row.currency))


def bundles(unit: Unit, country: str) -> list[Bundle]:
    """Return the bundles sold in a country, the smallest first, at most six."""
    rows = unit.all(
        f"select {COLUMNS} from airtime_bundles where country = %(country)s and active"
        " order by place limit %(most)s",
        country=country,
        most=MOST_BUNDLES,
    )
    return [_bundle(row) for row in rows]


def bundle(unit: Unit, bundle_id: str, *, country: str) -> Bundle:
    """Return a bundle by its id.

    :raises AirtimeNotSold: if it is not sold there
    """
    row = unit.maybe(
        f"select {COLUMNS} from airtime_bundles"
        " where bundle_id = %(id)s and country = %(country)s and active",
        id=bundle_id,
        country=country,
    )
    if row is None:
        raise AirtimeNotSold
    return _bundle(row)


COLUMNS = "bundle_id, price, currency, megabytes, validity"


def _bundle(row: Row) -> Bundle:
    return Bundle(row.bundle_id, Money(row.price, row.currency), row.megabytes, row.validity)
