"""``flask --app bot db``: the database's shape."""

import click

from bot import database
from bot.commands.desk import at_work


@click.group("db")
def command() -> None:
    """Bring the database up to date."""


@command.command("upgrade")
def upgrade() -> None:
    """Run the migrations that are missing."""
    with at_work() as settings:
        done = database.upgrade(settings)
    click.echo(f"migrated: {', '.join(done)}" if done else "up to date")
