"""How often a number may write to one contact, beyond how often it may write at all.

Meta takes one message in six seconds from a number to one person, and lends some beyond that, which
are paid back with time. So each contact has an account: a message costs its time, and whoever would
owe more than is lent waits until enough has passed. Those who were silent have no account.
"""

from threading import Lock

from channels.message import Pace

LONGEST_SECONDS = 600.0
"""How long a contact rests at most, whatever a provider says."""
SWEPT_SECONDS = 10.0


class Pairs:
    """The accounts of one number's contacts. They outlive a run over the number."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._lent = (pace.burst - 1) * pace.seconds
        self._paid_at: dict[str, float] = {}
        self._resting: dict[str, float] = {}
        self._swept_at = 0.0
        self._lock = Lock()

    def note(self, contact: str, *, now: float) -> None:
        """Note that a contact was written to; ``now`` is in seconds of a clock that never jumps."""
        if not self._pace.seconds:
            return
        with self._lock:
            paid_at = max(self._paid_at.get(contact, now), now) + self._pace.seconds
            self._paid_at[contact] = paid_at
            if paid_at - now > self._lent:
                self._resting[contact] = paid_at - self._lent

    def spend(self, contact: str, *, seconds: float, now: float) -> None:
        """Let a contact rest that the provider says was written to too much."""
        until = now + min(LONGEST_SECONDS, max(seconds, self._pace.seconds))
        with self._lock:
            self._resting[contact] = max(until, self._resting.get(contact, until))
            self._paid_at[contact] = until + self._lent

    def resting(self, *, now: float) -> list[str]:
        """Return the contacts that may not be written to now."""
        with self._lock:
            if now - self._swept_at > SWEPT_SECONDS:
                self._swept_at = now
                self._paid_at = {who: at for who, at in self._paid_at.items() if at > now}
            if self._resting:
                self._resting = {who: at for who, at in self._resting.items() if at > now}
            return list(self._resting)
