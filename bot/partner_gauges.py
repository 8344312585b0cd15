"""Gauges of the partners: orders without a final word, their age, and whose circuit is open."""

from collections.abc import Iterator
from contextlib import suppress

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import exc

from bot.house import House
from core.partners import health, order_queue


class PartnerCollector(Collector):
    """Asks PostgreSQL about orders to partners. When it cannot be asked, there are no figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauges of this moment."""
        labels = ("partner", "status")
        many = GaugeMetricFamily(
            "wekeza_partner_orders", "Orders without a final word", labels=labels
        )
        age = GaugeMetricFamily(
            "wekeza_partner_oldest_seconds", "Age of the oldest of them", labels=labels
        )
        stuck = GaugeMetricFamily(
            "wekeza_partner_stuck", "Orders without a final word for a day", labels=("partner",)
        )
        away = GaugeMetricFamily(
            "wekeza_partner_away", "1 while a partner is left alone", labels=("partner",)
        )
        with suppress(exc.SQLAlchemyError), self._house.unit() as unit:
            waiting: dict[str, int] = {}
            for depth in order_queue.depths(unit):
                labels = (depth.partner, depth.status)
                many.add_metric(labels, depth.orders)
                age.add_metric(labels, (unit.now - depth.oldest).total_seconds())
                waiting[depth.partner] = waiting.get(depth.partner, 0) + depth.stuck
            for partner, count in waiting.items():
                stuck.add_metric((partner,), count)
            for partner, one in health.all_of(unit).items():
                away.add_metric((partner,), one.is_open(unit.now))
        yield from (many, age, stuck, away)
