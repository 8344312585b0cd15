"""``flask --app bot ledger``: whether the book is whole."""

from dataclasses import asdict

import click

from bot.commands.desk import as_json, open_desk, table
from core.ledger.verify import verify as breaches_of


@click.group("ledger")
def command() -> None:
    """Look after the ledger."""


@command.command("verify")
@as_json
@click.pass_context
def verify(context: click.Context, *, as_json: bool) -> None:
    """Check every promise of the book; name each row that breaks one, and exit 1."""
    with open_desk() as desk, desk.unit() as unit:
        breaches = [asdict(breach) for breach in breaches_of(unit)]
    if breaches or as_json:
        table(breaches, ("check", "row", "what"), as_json=as_json)
    else:
        click.echo("the book is whole")
    context.exit(1 if breaches else 0)
