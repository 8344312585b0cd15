"""Gauges of screening: hits that wait, how old each list is, and a run that is under way."""

from collections.abc import Iterator
from contextlib import suppress

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import exc

from bot.house import House
from core.screening import overview


class ScreeningCollector(Collector):
    """Asks PostgreSQL about screening. When it cannot be asked, there are no figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauges of this moment."""
        hits = GaugeMetricFamily(
            "wekeza_screening_hits", "Hits that nobody has decided", labels=("band",)
        )
        ages = GaugeMetricFamily(
            "wekeza_screening_list_seconds",
            "How long ago the newest version of a list was taken in",
            labels=("list",),
        )
        run = GaugeMetricFamily(
            "wekeza_screening_run_seconds",
            "How long ago the run over everybody began that has not ended; 0 when there is none",
        )
        with suppress(exc.SQLAlchemyError), self._house.unit() as unit:
            found = overview.overview(unit)
            for band, many in found.hits.items():
                hits.add_metric((band,), many)
            for list_id, seconds in found.list_seconds.items():
                ages.add_metric((list_id,), seconds)
            run.add_metric((), found.run_seconds)
        yield from (hits, ages, run)
