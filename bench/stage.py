"""A house of its own for a measurement: bundled servers in a temporary folder, real processes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import urlopen

from bot import keyrings, migrate
from bot.demo_settings import DEMO
from bot.embedded import keys
from bot.embedded.postgres import Postgres
from bot.embedded.redis import Redis
from bot.settings import Settings, load
from core.demo import bank
from core.store.engine import open_engine

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN = 60
PROCESSES, THREADS = 2, 4
"""Of the web server, ours and the peer's: a process for each core, threads for those who wait."""


@dataclass(frozen=True)
class Served:
    """An application that is served, and the process of each of its programs."""

    url: str
    pids: Mapping[str, int]


@dataclass(frozen=True)
class Stage:
    """Servers that run, a migrated demo bank, and the settings that reach them."""

    settings: Settings
    environment: Mapping[str, str]

    @contextmanager
    def process(
        self, *command: str, ready: str = "", **more: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a process of the house; ``ready`` is an address that answers once it serves."""
        with (self.settings.data_dir / "bench.log").open("ab") as log:
            child = subprocess.Popen(
                command, cwd=ROOT, env={**self.environment, **more}, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        try:
            if ready:
                _await(ready, child)
            yield child
        finally:
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)

    @contextmanager
    def house(self, *programs: str) -> Iterator[Served]:
        """Serve the bank as in production, without the demo's live view; more programs beside it.

        ``programs`` are modules such as ``worker.run``.
        """
        base = f"http://127.0.0.1:{self.settings.port}"
        given = {
            "DEMO_MODE": "0", "DATABASE_URL": self.settings.database_url,
            "DATABASE_ADMIN_URL": self.settings.database_admin_url, "LOG_LEVEL": "INFO",
            "WEB_PROCESSES": str(PROCESSES), "WEB_THREADS": str(THREADS),
        }  # fmt: skip
        given |= {name.upper(): value for name, value in DEMO.items()}
        with ExitStack() as running:
            web = running.enter_context(
                self.process(
                    sys.executable, "-m", "bot.serve", ready=f"{base}/api/health/db", **given
                )
            )
            pids = {
                one: running.enter_context(self.process(sys.executable, "-m", one, **given)).pid
                for one in programs
            }
            yield Served(base, {"bot.serve": web.pid, **pids})

    @contextmanager
    def web(self, app: str, *, port: int, ready: str, **more: str) -> Iterator[Served]:
        """Serve another application as ours is served, on the same number of threads.

        ``app`` names what makes it, such as ``bench.bare:create_app``.
        """
        command = (
            sys.executable, "-m", "granian", app, "--factory", "--interface", "wsgi",
            "--host", "127.0.0.1", "--port", str(port), "--workers", str(PROCESSES),
            "--blocking-threads", str(THREADS), "--http", "1", "--no-ws", "--log-level", "error",
        )  # fmt: skip
        base = f"http://127.0.0.1:{port}"
        with self.process(*command, ready=f"{base}{ready}", **more) as child:
            yield Served(base, {app: child.pid})


@contextmanager
def stage(*, port: int = 18200, tuning: Mapping[str, str] | None = None) -> Iterator[Stage]:
    """Set up a house in a temporary folder and take it down; ``tuning`` is PostgreSQL's."""
    folder = Path(tempfile.mkdtemp(prefix="wekeza-bench-"))
    os.environ |= {
        "DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "ERROR", "DEMO_MODE": "1",
    }  # fmt: skip
    for name in ("DATABASE_URL", "DATABASE_ADMIN_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    settings = load(env_file=None)
    servers = _servers(settings, tuning)
    for server in servers:
        server.start()
    try:
        migrate.upgrade(settings.database_admin_url, app_url=settings.database_url)
        engine = open_engine(settings.database_url, name="bench", pool=2, statement_ms=60_000)
        bank.load(
            engine,
            keys=keyrings.load(engine, settings),
            now=datetime.now(UTC),
            pepper=settings.pin_pepper,
        )
        engine.dispose()
        yield Stage(settings, dict(os.environ))
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _servers(settings: Settings, tuning: Mapping[str, str] | None) -> list[Postgres | Redis]:
    kept = keys.read_or_make(settings.data_dir)
    return [Postgres(settings.data_dir, kept, tuning=tuning), Redis(settings.data_dir)]


def _await(address: str, child: subprocess.Popen[bytes]) -> None:
    until = monotonic() + STARTS_WITHIN
    while monotonic() < until:
        if child.poll() is not None:
            raise RuntimeError(f"{child.args!r} ended with {child.returncode}")
        try:
            urlopen(address, timeout=1).close()
        except HTTPError:
            return  # it answers, if only that there is nothing here
        except OSError:
            sleep(0.1)
        else:
            return
    raise TimeoutError(address)
