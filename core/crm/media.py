"""The files customers send: known from the message that named them, fetched and kept afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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


def keep(unit: Unit, media_id: UUID, *, path: str, size: int, content_type: str) -> None:
    """Note where a fetched file is kept, under the media folder, and its size before it was sealed.

    No hash of it is kept: one would tell whoever has the same picture whose it is.
    """
    unit.run(
        """
        update media set state = 'kept', path = %(path)s, bytes = %(size)s,
            content_type = %(content_type)s, kept_at = %(now)s, error = null
        where id = %(id)s and state in ('waiting', 'lost', 'refused')
        """,
        id=media_id,
        path=path,
        size=size,
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


@dataclass(frozen=True, slots=True)
class Clear:
    """A file that was kept before files were sealed. ``path`` is under the media folder."""

    id: UUID
    path: str


def clear(unit: Unit, *, limit: int = 100) -> list[Clear]:
    """Return files that still stand in clear: they are not named by their id."""
    rows = unit.all(
        """
        select id, path from media where path is not null and right(path, 36) <> id::text
        order by id limit %(limit)s
        """,
        limit=limit,
    )
    return [Clear(*tuple(row)) for row in rows]


def moved(unit: Unit, media_id: UUID, *, path: str) -> None:
    """Note that a file stands sealed at another path."""
    unit.run("update media set path = %(path)s where id = %(id)s", id=media_id, path=path)


def is_used(unit: Unit, path: str) -> bool:
    """Return whether a path is any file's."""
    used: bool = unit.value("select exists(select from media where path = %(path)s)", path=path)
    return used


def leaving(unit: Unit, *, limit: int = 100) -> list[UUID]:
    """Return files that are to be deleted and still stand on disk."""
    rows = unit.all(
        "select id from media where state = 'leaving' order by id limit %(limit)s", limit=limit
    )
    return [row.id for row in rows]


def gone(unit: Unit, media_id: UUID) -> None:
    """Note that a file was deleted: that there was one, and of what kind, is all that stays."""
    unit.run(
        """
        update media set state = 'gone', path = null, bytes = null
        where id = %(id)s and state = 'leaving'
        """,
        id=media_id,
    )


def known(unit: Unit, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these files belong on the disk, or may arrive there at any moment."""
    rows = unit.all(
        "select id from media where id = any(%(ids)s) and state in ('waiting', 'kept', 'leaving')",
        ids=list(ids),
    )
    return {row.id for row in rows}


def leave(unit: Unit, *, before: datetime, limit: int) -> int:
    """Have files deleted that came before then, and return how many.

    One that belongs to a case stays as long as the case is open, and as long again as this after
    it was closed.
    """
    return unit.run(
        """
        update media set state = case when path is null then 'gone' else 'leaving' end
        where id in (
            select m.id from media m
            where m.created_at < %(before)s and m.state not in ('leaving', 'gone')
                and not exists (
                    select from case_attachments a join cases c on c.id = a.case_id
                    where a.media_id = m.id
                        and (c.closed_at is null or c.closed_at >= %(before)s))
            order by m.created_at limit %(limit)s)
        """,
        before=before,
        limit=limit,
    )
