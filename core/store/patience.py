"""Connections that do not wait for ever: a server that says nothing is given up on.

PostgreSQL's own limits (``core.store.engine``) hold while it answers. A server that stands still,
or a network that swallows what is sent, keeps none of them; so the client has a limit of its own.
And whoever must answer by a certain time says so with ``until``: no statement outlasts it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import ceil
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Engine, event

CONNECT_SECONDS = 5
GRACE_SECONDS = 1.0
"""How much longer than the server's own limit on a statement the client waits."""
LEAST_SECONDS = 0.25
"""What a statement is given at the least, so that what has begun late can still be undone."""
RV = TypeVar("RV")

_until: ContextVar[float | None] = ContextVar("until", default=None)


class SilentServer(psycopg.OperationalError):
    """The server did not answer in time; whether it did what it was asked is not known."""


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Let no statement of this block wait beyond a moment of ``time.monotonic``."""
    token = _until.set(moment)
    try:
        yield
    finally:
        _until.reset(token)


def left() -> float:
    """Return the seconds left of the innermost ``until``; infinite when there is none."""
    moment = _until.get()
    return float("inf") if moment is None else moment - monotonic()


class PatientConnection(psycopg.Connection[Any]):
    """A connection that closes itself when the server has been silent for ``longest`` seconds."""

    longest = 30.0

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for the server, as long as its limits and the caller's time allow.

        :raises SilentServer: if it has not answered by then; the connection is closed
        """
        if timeout is None:
            timeout = min(self.longest, max(left(), LEAST_SECONDS))
        began = monotonic()
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.OperationalError as error:
            # psycopg names this error privately; nothing else takes as long without an SQLSTATE.
            if error.sqlstate is not None or monotonic() - began < timeout:
                raise
            # Half an answer may still come: nobody else may be given this connection.
            self.pgconn.finish()
            raise SilentServer("no answer in time") from error


def make_patient(engine: Engine, *, statement_seconds: float) -> None:
    """Have an engine connect with patience: a little more than its statements are allowed."""

    @event.listens_for(engine, "do_connect")
    def connect(_: object, __: object, args: list[Any], facts: dict[str, Any]) -> PatientConnection:
        # libpq counts in whole seconds, and no fewer than two.
        seconds = min(facts.get("connect_timeout", CONNECT_SECONDS), ceil(min(left(), 60.0)))
        connection = PatientConnection.connect(
            *args, **{**facts, "connect_timeout": max(2, seconds)}
        )
        connection.longest = statement_seconds + GRACE_SECONDS
        return connection
