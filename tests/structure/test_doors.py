"""Whoever listens says how it knows its caller; whoever is called has somebody who comes."""

import importlib
from pathlib import Path

import pytest
from flask import Flask

from bot import app as web
from bot import settings, wake
from tests.structure.source import ROOT
from tests.support.servers import Servers
from worker.queues import QUEUES


@pytest.fixture
def application(
    servers: Servers, clean_database: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Flask:
    """The web application of a demo, with every door it can have."""
    monkeypatch.setenv("DATA_DIR", str(servers.home))
    monkeypatch.setenv("DATABASE_URL", servers.app_url(clean_database))
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("DEMO_MODE", "1")
    return web.build(settings.load(env_file=None))


def test_every_blueprint_declares_how_its_caller_is_known(application: Flask) -> None:
    assert set(application.blueprints) == set(web.AUTH)
    assert all(len(how) > 10 for how in web.AUTH.values())


def test_every_route_belongs_to_a_blueprint(application: Flask) -> None:
    endpoints = {rule.endpoint for rule in application.url_map.iter_rules()}
    assert {one for one in endpoints if "." not in one} <= {"static"}
    assert {one.split(".")[0] for one in endpoints - {"static"}} == set(web.AUTH)


def test_a_worker_listens_to_every_queue() -> None:
    named = {wake.CALLS, wake.DRAIN, wake.JOBS}
    assert set(QUEUES) == named
    quoted = {"calls", "drain", "jobs"}
    assert named == quoted, "a queue without a worker waits for ever"


@pytest.mark.parametrize("job", [wake.DRAIN_JOB, wake.CALL_JOB, wake.MEDIA_JOB, wake.DOCUMENT_JOB])
def test_a_job_named_with_dots_is_there(job: str) -> None:
    place, _, function = job.rpartition(".")
    assert callable(getattr(importlib.import_module(place), function))


def test_every_program_of_the_procfile_is_there() -> None:
    lines = [line for line in (ROOT / "Procfile").read_text().splitlines() if line]
    assert [line.split(":")[0] for line in lines] == ["web", "worker", "scheduler", "cards", "twin"]
    for line in lines:
        keeper, _, program = line.partition(": ")[2].partition(" -- ")
        assert keeper == "python -m bot.keep"
        assert program.startswith("python -m ")
        place = Path(ROOT / program.removeprefix("python -m ").replace(".", "/"))
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists()
