"""The processes of the Procfile, run side by side until a signal or a fault ends all of them."""

import shlex
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Thread

from honcho.environ import parse_procfile
from honcho.manager import Manager

KEEP = "python -m bot.keep"
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Crew(Manager):  # type: ignore[misc]
    """honcho's manager, with two gaps closed: a signal while it starts, and an error of its own."""

    def __init__(self, *, meanwhile: Sequence[Callable[[], None]]) -> None:
        super().__init__()
        self._meanwhile = meanwhile
        self._told_early = False

    def terminate(self) -> None:
        """End all processes. Told before they have all reported, it waits until they have."""
        if super()._all_started():
            super().terminate()
        else:
            self._told_early = True

    def loop(self) -> None:
        """Run until all processes have ended; none is left, whatever goes wrong here."""
        try:
            super().loop()
        except BaseException:
            self.kill()
            raise

    def was_stopped(self) -> bool:
        """Return whether a signal ended the run, rather than a process that gave up."""
        return self.returncode in {128 + number for number in SIGNALS}

    def _start(self) -> None:
        super()._start()
        # Not earlier: threads must not be copied into the processes.
        for work in self._meanwhile:
            Thread(target=work, daemon=True).start()

    def _all_started(self) -> bool:
        started = bool(super()._all_started())
        if started and self._told_early:
            self._told_early = False
            super().terminate()
        return started

    def _killall(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - honcho's own
        for process in self._processes.values():
            if "pid" in process and "returncode" not in process:
                (self._procmgr.kill if force else self._procmgr.terminate)(process["pid"])


def commands(procfile: Path, *, launcher: int, python: str = sys.executable) -> Mapping[str, str]:
    """Return the Procfile's processes by name, run by this Python and ending with the launcher.

    The shell is replaced by the program, so that a signal reaches it and nothing else.
    """
    keep = f"exec {shlex.quote(python)} -m bot.keep --while {launcher}"
    return {
        name: line.replace(KEEP, keep, 1).replace("-- python ", f"-- {shlex.quote(python)} ", 1)
        for name, line in parse_procfile(procfile.read_text()).processes.items()
    }
