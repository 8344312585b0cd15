"""The files customers send: known from the message that named them, fetched and kept afterwards."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from core.store.unit import Unit

MOST_ATTEMPTS = 6
FIRST_WAIT = timedelta(seconds=30)
"""How long a fetch may take before another is tried; twice as long each time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch."""

    id: UUID
    provider: str
    url: str
    content_type: str


def expect(
    unit: Unit, *, message_id: UUID, provider: str, url: str, content_type: str
) -> UUID | None:
    """Note that a message came with a file, and return the file's id; None if it is known."""
    found: UUID | None = unit.value(
        """
        insert into media (id, message_id, provider, url, content_type, due_at, created_at)
        values (%(id)s, %(message_id)s, %(provider)s, %(url)s, %(content_type)s, %(now)s, %(now)s)
        on conflict do nothing returning id
        """,
        id=unit.new_id(),
        message_id=message_id,
        provider=provider,
        url=url,
        content_type=content_type,
        now=unit.now,
    )
    return found


def due(unit: Unit, *, limit: int = 100) -> list[UUID]:
    """Return the files that should be fetched now."""
    rows = unit.all(
        """
        select id from media where state = 'waiting' and due_at <= %(now)s
        order by due_at limit %(limit)s
        """,
        now=unit.now,
        limit=limit,
    )
    return [row.id for row in rows]


def claim(unit: Unit, media_id: UUID) -> Wanted | None:
    """Take a file's fetch in hand, so that nobody else does for a while; None if it is not due.

    The last attempt leaves it lost, should nothing come of it.
    """
    row = unit.maybe(
        """
        update media set attempts = attempts + 1,
            due_at = %(now)s + %(wait)s * power(2, attempts),
            state = case when attempts + 1 >= %(most)s then 'lost' else state end
        where id = %(id)s and state = 'waiting' and due_at <= %(now)s
        returning id, provider, url, content_type
        """,
        id=media_id,
        wait=FIRST_WAIT,
        most=MOST_ATTEMPTS,
        now=unit.now,
    )
    return None if row is None else Wanted(*tuple(row))


def keep(
    unit: Unit, media_id: UUID, *, path: str, size: int, sha256: str, content_type: str
) -> None:
    """Note where a fetched file is kept, under the media folder."""
    unit.run(
        """
        update media set state = 'kept', path = %(path)s, bytes = %(size)s, sha256 = %(sha256)s,
            content_type = %(content_type)s, kept_at = %(now)s, error = null
        where id = %(id)s and state <> 'kept'
        """,
        id=media_id,
        path=path,
        size=size,
        sha256=sha256,
        content_type=content_type,
        now=unit.now,
    )


def fail(unit: Unit, media_id: UUID, *, error: str, for_good: bool) -> None:
    """Note that a fetch came to nothing; for good when the file is not one we keep."""
    unit.run(
        """
        update media set error = %(error)s,
            state = case when %(for_good)s then 'refused' else state end
        where id = %(id)s and state in ('waiting', 'lost')
        """,
        id=media_id,
        error=error,
        for_good=for_good,
    )
