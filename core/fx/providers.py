"""Providers of liquidity as the bank knows them: what each offered lately, how often it answers.

Kept by a chore from the log of decisions, so that whom to trade with can be told without asking.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from core.fx.routing import HOUR_BPS, UNRELIABLE_BPS
from core.partners import health
from core.store.unit import Unit

LOOKS_BACK = timedelta(minutes=30)
"""From how long ago on answers count."""
OFFERS_LAST = timedelta(days=3)
_BPS = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider offered for a pair when it was last asked."""

    rate: Decimal
    settles: int
    """Seconds."""
    capacity: Decimal
    """In main units of what is sold."""


NOTHING = Offer(Decimal(), 0, Decimal())
"""What a provider offered that was never asked."""


@dataclass(frozen=True, slots=True)
class Dealer:
    """A provider that may be traded with."""

    name: str
    offers: Mapping[str, Offer]
    availability: Decimal
    away: bool
    """Its circuit is open: better not chosen now."""

    def offer(self, sell: str, buy: str) -> Offer | None:
        """Return what it offered for a pair, if it ever did."""
        return self.offers.get(f"{sell}/{buy}")

    def rank(self, sell: str, buy: str) -> tuple[bool, Decimal, str]:
        """Return what dealers are sorted by: known offers first, then cost, time, reliability."""
        offer = self.offer(sell, buy)
        if offer is None:
            return True, -self.availability, self.name
        off = HOUR_BPS * offer.settles / 3600 + UNRELIABLE_BPS * (1 - self.availability)
        return False, -offer.rate * (1 - off / _BPS), self.name

    def logged(
        self, sell: str, buy: str, tried: frozenset[str], *, chosen: bool
    ) -> dict[str, object]:
        """Return it as a candidate in the log of decisions."""
        offer = self.offer(sell, buy)
        told: dict[str, object] = {"provider": self.name, "pair": f"{sell}/{buy}"}
        if offer is not None:
            told |= {"rate": str(offer.rate), "settles": offer.settles}
        if chosen:
            return told | {"verdict": "chosen"}
        against = "refused it" if self.name in tried else "left alone after failures"
        return told | {"verdict": against if self.away or self.name in tried else "dearer"}


def dealers(unit: Unit) -> list[Dealer]:
    """Return the providers that are active, by name."""
    away = health.away(unit)
    rows = unit.all(
        """
        select provider_id, rates, availability from liquidity_providers where is_active
        order by provider_id limit 100
        """
    )
    return [
        Dealer(
            name=row.provider_id,
            offers={
                pair: Offer(Decimal(rate), settles, Decimal(capacity))
                for pair, (rate, settles, capacity) in row.rates.items()
            },
            availability=row.availability,
            away=row.provider_id in away,
        )
        for row in rows
    ]


def look_after(unit: Unit) -> int:
    """Work out from the log what each provider offers and how often it answers.

    A silence counts against it; being outside of its hours does not. Returns how many changed.
    """
    return unit.run(
        """
        with told as (
            select d.at, c.value as one from fx_decisions d, jsonb_array_elements(d.candidates) c
            where d.kind = 'quote' and d.at > %(since)s
        ), share as (
            select one->>'provider' as provider,
                avg((one ? 'pair' or one->>'verdict' = 'market_closed')::int) as answered
            from told group by 1
        ), latest as (
            select provider, jsonb_object_agg(pair, offer) as rates from (
                select distinct on (1, 2) one->>'provider' as provider, one->>'pair' as pair,
                    jsonb_build_array(one->'rate', one->'settles', one->'capacity') as offer
                from told where one ? 'pair' and one->>'verdict' in ('chosen', 'dearer')
                order by 1, 2, at desc) each_pair
            group by provider
        )
        update liquidity_providers p set
            availability = round(coalesce(s.answered, 1), 4),
            rates = p.rates || coalesce(l.rates, '{}'),
            updated_at = %(now)s
        from (select provider_id from liquidity_providers) n
            left join share s on s.provider = n.provider_id
            left join latest l on l.provider = n.provider_id
        where p.provider_id = n.provider_id
            and (p.availability, p.rates) is distinct from
                (round(coalesce(s.answered, 1), 4), p.rates || coalesce(l.rates, '{}'))
        """,
        since=unit.now - LOOKS_BACK,
        now=unit.now,
    )
