"""Ids that a form or an address gave."""

from uuid import UUID

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
