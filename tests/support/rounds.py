"""Rounds of random runs, until they have seen what must come about."""

from collections.abc import Callable

MOST = 10


def until_seen(play: Callable[[], object], wanted: Callable[[], bool]) -> None:
    """Play until what is wanted was seen: one round may miss it by chance, ten in a row do not.

    :raises AssertionError: if it was not seen in ``MOST`` rounds
    """
    for _ in range(MOST):
        play()
        if wanted():
            return
    raise AssertionError(f"not seen in {MOST} rounds")
