"""Keeps a bundled server running: when it dies, it is started again, ever later if it keeps dying.

As ``bot.keep`` does for the programs of the Procfile; but a server belongs to all who use it, so it
is nobody's child, and is looked after by its number.
"""

from collections.abc import Callable
from threading import Event, Lock
from time import monotonic

from bot.embedded.processes import ServerFailed
from bot.embedded.server import Server
from bot.keep import Waits

LOOK_SECONDS = 0.2


class Watch:
    """One server, and the wish that it runs."""

    def __init__(self, server: Server, *, say: Callable[[str], None]) -> None:
        self._server, self._say = server, say
        self._over = Event()
        self._starting = Lock()

    def run(self) -> None:
        """Look after the server until told to end."""
        waits, began = Waits(), monotonic()
        while not self._over.wait(LOOK_SECONDS):
            if self._server.pid() is not None:
                continue
            wait = waits.after(monotonic() - began)
            self._say(f"{self._server.name} has ended; again in {wait:g} s")
            if not self._over.wait(wait):
                self._start_again()
            began = monotonic()

    def end(self) -> None:
        """Start the server no more; a start that goes on is given up before this returns."""
        self._over.set()
        with self._starting:
            pass

    def _start_again(self) -> None:
        with self._starting:
            if self._over.is_set():
                return
            try:
                if self._server.start(unless=self._over.is_set):
                    self._say(f"{self._server.name} runs again")
            except (ServerFailed, OSError) as reason:
                if not self._over.is_set():
                    self._say(str(reason))
