"""Crash points: named places in a turn and in a send where a test can make the process die.

What survives a crash is proved by crashing, at every place where half of something might be left.
``reached`` names such a place. It does nothing unless the setting ``CRASH_AT`` names the same
place, which production refuses; then the process dies there as by ``kill -9``, or raises.
"""

import os
import signal

POINTS = frozenset(
    {
        # A turn, in the order a paying press gets there.
        "turn.heard",
        "turn.secret_proved",
        "turn.opened",  # the inbox row is written and the conversation locked
        "money.posted",  # and recorded as a transfer, by the same statement
        "money.notices_queued",
        "waiting.held",  # on hold, and not written down as money that waits
        "waiting.invited",
        "waiting.paid",  # captured and posted, and not written down as collected
        "turn.closed",  # conversation, kept reply, log and interaction are written
        "turn.reply_queued",
        "turn.before_commit",
        "turn.after_commit",
        "turn.before_wake",
        "turn.answered",  # the HTTP answer is ready and has not left
        # An answer from outside.
        "call.before_asking",
        "call.answered",
        "call.before_commit",
        "call.after_commit",
        # Timers.
        "timer.calls_found",
        "timer.rested",
        "timer.leases_returned",
        # What a provider says about a message, and a gateway about a session.
        "receipt.before_commit",
        "receipt.after_commit",
        "session.before_commit",
        # A document.
        "document.written",  # its file is on the disk and no row says so
        # A decision of maker and checker.
        "approval.decided",  # the effect is done and nothing is committed
        # A send.
        "send.leased",
        "send.worded",
        "send.answered",  # the provider has taken it and nobody has written that down
        "send.before_commit",
        "send.after_commit",
    }
)


class Crashed(Exception):
    """A crash point raised, because a test asked for it."""


class UnknownCrashPoint(ValueError):
    """No crash point has this name."""


_armed: str | None = None
_raises = False


def check(setting: str) -> None:
    """Accept a setting that ``arm`` would take.

    :raises UnknownCrashPoint: if there is no such point
    """
    name, _, how = setting.partition("=")
    if setting and (name not in POINTS or how not in {"", "raise"}):
        raise UnknownCrashPoint("must be a name from core/store/crashpoints.py")


def arm(setting: str) -> None:
    """Set the crash point of this process: ``name`` dies there, ``name=raise`` raises, "" neither.

    :raises UnknownCrashPoint: if there is no such point
    """
    global _armed, _raises
    check(setting)
    name, _, how = setting.partition("=")
    _armed, _raises = name or None, how == "raise"


def reached(point: str) -> None:
    """Say that a crash point was reached. Whoever is not under test goes on.

    :raises Crashed: if a test asked for that; once in the life of a process
    """
    if point != _armed:
        return
    if _raises:
        arm("")
        raise Crashed(point)
    os.kill(os.getpid(), signal.SIGKILL)
