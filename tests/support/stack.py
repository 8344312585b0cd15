"""The whole bank as it runs: web, worker, scheduler and twin as processes of their own."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.simulator.driver import Phone
from tests.support.keys import FIELD_KEYS, SEAL_KEY

ROOT = Path(__file__).resolve().parents[2]
WEB, WORKER, SCHEDULER, TWIN = "bot.serve", "worker.run", "worker.schedule", "bot.simulator.twin"
STARTS_WITHIN = 120.0
AT_WEBHOOK_SECRET = "demo-at-webhook-secret"


@dataclass
class Stack:
    """Processes of one bank, that can be killed and started again."""

    home: Path
    environment: Mapping[str, str]
    web_port: int
    twin_port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the bank listens."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def twin(self) -> str:
        """Where the twin of the phone companies listens."""
        return f"http://127.0.0.1:{self.twin_port}"

    @property
    def redis_url(self) -> str:
        """The address of its Redis."""
        return self.environment["REDIS_URL"]

    def start(self, program: str) -> None:
        """Start a program; web and twin are waited for until they answer."""
        self.launch(program)
        self.ready(program)

    def launch(self, program: str) -> None:
        """Start a program and wait for nothing."""
        with (self.home / f"{program}.log").open("ab") as log:
            self.processes[program] = subprocess.Popen(
                [sys.executable, "-m", program],
                cwd=ROOT,
                env=dict(self.environment),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ready(self, program: str) -> None:
        """Wait until a program answers, if it is one that does."""
        address = {WEB: f"{self.url}/api/health/db", TWIN: f"{self.twin}/healthz"}.get(program)
        until = time.monotonic() + STARTS_WITHIN
        with httpx.Client(timeout=5) as http:
            while address and not _answers(http, address):
                if time.monotonic() > until or self.processes[program].poll() is not None:
                    raise AssertionError(f"{program} does not answer\n{self.logged()}")
                time.sleep(0.1)

    def kill(self, program: str) -> None:
        """Kill a program and all its children, as ``kill -9`` does: nobody may tidy up."""
        process = self.processes.pop(program)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def pause(self, program: str) -> None:
        """Let a program stand still, as a machine does that swaps or a network that is cut."""
        os.killpg(self.processes[program].pid, signal.SIGSTOP)

    def resume(self, program: str) -> None:
        """Let a paused program go on."""
        os.killpg(self.processes[program].pid, signal.SIGCONT)

    def stop(self) -> None:
        """Let every program end; none is left."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def phone(self, channel: str, address: str) -> Phone:
        """Give somebody a phone."""
        return Phone(channel, address, self.url, self._settings())  # type: ignore[arg-type]

    def logged(self) -> str:
        """Return everything the programs have written."""
        return "\n".join(log.read_text("utf-8") for log in sorted(self.home.glob("*.log")))

    def _settings(self) -> object:
        from types import SimpleNamespace

        from bot.demo_settings import DEMO, SMS_ROUTES

        return SimpleNamespace(
            public_base_url=self.url, twin_port=self.twin_port, sms_routes=SMS_ROUTES, **DEMO
        )


def _answers(http: httpx.Client, address: str) -> bool:
    try:
        return http.get(address).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def run_stack(
    programs: Sequence[str], *, home: Path, database_url: str, redis_url: str, pepper: bytes,
    **settings: str,
) -> Iterator[Stack]:  # fmt: skip
    """Run programs of the bank on a test's servers, and end them all."""
    web, twin = free_port(), free_port()
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DATABASE_URL": database_url,
        "DATABASE_ADMIN_URL": database_url,
        "REDIS_URL": redis_url,
        "DATA_DIR": str(home),
        "DEMO_MODE": "1",
        "PORT": str(web),
        "TWIN_PORT": str(twin),
        # A test's database has data keys that this key wraps, and a log chained with that one.
        "FIELD_KEYS": FIELD_KEYS,
        "SEAL_KEY": base64.b64encode(SEAL_KEY).decode(),
        "PIN_PEPPER": base64.b64encode(pepper).decode(),
        "SECRET_KEY": "a secret of tests that run processes, long enough",
        **settings,
    }
    stack = Stack(home, environment, web, twin)
    try:
        for program in programs:
            stack.launch(program)
        for program in programs:
            stack.ready(program)
        yield stack
    finally:
        stack.stop()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
