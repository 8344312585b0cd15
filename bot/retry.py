"""What another moment may mend, and trying once more when it has."""

from collections.abc import Callable
from typing import TypeVar

import structlog
from psycopg import errors as pg
from sqlalchemy import exc

from bot import proofs
from core.store import patience
from core.store.keyring import UnknownKey

AGAIN_SECONDS = 2.5
"""Time that must be left for a second try: a lock may be waited for that long."""
T = TypeVar("T")

# Locks, time limits, a connection that went away. Everything else the database says is a bug.
PASSING = (
    pg.LockNotAvailable,
    pg.QueryCanceled,
    pg.DeadlockDetected,
    pg.SerializationFailure,
    pg.IdleInTransactionSessionTimeout,
    pg.OperationalError,
    pg.InterfaceError,
)

log = structlog.get_logger()


class GivenUp(Exception):
    """A limit was met twice, or no time was left to try again. Nothing is known to be wrong."""


def is_passing(error: Exception) -> bool:
    """Return whether another moment may mend this."""
    if isinstance(error, exc.DBAPIError):
        return error.connection_invalidated or isinstance(error.orig, PASSING)
    return isinstance(error, proofs.Stale | UnknownKey | exc.TimeoutError)


def twice(work: Callable[[], T]) -> T:
    """Do a unit of work, and once more when it met a limit that may have passed by then.

    :raises GivenUp: if it met one again, or the time to answer is nearly over
    """
    try:
        return work()
    except Exception as error:
        if not is_passing(error):
            raise
        # Whoever waited for a connection in vain has waited long enough.
        if isinstance(error, exc.TimeoutError) or patience.left() < AGAIN_SECONDS:
            raise GivenUp(name(error)) from error
        log.warning("tried again", error=name(error))
    try:
        return work()
    except Exception as error:
        if is_passing(error):
            raise GivenUp(name(error)) from error
        raise


def name(error: Exception) -> str:
    """Return what the database called an error; its words may tell too much."""
    return type(getattr(error, "orig", None) or error).__name__
