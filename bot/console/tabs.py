"""Rooms of several pages: the row of tabs above each, and lists by the page."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from flask import Response, url_for

from bot.console import shell
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
