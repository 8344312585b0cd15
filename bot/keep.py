"""Keeps a program running: ``python -m bot.keep -- COMMAND``.

When the program ends, it is started again, at once after a long life, ever later when it keeps
failing. TERM and INT are passed on, and then this ends too, with status 0: whoever runs the
Procfile must not take a restart or a wished-for end for a fault. With ``--while PID`` it also ends
when that process is gone, so that ``kill -9`` of the launcher leaves nothing behind.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
LONG_LIFE = 30.0  # seconds after which a failure counts as the first again
GRACE = 4.0  # seconds a program gets to end; honcho kills after five
WATCH = 0.5


class Waits:
    """How long to wait before something that ended is started again: longer after short lives."""

    def __init__(self) -> None:
        self._next = FIRST_WAIT

    def after(self, lived: float) -> float:
        """Return the seconds to wait after a life of so many seconds."""
        wait = FIRST_WAIT if lived > LONG_LIFE else self._next
        self._next = min(wait * 2, LONGEST_WAIT)
        return wait


class Keeper:
    """One program, and the wish that it runs."""

    def __init__(self, command: Sequence[str], *, parent: int | None = None) -> None:
        self._command = list(command)
        self._parent = parent
        self._child: subprocess.Popen[bytes] | None = None
        self._ending = False

    def end(self, *_: object) -> None:
        """Let the program end and do not start it again. Also a signal handler."""
        self._ending = True
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()

    def run(self) -> None:
        """Keep the program running until told to end or the parent is gone."""
        waits = Waits()
        while not self._ending:
            began = time.monotonic()
            status = self._one_life()
            if self._ending:
                return
            wait = waits.after(time.monotonic() - began)
            print(f"ended with status {status}; again in {wait:g} s", flush=True)  # noqa: T201
            self._rest(wait)

    def _one_life(self) -> int:
        self._child = subprocess.Popen(self._command)  # noqa: S603 - the Procfile's own line
        if self._ending:  # told between the check and the start
            self._child.terminate()
        while not self._ending:
            if (status := _wait(self._child, WATCH)) is not None:
                return status
            self._end_without_parent()
        status = _wait(self._child, GRACE)
        if status is None:
            self._child.kill()
            status = self._child.wait()
        return status

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._ending and time.monotonic() < until:
            time.sleep(min(WATCH, seconds))
            self._end_without_parent()

    def _end_without_parent(self) -> None:
        if self._parent is not None and not _is_there(self._parent):
            self.end()


def _wait(child: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # there, and somebody else's
    return True


def main(arguments: Sequence[str]) -> int:
    """Read the command line, keep the program, and return 0; 2 when there is no program."""
    line = list(arguments)
    at = line.index("--") if "--" in line else len(line)
    options, command = line[:at], line[at + 1 :]
    if not command:
        sys.stderr.write("usage: python -m bot.keep [--while PID] -- COMMAND\n")
        return 2
    keeper = Keeper(command, parent=int(options[1]) if options[:1] == ["--while"] else None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, keeper.end)
    keeper.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
