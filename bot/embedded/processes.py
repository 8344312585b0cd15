"""Looking after a server process: is it alive, is it really ours, and waiting for it to go."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

POLL_SECONDS = 0.05


class ServerFailed(Exception):
    """A bundled server did not start or did not stop; the message says where to look."""


def is_alive(pid: int, *, called: str) -> bool:
    """Return whether a process runs under this number and its command line contains ``called``.

    A number from a file left by ``kill -9`` may by now be somebody else's.
    """
    return called in command_of(pid)


def command_of(pid: int) -> str:
    """Return the command line of a process, or nothing when there is no such process."""
    proc = Path(f"/proc/{pid}")
    if Path("/proc/self").exists():
        try:
            if proc.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return ""
            return os.fsdecode(proc.joinpath("cmdline").read_bytes().replace(b"\0", b" "))
        except (OSError, IndexError):
            return ""
    command = ["ps", "-p", str(pid), "-o", "args="]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def end(pid: int, *, called: str, by: signal.Signals, seconds: float) -> bool:
    """Signal a process and wait until it is gone. Return whether it went in time."""
    if not is_alive(pid, called=called):
        return True
    os.kill(pid, by)

    def is_gone() -> bool:
        gone = not is_alive(pid, called=called)
        # In this order: a child that is seen to have ended must not stay in the table.
        with suppress(ChildProcessError):  # started by an earlier run of ours
            os.waitpid(pid, os.WNOHANG)
        return gone

    return wait_until(is_gone, seconds=seconds)


@contextmanager
def ended_with_us(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """End a child and all it started, if we are interrupted while we wait for it.

    The child leads a process group of its own.
    """
    try:
        yield
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        raise


def wait_until(true: Callable[[], bool], *, seconds: float) -> bool:
    """Ask every 50 ms until the answer is yes or the time is over; return the last answer."""
    deadline = time.monotonic() + seconds
    while not (answer := true()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return answer


def tail(file: Path, lines: int = 15) -> str:
    """Return the end of a log, for an error message."""
    try:
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return f"({file} is not there)"


class Users:
    """Who uses a bundled server. The last one out stops it; a killed one no longer counts.

    Each user holds a shared lock on a file; locks die with their process.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._users = folder / f".{name}.users"
        self._door = folder / f".{name}.door"
        self._held: int | None = None

    @contextmanager
    def door(self) -> Iterator[None]:
        """Let one process at a time start or stop the server."""
        with self._door.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def enter(self) -> None:
        """Count this process among the users."""
        if self._held is None:
            self._held = os.open(self._users, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._held, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """No longer count this process. Return whether nobody is left."""
        handle = self._held
        self._held = None
        if handle is None:
            handle = os.open(self._users, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True
