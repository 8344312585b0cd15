"""Gauges of watching: how far behind it is, what was found, and how far the model has drifted."""

from collections.abc import Iterator
from contextlib import suppress

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import exc

from bot.house import House
from core.watch import drift, run


class WatchCollector(Collector):
    """Asks PostgreSQL what watching came to. When it cannot be asked, there are no figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauges of this moment."""
        left = GaugeMetricFamily(
            "wekeza_watch_days_left", "Days that are over and were not gone through"
        )
        many = GaugeMetricFamily(
            "wekeza_watch_findings",
            "What the live parameters have found",
            labels=("typology", "severity"),
        )
        far = GaugeMetricFamily(
            "wekeza_model_drift",
            "Population stability index of the last day that was measured",
            labels=("model", "feature"),
        )
        with suppress(exc.SQLAlchemyError), self._house.unit() as unit:
            left.add_metric((), run.days_left(unit))
            for one in run.counted(unit):
                many.add_metric((one.typology, one.severity), one.many)
            for moved in drift.latest(unit):
                far.add_metric((moved.model, moved.feature), float(moved.psi))
        yield left
        yield many
        yield far
