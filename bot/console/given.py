"""Ids, days and moments that a form or an address gave."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import abort, request

from bot.console import shell


def id_of(given: str) -> UUID:
    """Return an id; what is none was not made by a page of ours, and is answered with 400."""
    try:
        return UUID(given)
    except ValueError:
        abort(400)


def id_field(name: str) -> UUID:
    """Return an id that a form sent."""
    return id_of(shell.field(name, most=40))


def cursor() -> UUID | None:
    """Return the last row of the page before, None on the first page."""
    given = request.args.get("after", "")
    return id_of(given) if given else None


def moment(name: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant of a form's local time by a clock (in UTC); None if it was left empty.

    :raises ValueError: if it is no time
    """
    local = shell.field(name, most=19)
    return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC) if local else None


def day(name: str) -> date | None:
    """Return a day of the query; what is none was not made by a page of ours: it is as no day."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
