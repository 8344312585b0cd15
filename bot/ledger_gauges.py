"""Gauges of the book: how long rows have waited for a seal, and how far readers of the feed are."""

from collections.abc import Iterator
from contextlib import suppress

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import exc

from bot.house import House
from core.ledger import feed, seals


class LedgerCollector(Collector):
    """Asks PostgreSQL about seals and feed. When it cannot be asked, there are no figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauges of this moment."""
        unsealed = GaugeMetricFamily(
            "wekeza_unsealed_seconds", "Since the last block, while rows wait for the next"
        )
        age = GaugeMetricFamily(
            "wekeza_feed_lag_seconds", "Age of the first block not read", labels=("consumer",)
        )
        blocks = GaugeMetricFamily(
            "wekeza_feed_lag_blocks", "Blocks not read to the end", labels=("consumer",)
        )
        with suppress(exc.SQLAlchemyError), self._house.unit() as unit:
            unsealed.add_metric((), seals.waiting(unit).total_seconds())
            for lag in feed.lags(unit):
                age.add_metric((lag.consumer,), lag.age.total_seconds())
                blocks.add_metric((lag.consumer,), lag.blocks)
        yield from (unsealed, age, blocks)
