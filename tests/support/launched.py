"""The whole house as its owner runs it: the launcher, the bundled servers, the Procfile."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

from bot.demo_settings import DEMO, SMS_ROUTES
from bot.embedded import keys
from bot.embedded.postgres import SUPERUSER, Postgres
from bot.embedded.redis import Redis
from bot.simulator.driver import Phone
from tests.support.family import children_of, command_of, kill_all

ROOT = Path(__file__).parents[2]
OPEN_WITHIN = 90.0
PROGRAMS = {"web": "bot.serve", "worker": "worker.run", "scheduler": "worker.schedule"}


class House:
    """A launcher, with what it says."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.url, self.twin = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
        self.said: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def open(self, **extra: str) -> None:
        """Launch it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.embedded"],
            cwd=ROOT, env=self._environment(extra), text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self.said = []
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def _environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        given = {"DATA_DIR": str(self.home), "PORT": str(self.port), "DEMO_MODE": "1"}
        return {**kept, **given, **extra}

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.said.extend(process.stdout)

    def wait_for(self, words: str, seconds: float = OPEN_WITHIN) -> str:
        """Return the line with these words, once it is said."""
        assert self.process
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := [line for line in list(self.said) if words in line]:
                return found[0]
            if self.process.poll() is not None:
                time.sleep(0.2)
                if not any(words in line for line in self.said):
                    break
            time.sleep(0.05)
        raise AssertionError(f"never said {words!r}:\n{''.join(self.said)}")

    def close(self, number: signal.Signals = signal.SIGINT) -> int:
        """Signal it and return its status."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(timeout=120)

    def left(self) -> list[str]:
        """Return the command lines of the processes that belong to this house."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = entry.joinpath("environ").read_bytes().decode(errors="replace")
                state = entry.joinpath("stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if str(self.home) in command + environment and state != "Z":
                found.append(command)
        return found

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the house, such as ``ledger verify``."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "bot", *command],
            cwd=ROOT, env=self._environment({}), text=True, capture_output=True, check=False,
        )  # fmt: skip

    @property
    def postgres(self) -> Postgres:
        """Its PostgreSQL."""
        return Postgres(self.home, keys.read_or_make(self.home))

    @property
    def redis(self) -> Redis:
        """Its Redis."""
        return Redis(self.home)

    @property
    def books_url(self) -> str:
        """The superuser's address of its database."""
        return self.postgres.url(SUPERUSER)

    def phone(self, channel: Literal["ussd", "sms", "whatsapp"], address: str) -> Phone:
        """Give somebody a phone."""
        settings = SimpleNamespace(
            public_base_url=self.url, twin_port=self.port + 1, sms_routes=SMS_ROUTES, **DEMO
        )
        return Phone(channel, address, self.url, settings)

    def pids(self, what: str) -> list[int]:
        """Return the numbers of all processes of a server or a program, first its oldest."""
        servers: Mapping[str, Callable[[], int | None]] = {
            "postgres": self.postgres.pid,
            "redis": self.redis.pid,
        }
        if what in servers:
            pid = servers[what]()
            return [] if pid is None else [pid, *children_of(pid)]
        assert self.process
        (keeper,) = [
            pid
            for pid in children_of(self.process.pid)
            if "bot.keep" in command_of(pid) and PROGRAMS[what] in command_of(pid)
        ]
        return children_of(keeper)

    def kill(self, what: str) -> None:
        """Kill all processes of a server or a program; whoever keeps it running is left."""
        victims = self.pids(what)
        assert victims, f"no {what} to kill"
        kill_all(victims)


def free_port() -> int:
    """Return a port that is free, as is the one above it."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
