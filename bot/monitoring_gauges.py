"""Gauges of payments that are judged: what they came to, where the shadow differs, what waits."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import exc

from bot.house import House
from core.monitoring import reviews

LATELY = timedelta(hours=1)


class MonitoringCollector(Collector):
    """Asks PostgreSQL, of nobody in particular. When it cannot be asked, there are no figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauges of this moment."""
        decided = GaugeMetricFamily(
            "wekeza_payment_decisions",
            "Payments decided within the last hour",
            labels=("kind", "verdict"),
        )
        differs = GaugeMetricFamily(
            "wekeza_shadow_differences",
            "Payments of the last hour that the rules in the shadow would decide otherwise",
            labels=("verdict", "shadow"),
        )
        waits = GaugeMetricFamily(
            "wekeza_payment_reviews_open", "Payments that wait for somebody to look at them"
        )
        with suppress(exc.SQLAlchemyError), self._house.unit() as unit:
            verdicts: Counter[tuple[str, str]] = Counter()
            others: Counter[tuple[str, str]] = Counter()
            for one in reviews.decided_since(unit, unit.now - LATELY):
                verdicts[one.kind, one.verdict] += one.many
                if one.shadow not in (None, one.verdict):
                    others[one.verdict, str(one.shadow)] += one.many
            for labels, many in sorted(verdicts.items()):
                decided.add_metric(labels, many)
            for labels, many in sorted(others.items()):
                differs.add_metric(labels, many)
            waits.add_metric((), reviews.count_open(unit))
        yield from (decided, differs, waits)
