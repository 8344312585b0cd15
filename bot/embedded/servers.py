"""The bundled servers of a house: on while somebody needs them."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.embedded import keys
from bot.embedded.postgres import Postgres
from bot.embedded.redis import Redis
from bot.settings import Settings


def bundled(settings: Settings) -> list[Postgres | Redis]:
    """Return the servers that the settings leave to us; none when both have addresses."""
    servers: list[Postgres | Redis] = []
    if settings.bundled_postgres:
        servers.append(Postgres(settings.data_dir, keys.read_or_make(settings.data_dir)))
    if settings.bundled_redis:
        servers.append(Redis(settings.data_dir))
    return servers


@contextmanager
def running(settings: Settings) -> Iterator[None]:
    """Start the bundled servers that are down; afterwards stop those that nobody else uses.

    :raises ServerFailed: if one does not start
    """
    started: list[Postgres | Redis] = []
    try:
        for server in bundled(settings):
            started.append(server)
            server.start()
        yield
    finally:
        for server in reversed(started):
            server.stop()
