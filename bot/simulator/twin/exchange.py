"""What both directions share: the parts of the phone companies, and what they keep."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from bot.simulator.meta_wire import hidden
from bot.simulator.twin.faults import Faults
from bot.simulator.twin.phones import Phones
from bot.simulator.twin.post import Outcome, Postman
from bot.simulator.wire import HIDDEN, Letter, Wire

WINDOW = timedelta(hours=24)
META_TRIES = (1.0, 2.0, 4.0, 8.0)  # until it is taken; Meta itself goes on for days
TWILIO_TRIES = (1.0,)  # once more, and only when nobody answered
AT_TRIES = (1.0, 2.0, 4.0, 8.0)  # until it is taken, within reason
MOST_LOGGED = 5000
LONGEST_ANSWER = 400  # characters shown of what the bank answered
# Four to eight digits, however they are spaced, may be a PIN or a code; a phone number is longer.
_SECRET = re.compile(r"(?<!\d)\d(?:[ .-]?\d){3,7}(?!\d)")


@dataclass(frozen=True, slots=True)
class Pace:
    """When receipts come after a message was taken, in seconds; ``read`` None means unread."""

    sent: float = 0.05
    delivered: float = 0.35
    read: float | None = 1.2


@dataclass(frozen=True, slots=True)
class Logged:
    """One message in the company's own list, which the bank may ask for."""

    sid: str
    at: datetime
    sender: str
    to: str
    text: str = field(repr=False)
    inbound: bool
    media: int = 0


@dataclass(slots=True)
class Exchange:
    """The parts, put together once per process."""

    wire: Wire
    phones: Phones
    faults: Faults
    postman: Postman
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    pace: Pace = field(default_factory=Pace)
    _list: deque[Logged] = field(default_factory=lambda: deque(maxlen=MOST_LOGGED))
    _lock: Lock = field(default_factory=Lock)

    def note(self, logged: Logged) -> None:
        """Put a message on the company's list."""
        with self._lock:
            self._list.append(logged)

    def listed(self) -> list[Logged]:
        """Return the company's list, newest first."""
        with self._lock:
            return list(reversed(self._list))

    def tell_call(
        self, address: str, channel: str, letter: Letter, outcome: Outcome, note: str
    ) -> None:
        """Show a webhook call on the page, its secrets hidden."""
        if not self.phones.is_watched(address):
            return
        name = "Body" if "Body" in letter.form else "text"
        self.phones.tell(
            address,
            "call",
            channel=channel,
            route=letter.route,
            id=letter.id,
            status=outcome.status,
            ms=outcome.ms,
            signature=letter.signature,
            note=note,
            curl=letter.curl(
                {name: masked(letter.form.get(name, ""))},
                hidden(letter.body, masked) if letter.body else "",
            ),
            answer=outcome.body[:LONGEST_ANSWER],
        )


def may_be_secret(text: str) -> bool:
    """Return whether a text could hold a PIN: four digits or more, however they are spaced."""
    return sum(character.isdigit() for character in text) >= 4


def masked(text: str) -> str:
    """Return a text with every number that could be a secret hidden; phone numbers stay."""
    return _SECRET.sub(HIDDEN, text)
