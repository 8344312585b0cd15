"""What those who run the house ask it: is it well, and what has it counted."""

from collections.abc import Callable, Iterator
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

from bot import metrics
from bot.house import House
from bot.wake import CALLS, DRAIN, JOBS
from core.store import upkeep
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
    """Say whether all parts are well; 503 when one is not."""
    parts = {name: _timed(check) for name, check in CHECKS.items()}
    well = all(part["status"] == "up" for part in parts.values())
    return _answer({"status": "up" if well else "down", "parts": parts})


@ops.get("/api/health/<any(db, cache, queue):part>")
def health_of(part: str) -> Response:
    """Say whether one part is well, and how long it took to find out; 503 when it is not."""
    return _answer(_timed(CHECKS[part]))


@ops.get("/metrics")
def counts() -> Response:
    """Return everything counted, as Prometheus reads it."""
    registry = metrics.counted()
    registry_of_now = CollectorRegistry()
    registry_of_now.register(OutboxCollector(_house()))
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


def _house() -> House:
    house: House = current_app.extensions["house"]
    return house


def _db() -> dict[str, object]:
    with _house().unit() as unit:
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
    with house.unit() as unit:
        waiting = upkeep.waiting(unit)
        late = max(((unit.now - one.since).total_seconds() for one in waiting), default=0.0)
    if late > MOST_WAITING_SECONDS:
        raise Behind(f"a message has been due for {late:.0f} s")
    return {"jobs": jobs, "oldestSeconds": round(late, 1)}


class Behind(Exception):
    """Messages wait for longer than they should."""


CHECKS: dict[str, Callable[[], dict[str, object]]] = {"db": _db, "cache": _cache, "queue": _queue}


def _timed(check: Callable[[], dict[str, object]]) -> dict[str, Any]:
    began = perf_counter()
    try:
        facts: dict[str, object] = {"status": "up", **check()}
    except (exc.SQLAlchemyError, redis.RedisError) as error:
        # The class says enough: the message of such an error may name hosts and users.
        facts = {"status": "down", "error": type(error).__name__}
    except Behind as error:
        facts = {"status": "down", "error": str(error)}
    return {**facts, "ms": round((perf_counter() - began) * 1000, 1)}


def _answer(facts: dict[str, Any]) -> Response:
    response = jsonify(facts)
    response.status_code = 200 if facts["status"] == "up" else 503
    response.headers["Cache-Control"] = "no-store"
    return response
