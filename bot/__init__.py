"""The only room that knows all the others: it builds the house and opens its doors."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """Return the web application. Imported late, so that commands run when settings are broken."""
    from bot.app import build  # noqa: PLC0415 - late on purpose

    return build()
