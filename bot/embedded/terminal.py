"""Ctrl-C for us alone."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def foreground() -> Iterator[None]:
    """Take the terminal for a process group of our own, as a shell does for a job; give it back.

    A terminal sends Ctrl-C to the whole group in front. ``make`` in that group would end with an
    error however well we stopped. Without a terminal nothing happens.
    """
    before = _front()
    if before is None or before != os.getpgrp() or os.getpid() == before:
        yield
        return
    os.setpgid(0, 0)
    _bring_forward(os.getpgrp())
    try:
        yield
    finally:
        _bring_forward(before)


def _front() -> int | None:
    with suppress(OSError, ValueError):
        return os.tcgetpgrp(sys.stdin.fileno())
    return None


def _bring_forward(group: int) -> None:
    # A group that is not in front is stopped by the kernel for asking, unless it does not listen.
    heard = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    with suppress(OSError):
        os.tcsetpgrp(sys.stdin.fileno(), group)
    signal.signal(signal.SIGTTOU, heard)
