"""The guided tour: five things to try, each ticked when it has really happened."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

# In the order of the list on the page.
THINGS = ("dial", "send", "read", "twice", "forged")


class Tried:
    """What has been tried since the last reset."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._done: set[str] = set()
        self._lock = Lock()
        self._tell = tell

    def tick(self, thing: str) -> None:
        """Note that something was tried."""
        with self._lock:
            if thing in self._done or (thing == "read" and "send" not in self._done):
                return
            self._done.add(thing)
        self._tell("tried", things=self.view())

    def heard(self, turn: Mapping[str, Any]) -> None:
        """Tick what a turn at the bank shows to have happened."""
        if turn.get("channel") == "ussd":
            self.tick("dial")
        # The last step of a payment is its PIN; a wrong one does not end the story.
        ended = turn.get("secret") and turn.get("outcome") == "ended"
        if ended and turn.get("flow") == "send_money":
            self.tick("send")

    def view(self) -> list[str]:
        """Return what was tried, in the order of the list."""
        with self._lock:
            return [thing for thing in THINGS if thing in self._done]

    def clear(self) -> None:
        """Start the tour again."""
        with self._lock:
            self._done.clear()
        self._tell("tried", things=[])
