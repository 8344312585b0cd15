"""The only room that knows all the others: it builds the house and opens its doors."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """Return the web application, or under ``flask --app bot`` the one with the commands.

    Each is imported late, so that commands run when settings are broken.
    """
    from bot import cli  # noqa: PLC0415 - late on purpose

    if cli.asked_for():
        return cli.create_app()
    from bot.app import build  # noqa: PLC0415 - late on purpose

    return build()
