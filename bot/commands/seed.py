"""``flask --app bot seed``: data to begin with."""

import click

from bot import database
from bot.commands.desk import at_work
from core.demo.people import PIN
from core.demo.staff import log_ins


@click.group("seed")
def command() -> None:
    """Load data to begin with."""


@command.command("demo")
@click.option("--reset", is_flag=True, help="Forget everything first. Nothing of it comes back.")
def demo(*, reset: bool) -> None:
    """Load the demo bank, relative to now. Only with DEMO_MODE=1."""
    with at_work() as settings:
        if not settings.demo_mode:
            raise click.ClickException("not with DEMO_MODE=0: every demo PIN is known to all")
        if reset:
            database.begin_anew(settings)
            loaded = True
        else:
            database.upgrade(settings)
            loaded = database.seed(settings)
    click.echo(
        f"the demo bank is loaded; every PIN is {PIN}\n{log_ins()}"
        if loaded
        else "there are customers already; --reset begins anew"
    )
