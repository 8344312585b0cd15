"""What the bundled servers share: the first user starts one, the last one stops it."""

import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, TypedDict, Unpack

from bot.embedded import processes
from bot.embedded.places import make_private, remove_if_empty
from bot.embedded.processes import ServerFailed, Users

LARGEST_LOG = 10 * 1024 * 1024


class Whom(TypedDict, total=False):
    """Options of ``subprocess`` that make a child somebody else."""

    user: int
    extra_groups: list[int]
    cwd: str


def _never() -> bool:
    return False


class Server(ABC):
    """A server whose files are in a folder of its own and that listens on a unix socket only."""

    name: ClassVar[str]
    start_seconds: ClassVar[float]
    stop_seconds: ClassVar[float]
    stop_signals: ClassVar[Sequence[signal.Signals]]
    """How it is asked to end: gently first."""

    def __init__(self, home: Path, *, sockets: Path) -> None:
        self._home, self._sockets = home, sockets
        self._log = home / f"{home.name}.log"
        self._users = Users(home, home.name)

    def start(self, *, unless: Callable[[], bool] = _never) -> bool:
        """Start the server unless it runs, and return whether that was needed.

        ``unless`` is asked again and again; once it is true the start is given up.

        :raises ServerFailed: if it does not answer in time; nothing of it is left then
        """
        make_private(self._home)
        with self._users.door():
            self._users.enter()
            if self.is_running():
                return False
            self._bring_up(unless)
        return True

    def stop(self) -> bool:
        """Stop using the server; the last user stops it. Return whether it was stopped.

        :raises ServerFailed: if it does not end
        """
        if not self._home.exists():
            return False
        with self._users.door():
            pid = self.pid()
            if not self._users.leave() or pid is None:
                return False
            for way in self.stop_signals:
                if processes.end(pid, called=self._mark, by=way, seconds=self.stop_seconds):
                    self._forget_leftovers()
                    remove_if_empty(self._sockets)
                    return True
        raise ServerFailed(f"{self.name} (process {pid}) does not stop; see {self._log}")

    def is_running(self) -> bool:
        """Return whether the server runs and answers."""
        return self.pid() is not None and self._answers()

    def pid(self) -> int | None:
        """Return the number of the server's first process, None when there is none."""
        try:
            pid = int(self._pid_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if processes.is_alive(pid, called=self._mark) else None

    @property
    @abstractmethod
    def _pid_file(self) -> Path:
        """Where the server writes its number."""

    @property
    @abstractmethod
    def _mark(self) -> str:
        """What only its command line contains."""

    @abstractmethod
    def _answers(self) -> bool:
        """Return whether it takes connections."""

    @abstractmethod
    def _forget_leftovers(self) -> None:
        """Remove the files by which a server that was killed seems to be there still."""

    @abstractmethod
    def _bring_up(self, unless: Callable[[], bool]) -> None:
        """Make what it needs and launch it."""

    def _launch(
        self, command: Sequence[str], unless: Callable[[], bool], **whom: Unpack[Whom]
    ) -> None:
        """Run the server and wait until it answers, ends or is no longer wanted."""
        if self._log.exists() and self._log.stat().st_size > LARGEST_LOG:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            self._log.chmod(0o600)
            child = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **whom,
            )  # fmt: skip
        with processes.ended_with_us(child):
            processes.wait_until(
                lambda: child.poll() is not None or self.is_running() or unless(),
                seconds=self.start_seconds,
            )
        if not self.is_running():
            child.kill()
            child.wait()
            raise ServerFailed(
                f"{self.name} does not start; {self._log} ends:\n{processes.tail(self._log)}"
            )
