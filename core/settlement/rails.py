"""Rails: the ways for money to leave, as the tables of banks and rails tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from core.crm import calendar
from core.crm.calendar import Calendar
from core.money import Money
from core.store.unit import Row, Unit


@dataclass(frozen=True, slots=True)
class Rail:
    """A way for money to leave. Amounts are minor units of ``currency``."""

    rail: str
    name: str
    countries: frozenset[str]
    currency: str
    abroad: bool
    """Whether it carries only what leaves the payer's country."""
    least: int
    most: int | None
    step: int
    """Amounts are whole multiples of it."""
    calendar: str
    """The country whose time and business days count."""
    days: frozenset[int]
    """ISO weekdays: Monday is 1."""
    business_days: bool
    """Whether it is closed when its calendar is."""
    opens: time | None
    """Local time; None: open all day."""
    closes: time | None
    cutoffs: tuple[time, ...]
    """When its netting windows close, earliest first."""
    in_batches: bool
    """Whether a payment leaves when its window closes, rather than at once."""
    settles_days: int
    settles_at: time | None
    cost: int
    seconds: int
    reliability: int
    """Of a thousand payments, how many arrive at the first try."""
    clearing: str
    nostro: str
    partner: str
    is_open: bool

    @property
    def cap(self) -> Money | None:
        """The most one payment may carry."""
        return None if self.most is None else Money(self.most, self.currency)

    @property
    def floor(self) -> Money:
        """The least one payment must carry."""
        return Money(self.least, self.currency)


_COLUMNS = """rail, name, countries, currency, abroad, least, most, step, calendar, days,
    business_days, opens, closes, cutoffs, in_batches, settles_days, settles_at, cost, seconds,
    reliability, clearing, nostro, partner, is_open"""


def all_rails(unit: Unit) -> list[Rail]:
    """Return every rail there is, by name; a closed one too, so that a choice can tell of it."""
    return [_rail(row) for row in unit.all(f"select {_COLUMNS} from rails order by rail")]


def rail(unit: Unit, name: str) -> Rail:
    """Return the rail of that id."""
    return _rail(unit.one(f"select {_COLUMNS} from rails where rail = %(rail)s", rail=name))


def calendars(unit: Unit, rails: Sequence[Rail]) -> dict[str, Calendar]:
    """Return the calendars that rails keep, by country."""
    return calendar.load_all(unit, {one.calendar for one in rails})


def hour_price(unit: Unit, currency: str) -> Money:
    """Return what it is worth that a payment in a currency arrives an hour earlier."""
    price: int | None = unit.value(
        "select max(hour_price) from payout_countries where currency = %(currency)s",
        currency=currency,
    )
    return Money(price or 0, currency)


def _rail(row: Row) -> Rail:
    return Rail(
        rail=row.rail,
        name=row.name,
        countries=frozenset(row.countries),
        currency=row.currency,
        abroad=row.abroad,
        least=row.least,
        most=row.most,
        step=row.step,
        calendar=row.calendar,
        days=frozenset(row.days),
        business_days=row.business_days,
        opens=row.opens,
        closes=row.closes,
        cutoffs=tuple(sorted(row.cutoffs)),
        in_batches=row.in_batches,
        settles_days=row.settles_days,
        settles_at=row.settles_at,
        cost=row.cost,
        seconds=row.seconds,
        reliability=row.reliability,
        clearing=row.clearing,
        nostro=row.nostro,
        partner=row.partner,
        is_open=row.is_open,
    )
