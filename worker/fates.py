"""What becomes of a message that a provider did not take, or took and could not deliver."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.message import Fate, SendFailed
from core.store.delivery import Dead, Later, Parcel

MOST_ATTEMPTS = 24
"""With the waits below, about an hour and a half of a provider's absence."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
PAUSE = timedelta(seconds=2)
"""How long a number rests when its provider says "too many" and not for how long."""
LONGEST_PAUSE = timedelta(minutes=5)
OLDEST = timedelta(days=1)
"""After which a message that was only ever told to wait is given up."""
PAIR_WAIT = 6.0
"""Seconds that one contact rests at first, of whom alone a provider says "too many"."""
MOST_RESENT = 4
"""Attempts, after which what failed at the handset is not sent again."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """It is to reach the customer by SMS; when it cannot, it is dead."""

    parcel: Parcel
    error: str


@dataclass(frozen=True, slots=True)
class Silenced:
    """The customer wants no more messages at this address."""

    parcel: Parcel
    error: str


@dataclass(frozen=True, slots=True)
class Slower:
    """The number sends too much: it rests for a while, and the message waits, uncounted."""

    later: Later
    pause: timedelta


Outcome = Later | Dead | Elsewhere | Silenced | Slower


def judge(parcel: Parcel, failed: SendFailed, *, now: datetime) -> Outcome:
    """Return what becomes of a message that its provider did not take just now."""
    code = failed.code[:64]
    outcome: Outcome = Dead(parcel.id, parcel.lease, code)
    match failed.fate:
        case Fate.RETRY:
            outcome = again(parcel, code, now=now, after=failed.after)
        case Fate.THROTTLE if failed.pair:
            # Everybody else may be written to: this one waits, each time for longer.
            wait = PAIR_WAIT * 2 ** (min(parcel.attempts, 8) - 1)
            outcome = again(parcel, code, now=now, after=max(failed.after or 0.0, wait))
        case Fate.THROTTLE if now - parcel.created_at < OLDEST:
            pause = _pause(failed.after)
            outcome = Slower(
                Later(parcel.id, parcel.lease, now + pause, code, counted=False), pause
            )
        case Fate.TEMPLATE if not parcel.as_template:
            outcome = Later(parcel.id, parcel.lease, now, code, as_template=True)
        case Fate.TEMPLATE | Fate.OTHER_CHANNEL if parcel.channel == "whatsapp":
            outcome = Elsewhere(parcel, code)
        case Fate.OPTED_OUT:
            outcome = Silenced(parcel, code)
    return outcome


def again(parcel: Parcel, error: str, *, now: datetime, after: float | None = None) -> Later | Dead:
    """Return when to try again, each time later; or give up when that was tried often enough."""
    if parcel.attempts >= MOST_ATTEMPTS:
        return Dead(parcel.id, parcel.lease, error)
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (min(parcel.attempts, 16) - 1))
    if after is not None:
        wait = min(LONGEST_WAIT, max(wait, timedelta(seconds=after)))
    # Rows that failed together come back apart.
    wait *= 1 + (parcel.id % 16) / 64
    return Later(parcel.id, parcel.lease, now + wait, error)


def _pause(after: float | None) -> timedelta:
    return PAUSE if after is None else min(LONGEST_PAUSE, timedelta(seconds=max(after, 0.1)))
