"""The bundled servers of a house: on while somebody needs them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.embedded import keys
from bot.embedded.postgres import Postgres
from bot.embedded.redis import Redis
from bot.embedded.server import Server
from bot.settings import Settings


def bundled(settings: Settings) -> list[Server]:
    """Return the servers that the settings leave to us; none when both have addresses."""
    servers: list[Server] = []
    if settings.bundled_postgres:
        servers.append(Postgres(settings.data_dir, keys.read_or_make(settings.data_dir)))
    if settings.bundled_redis:
        servers.append(Redis(settings.data_dir))
    return servers


@contextmanager
def running(settings: Settings) -> Iterator[Sequence[Server]]:
    """Start the bundled servers that are down; afterwards stop those that nobody else uses.

    Yields those that are ours to look after.

    :raises ServerFailed: if one does not start
    """
    started: list[Server] = []
    try:
        for server in bundled(settings):
            started.append(server)
            server.start()
        yield started
    finally:
        for server in reversed(started):
            server.stop()
