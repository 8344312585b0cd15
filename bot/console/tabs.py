"""Rooms of several pages: the row of tabs above each, and lists by the page."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from flask import Response, current_app, url_for

from bot.console import shell
from bot.guard import actor
from core.access.actors import Forbidden
from core.errors import Refusal

PAGE = 50


def show(
    rooms: Sequence[tuple[str, str]],
    page: str,
    framed: Mapping[str, object],
    /,
    *,
    tab: str,
    refused: Refusal | None = None,
    **facts: object,
) -> Response:
    """Answer with a page of a room; a refusal is said on it, and keeps its status.

    :param rooms: the pages of the room that whoever asks may open, by name and endpoint.
    """
    return shell.show(
        page,
        framed,
        status=shell.status_of(refused),
        refused=shell.told(refused),
        room=tab,
        rooms=[{"name": name, "href": url_for(endpoint)} for name, endpoint in rooms],
        **facts,
    )


def open_to_me(rooms: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Return the pages that are there and that whoever asks may open.

    :param rooms: the pages by name, endpoint, and the permission each takes
    """
    who = actor()
    return [
        (name, endpoint)
        for name, endpoint, permission in rooms
        if who.may(permission) and endpoint in current_app.view_functions
    ]


def land(rooms: Sequence[tuple[str, str, str]], *, read: str) -> Response:
    """Send on to the first page that whoever asks may open.

    :raises Forbidden: if there is none, whatever ``read`` allows
    """
    for _, endpoint in open_to_me(rooms):
        return shell.go(endpoint)
    raise Forbidden(permission=read)


class Row(Protocol):
    """A row of a list; its id says where the next page goes on."""

    @property
    def id(self) -> UUID:
        """Its id."""


def paged(found: Sequence[Row], after: UUID | None) -> dict[str, Any]:
    """Return a page as the templates show it; one row more was read than it shows, if there is."""
    more = len(found) > PAGE
    return {
        "found": found[:PAGE],
        "next": found[PAGE - 1].id if more else None,
        "after": after,
    }
