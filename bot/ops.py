"""What those who run the house ask it: is it well, and what has it counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any

import redis
from flask import Blueprint, Response, current_app, jsonify
from flask.blueprints import BlueprintSetupState
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import exc
from sqlalchemy.pool import QueuePool

from bot import metrics
from bot.admission import Admission
from bot.house import House
from bot.kyc_gauges import KycCollector
from bot.ledger_gauges import LedgerCollector
from bot.monitoring_gauges import MonitoringCollector
from bot.partner_gauges import PartnerCollector
from bot.recon_gauges import ReconCollector
from bot.screening_gauges import ScreeningCollector
from bot.wake import CALLS, DRAIN, JOBS
from bot.watch_gauges import WatchCollector
from core.crm import parked
from core.store import upkeep
from core.store.unit import Unit
from core.store.upkeep import Depth

MOST_WAITING_SECONDS = 300
"""The queue is unwell when the oldest message has been due for longer than this."""

ops = Blueprint("ops", __name__)


@ops.record_once
def _count_in_files(state: BlueprintSetupState) -> None:
    house: House = state.app.extensions["house"]
    metrics.configure(house.settings.data_dir)


@ops.get("/api/health")
def health() -> Response:
    """Say whether all parts are well; 503 when one is down.

    ``degraded`` still works, and somebody should look: every connection is in use, messages are
    being turned away, or something broke and is parked.
    """
    parts = {name: _timed(check) for name, check in CHECKS.items()}
    found = {part["status"] for part in parts.values()}
    worst = next(one for one in ("down", "degraded", "up") if one in found)
    return _answer({"status": worst, "parts": parts})


@ops.get("/api/health/<any(db, cache, queue, turns, parked):part>")
def health_of(part: str) -> Response:
    """Say whether one part is well, and how long it took to find out; 503 when it is not."""
    return _answer(_timed(CHECKS[part]))


@ops.get("/metrics")
def counts() -> Response:
    """Return everything counted, as Prometheus reads it."""
    registry = metrics.counted()
    registry_of_now = CollectorRegistry()
    registry_of_now.register(OutboxCollector(_house()))
    registry_of_now.register(ParkedCollector(_house()))
    registry_of_now.register(LedgerCollector(_house()))
    registry_of_now.register(PartnerCollector(_house()))
    registry_of_now.register(ReconCollector(_house()))
    registry_of_now.register(MonitoringCollector(_house()))
    registry_of_now.register(KycCollector(_house()))
    registry_of_now.register(WatchCollector(_house()))
    registry_of_now.register(ScreeningCollector(_house()))
    body = generate_latest(registry) + generate_latest(registry_of_now)
    return Response(body, content_type=CONTENT_TYPE_LATEST)


class OutboxCollector(Collector):
    """Asks PostgreSQL how full the outbox is. When it cannot be asked, there are no figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauges of this moment."""
        rows = GaugeMetricFamily(
            "wekeza_outbox_rows", "Messages not sent yet, or dead", labels=("sender", "status")
        )
        age = GaugeMetricFamily(
            "wekeza_outbox_oldest_seconds", "Age of the oldest", labels=("sender", "status")
        )
        for depth in self._depths():
            labels = (depth.sender, depth.status)
            rows.add_metric(labels, depth.rows)
            age.add_metric(labels, (self._house.now() - depth.oldest).total_seconds())
        yield rows
        yield age

    def _depths(self) -> list[Depth]:
        try:
            with self._house.unit() as unit:
                return upkeep.depths(unit)
        except exc.SQLAlchemyError:
            return []


class ParkedCollector(Collector):
    """Asks PostgreSQL what is parked. When it cannot be asked, there are no figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return how many of each kind wait for a person."""
        items = GaugeMetricFamily("wekeza_parked_items", "Parked and not settled", labels=("kind",))
        with suppress(exc.SQLAlchemyError), self._house.unit() as unit:
            for kind, many in parked.counts(unit).items():
                items.add_metric((kind,), many)
        yield items


def _house() -> House:
    house: House = current_app.extensions["house"]
    return house


@contextmanager
def _unit() -> Iterator[Unit]:
    """Run a unit of work, unless that would take a turn's place in the line for a connection."""
    pool = _house().engine.pool
    if isinstance(pool, QueuePool) and pool.checkedout() >= pool.size() + pool._max_overflow:  # noqa: SLF001
        raise Strained("every connection is in use")
    with _house().unit() as unit:
        yield unit


def _db() -> dict[str, object]:
    with _unit() as unit:
        return {"server": unit.value("show server_version")}


def _cache() -> dict[str, object]:
    _house().redis.ping()
    return {}


def _queue() -> dict[str, object]:
    """Redis takes jobs, and no message has been waiting for long."""
    house = _house()
    pipeline = house.redis.pipeline(transaction=False)
    for name in (CALLS, DRAIN, JOBS):
        pipeline.llen(f"rq:queue:{name}")
    jobs = sum(pipeline.execute())
    with _unit() as unit:
        waiting = upkeep.waiting(unit)
        late = max(((unit.now - one.since).total_seconds() for one in waiting), default=0.0)
    if late > MOST_WAITING_SECONDS:
        raise Behind(f"a message has been due for {late:.0f} s")
    return {"jobs": jobs, "oldestSeconds": round(late, 1)}


def _turns() -> dict[str, object]:
    """Say how many messages wait in this process."""
    admission: Admission | None = current_app.extensions.get("admission")
    if admission is None:
        return {}
    if admission.is_full:
        raise Strained("messages are being turned away")
    return {"waiting": admission.waiting}


def _parked() -> dict[str, object]:
    """Say what broke and waits for a person (``flask --app bot parked list``)."""
    with _unit() as unit:
        kinds = parked.counts(unit)
    if kinds:
        raise Strained(", ".join(f"{many} {kind}" for kind, many in kinds.items()))
    return {}


class Behind(Exception):
    """Messages wait for longer than they should."""


class Strained(Exception):
    """It works, and not as it should."""


CHECKS: dict[str, Callable[[], dict[str, object]]] = {
    "db": _db, "cache": _cache, "queue": _queue, "turns": _turns, "parked": _parked,
}  # fmt: skip


def _timed(check: Callable[[], dict[str, object]]) -> dict[str, Any]:
    began = perf_counter()
    try:
        facts: dict[str, object] = {"status": "up", **check()}
    except (exc.SQLAlchemyError, redis.RedisError) as error:
        # The class says enough: the message of such an error may name hosts and users.
        facts = {"status": "down", "error": type(error).__name__}
    except Behind as error:
        facts = {"status": "down", "error": str(error)}
    except Strained as error:
        facts = {"status": "degraded", "error": str(error)}
    return {**facts, "ms": round((perf_counter() - began) * 1000, 1)}


def _answer(facts: dict[str, Any]) -> Response:
    response = jsonify(facts)
    response.status_code = 503 if facts["status"] == "down" else 200
    response.headers["Cache-Control"] = "no-store"
    return response
