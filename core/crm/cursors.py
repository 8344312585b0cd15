"""Where to go on reading a story of things that happened: behind the last one that was read."""

from datetime import datetime
from uuid import UUID


def cursor(at: datetime, id: UUID) -> str:  # noqa: A002 - what it is
    """Return the place behind something that happened then."""
    return f"{at.isoformat()}|{id}"


def place(given: str | None) -> tuple[datetime | None, UUID | None]:
    """Return the time and id that a cursor names, neither without one.

    :raises ValueError: if it is no cursor
    """
    if given is None:
        return None, None
    at, _, last = given.partition("|")
    return datetime.fromisoformat(at), UUID(last)
