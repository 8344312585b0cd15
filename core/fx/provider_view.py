"""Providers of liquidity as operations see them: state, last prices, how much is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from core.access.actors import Actor
from core.fx.position_view import PERMISSION
from core.fx.pricing import whole
from core.money import DIGITS, Money
from core.store.unit import Row, Unit

LOOKED_THROUGH = 200
"""Quotes, the latest, in which what a provider said last is looked for."""
MOST_PAIRS = 60
CLOSED = "market_closed"


@dataclass(frozen=True, slots=True)
class Offered:
    """What a provider offered for a pair when it was last asked, and what was traded of it."""

    pair: str
    rate: Decimal
    settles: int
    """Seconds until it delivers."""
    capacity: Money
    """How much of it the provider takes at once; in the currency that is sold to it."""
    used: Money
    """What was traded with it today, in the same currency."""

    @property
    def percent(self) -> int:
        """The share of its capacity that was traded today; above 100 when it gave more again."""
        return 0 if not self.capacity.minor else 100 * self.used.minor // self.capacity.minor


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider."""

    id: str
    name: str
    is_active: bool
    """Whether its prices are taken: switched by people."""
    availability: Decimal
    """The share of questions it answered lately, 0 to 1."""
    failures: int
    """Orders in a row that it gave no usable answer to."""
    open_until: datetime | None
    """Its circuit is open: no order is sent to it before then."""
    trouble: str
    """What was wrong when it last failed."""
    said: str
    """What became of its last price: ``chosen``, ``dearer``, ``market_closed`` …; empty: none."""
    said_at: datetime | None
    trades: int
    """Orders of the bank with it today, those it refused apart."""
    offers: Sequence[Offered]
    updated_at: datetime

    def is_away(self, now: datetime) -> bool:
        """Return whether its circuit is open at a moment."""
        return self.open_until is not None and self.open_until > now

    @property
    def is_closed(self) -> bool:
        """Whether it last said that it is outside of its hours."""
        return self.said == CLOSED


def providers(unit: Unit, actor: Actor, *, since: datetime) -> list[Provider]:
    """Return every provider, by name; ``since`` is when the day of trades began.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    rows = unit.all(_PROVIDERS, since=since, looked=LOOKED_THROUGH)
    return [_provider(row) for row in rows]


_PROVIDERS = """
with told as (
    select d.at, c.value as one
    from (select at, candidates from fx_decisions where kind = 'quote'
          order by at desc limit %(looked)s) d, jsonb_array_elements(d.candidates) c
), said as (
    select distinct on (1) one->>'provider' as provider, one->>'verdict' as said, at
    from told order by 1, at desc
), traded as (
    select provider_id, currency_from || '/' || currency_to as pair, count(*) as trades,
        sum(coalesce(sold, amount_from))::bigint as sold
    from fx_hedges where ordered_at >= %(since)s and status <> 'refused' group by 1, 2
), used as (
    select provider_id, sum(trades)::bigint as trades, jsonb_object_agg(pair, sold) as pairs
    from traded group by 1
)
select p.provider_id, p.name, p.is_active, p.availability, p.rates, p.updated_at,
    coalesce(h.failures, 0) as failures, h.open_until, coalesce(h.reason, '') as trouble,
    coalesce(s.said, '') as said, s.at as said_at, coalesce(u.trades, 0) as trades,
    coalesce(u.pairs, '{}') as pairs
from liquidity_providers p
left join partner_health h on h.partner = p.provider_id
left join said s on s.provider = p.provider_id
left join used u on u.provider_id = p.provider_id
order by p.provider_id limit 100
"""


def _provider(row: Row) -> Provider:
    return Provider(
        id=row.provider_id,
        name=row.name,
        is_active=row.is_active,
        availability=row.availability,
        failures=row.failures,
        open_until=row.open_until,
        trouble=row.trouble,
        said=row.said,
        said_at=row.said_at,
        trades=row.trades,
        offers=_offers(row.rates, row.pairs),
        updated_at=row.updated_at,
    )


def _offers(rates: Mapping[str, Sequence[Any]], used: Mapping[str, int]) -> list[Offered]:
    """Return what was offered, by pair; of a currency the bank does not count in, nothing."""
    found = []
    for pair, (rate, settles, capacity) in sorted(rates.items())[:MOST_PAIRS]:
        sell = pair.partition("/")[0]
        if sell in DIGITS:
            most = whole(Decimal(capacity), sell, ROUND_DOWN)
            taken = Money(used.get(pair, 0), sell)
            found.append(Offered(pair, Decimal(rate), int(settles), most, taken))
    return found
