"""The message templates we have at a provider, so that each is created there only once."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine


class TemplateBook:
    """Remembers which of a provider's templates has which shape, in the database and in memory.

    A sender asks between its own network calls, so each question is a transaction of its own.
    """

    def __init__(
        self, engine: Engine, *, clock: Callable[[], datetime], provider: str = "twilio"
    ) -> None:
        self._engine, self._clock = engine, clock
        self._provider = provider
        self._known: dict[str, str] = {}

    def find(self, key: str) -> str | None:
        """Return the provider's id of the template with this key; None when there is none yet."""
        if key not in self._known:
            with self._engine.begin() as connection:
                sid: str | None = connection.exec_driver_sql(
                    """
                    select sid from provider_templates
                    where provider = %(provider)s and key = %(key)s
                    """,
                    {"provider": self._provider, "key": key},
                ).scalar_one_or_none()
            if sid is None:
                return None
            self._known[key] = sid
        return self._known[key]

    def keep(self, key: str, sid: str) -> None:
        """Remember a template that was just created; the newest one of a key is used."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql(
                """
                insert into provider_templates (provider, key, sid, created_at)
                values (%(provider)s, %(key)s, %(sid)s, %(now)s)
                on conflict (provider, key) do update
                set sid = excluded.sid, created_at = excluded.created_at
                """,
                {"provider": self._provider, "key": key, "sid": sid, "now": self._clock()},
            )
        self._known[key] = sid
