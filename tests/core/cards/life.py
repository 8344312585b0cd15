"""The life of a card as a plain model: how it moves, who moves it, and what it costs.

Written down a second time, apart from the tables of the database.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from core.cards import address

START = 5_000_000
FEES = {
    "virtual": 5_000,
    "physical": 50_000,
    "replaced virtual": 5_000,
    "replaced physical": 30_000,
}
MOST = {"virtual": 3, "physical": 2}
HOME = address.read(line="12 Moi Avenue", town="Nairobi", country="KE")
LIVING = ("requested", "produced", "shipped", "active", "paused", "blocked")
MOVES: dict[str, dict[str, str]] = {
    "pause": {"active": "paused", "paused": "paused"},
    "resume": {"paused": "active", "active": "active"},
    "lost": dict.fromkeys(("produced", "shipped", "active", "paused", "blocked"), "lost")
    | {"lost": "lost", "stolen": "stolen"},
    "close": dict.fromkeys(("produced", "shipped", "active", "paused", "closed"), "closed"),
    "block": dict.fromkeys(("produced", "shipped", "active", "paused"), "blocked"),
    "staff close": dict.fromkeys(LIVING, "closed"),
    "activate": dict.fromkeys(("produced", "shipped"), "active"),
    "produced": {"requested": "produced"},
    "shipped": dict.fromkeys(("requested", "produced"), "shipped"),
    "closed": dict.fromkeys(LIVING, "closed"),
}
"""What each act makes of a card that stands so; any other it refuses, or news of it do nothing."""
REPLACEABLE = ("active", "paused", "lost", "stolen")


NEWS = ("produced", "shipped", "closed")
BY_CUSTOMER, BY_STAFF = ("pause", "resume", "lost", "close"), ("block", "unblock", "staff close")
ACTS = [
    *("ask", "replace", "scheme makes", "activate", "pause", "resume", "block", "unblock") * 2,
    *("scheme refuses", "set pin", "lost", "close", "staff close", "time"),
    *("news produced", "news produced", "news shipped", "news closed"),
]
"""What is tried: what ends a card less often than what does not."""
MUST_BE_SEEN = {
    "requested active", "requested failed", "requested produced", "requested shipped",
    "produced shipped",
    "shipped active", "active paused", "paused active", "active blocked", "blocked active",
    "paused blocked", "active lost", "active closed",
}  # fmt: skip
"""Moves without which a campaign would have proved little."""


@dataclass
class Life:
    """A card as the model has it."""

    id: UUID
    type: str
    fee: int
    replaces: UUID | None
    free: bool = False
    status: str = "requested"
    history: list[str] = field(default_factory=lambda: ["requested"])
    pan: str = ""
    last_day: date | None = None
    looked_at: bool = False
    has_pin: bool = False

    def become(self, status: str) -> None:
        if status != self.status:
            self.status = status
            self.history.append(status)
