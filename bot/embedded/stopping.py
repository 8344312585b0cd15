"""How the launcher is told to stop, at any moment of its life."""

import signal
import sys

AGAIN_SECONDS = 0.05
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody wants us to end."""


def listen() -> None:
    """Raise ``Stopped`` where we are when a signal comes; the next ones change nothing."""
    for number in NUMBERS:
        signal.signal(number, _stop)
    signal.signal(signal.SIGALRM, _stop)
    sys.unraisablehook = _unheard


def be_deaf() -> None:
    """Do not listen any more: stopping goes on when Ctrl-C is pressed again."""
    for number in NUMBERS:
        signal.signal(number, signal.SIG_IGN)


def _stop(*_: object) -> None:
    be_deaf()
    raise Stopped


def _unheard(ignored: "sys.UnraisableHookArgs") -> None:
    """Raise ``Stopped`` anew when it came in a place that Python lets nothing out of."""
    if ignored.exc_type is Stopped:
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
    else:
        sys.__unraisablehook__(ignored)
