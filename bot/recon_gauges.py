"""Gauges of reconciliation: breaks that stand open, by kind and by how long."""

from collections.abc import Iterator
from contextlib import suppress

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import exc

from bot.house import House
from core.recon import breaks


class ReconCollector(Collector):
    """Asks PostgreSQL about open breaks. When it cannot be asked, there are no figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauges of this moment."""
        many = GaugeMetricFamily(
            "wekeza_recon_breaks",
            "Open breaks: of a day or less, of a week or less, or older",
            labels=("kind", "age"),
        )
        with suppress(exc.SQLAlchemyError), self._house.unit() as unit:
            for one in breaks.aged(unit):
                many.add_metric((one.kind, one.age), one.many)
        yield many
