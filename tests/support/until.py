"""Waiting for something that has to come."""

import time
from collections.abc import Callable


def until(true: Callable[[], object], *, seconds: float = 120.0, step: float = 0.02) -> object:
    """Wait until something is true and return it; how long that takes is not what is tested.

    :raises AssertionError: if it is still false after ``seconds``
    """
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(step)
    return found
