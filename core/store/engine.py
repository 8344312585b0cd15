"""The one way to PostgreSQL: a pool whose every connection has a role and time limits."""

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event, make_url

from core.store.patience import make_patient

APP_ROLE = "wekeza_app"


def open_engine(
    url: str,
    *,
    name: str,
    role: str | None = APP_ROLE,
    pool: int = 8,
    overflow: int = 4,
    wait_seconds: float = 3.0,
    statement_ms: int = 4000,
) -> Engine:
    """Return an engine whose connections are bounded in time and act as ``role``.

    A turn that meets a limit is retried whole by its edge: lock 2 s, statement 4 s (by default),
    idle in transaction 5 s. ``role`` is taken on even when the URL's user could do more, so that
    the application never works with an owner's rights; None keeps the URL's own user.
    """
    address = make_url(url).set(drivername="postgresql+psycopg")
    limits = {
        "lock_timeout": 2000,
        "statement_timeout": statement_ms,
        "idle_in_transaction_session_timeout": 5000,
    }
    options = " ".join(f"-c {setting}={value}" for setting, value in limits.items())
    if role and address.username != role:
        options += f" -c role={role}"
    engine = create_engine(
        address,
        pool_size=pool,
        max_overflow=overflow,
        pool_timeout=wait_seconds,
        pool_pre_ping=False,
        pool_use_lifo=True,
        pool_reset_on_return=None,  # `_come_back_clean` does it
        hide_parameters=True,  # an error that is logged must not tell a customer's name
        connect_args={"options": options, "application_name": name, "connect_timeout": 5},
    )
    event.listen(engine, "reset", _come_back_clean)
    make_patient(engine, statement_seconds=statement_ms / 1000)
    return engine


def _come_back_clean(connection: psycopg.Connection[Any], *_: object) -> None:
    """Roll back what a connection that comes back to the pool is still in; mostly it is nothing.

    SQLAlchemy by itself asks for a rollback each time.
    """
    if connection.pgconn.transaction_status != TransactionStatus.IDLE:
        connection.rollback()
