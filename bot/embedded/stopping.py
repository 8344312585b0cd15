"""How the launcher is told to stop, at any moment of its life."""

import signal

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody wants us to end."""


def listen() -> None:
    """Raise ``Stopped`` where we are when a signal comes; the next ones change nothing."""
    for number in NUMBERS:
        signal.signal(number, _stop)


def be_deaf() -> None:
    """Do not listen any more: stopping goes on when Ctrl-C is pressed again."""
    for number in NUMBERS:
        signal.signal(number, signal.SIG_IGN)


def _stop(*_: object) -> None:
    be_deaf()
    raise Stopped
