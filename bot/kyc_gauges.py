"""Gauges of identities: documents that are not decided, by status, and how long they wait."""

from collections.abc import Iterator
from contextlib import suppress

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import exc

from bot.house import House
from core.kyc import documents


class KycCollector(Collector):
    """Asks PostgreSQL about documents. When it cannot be asked, there are no figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauges of this moment."""
        many = GaugeMetricFamily(
            "wekeza_kyc_documents",
            "Documents of customers that are not decided",
            labels=("status",),
        )
        oldest = GaugeMetricFamily(
            "wekeza_kyc_oldest_seconds",
            "How long the document that waits longest has stood so",
            labels=("status",),
        )
        with suppress(exc.SQLAlchemyError), self._house.unit() as unit:
            for one in documents.depths(unit):
                many.add_metric((one.status,), one.many)
                oldest.add_metric((one.status,), (unit.now - one.since).total_seconds())
        yield many
        yield oldest
