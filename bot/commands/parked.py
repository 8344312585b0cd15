"""``flask --app bot parked``: what broke and waits for a person."""

from dataclasses import asdict
from getpass import getuser

import click

from bot.commands.desk import as_json, open_desk, table
from core.crm import mending, parked
from core.crm.parked import Parked
from core.store.unit import Unit

COLUMNS = ("id", "reason", "attempts", "first_at", "last_at", "correlation")
KINDS = (
    "message", "call", "receipt", "session", "opt_out", "webhook", "chore", "job", "letter", "file",
)  # fmt: skip

by = click.option("--by", default=getuser, help="Who says so; your name on this machine.")
ids = click.argument("ids", nargs=-1, required=True)


@click.group("parked")
def command() -> None:
    """Look after what broke: messages, receipts, chores, letters that nobody took."""


@command.command("list")
@click.option("--kind", type=click.Choice(KINDS))
@click.option("--after", metavar="ID", help="The last id of the page before.")
@click.option("--limit", type=click.IntRange(1, parked.MOST_LISTED), default=50, show_default=True)
@as_json
def list_parked(*, kind: str | None, after: str | None, limit: int, as_json: bool) -> None:
    """List what is parked, oldest first."""
    with open_desk() as desk, desk.unit() as unit:
        rows = [asdict(one) for one in parked.listed(unit, kind=kind, after=after, limit=limit)]
    if rows or as_json:
        table(rows, COLUMNS, as_json=as_json)
    else:
        click.echo("nothing is parked")
    if len(rows) == limit and not as_json:
        click.echo(f"there may be more: --after {rows[-1]['id']}", err=True)


@command.command("show")
@click.argument("id")
def show(id: str) -> None:  # noqa: A002
    """Show one parked thing: what it was, where in our code it broke, and what a retry needs."""
    with open_desk() as desk, desk.unit() as unit:
        one = _found(unit, id)
    for name, value in asdict(one).items():
        lines = str(value).splitlines() or [""]
        click.echo(f"{name:12} {lines[0]}")
        for line in lines[1:]:
            click.echo(f"{'':12} {line}")


@command.command("retry")
@ids
@by
def retry(*, ids: tuple[str, ...], by: str) -> None:
    """Do parked things again, one transaction each."""
    with open_desk() as desk:
        for id in ids:  # noqa: A001
            with desk.unit() as unit:
                click.echo(f"{id}: {mending.retry(unit, _found(unit, id), by=by)}")


@command.command("drop")
@ids
@by
@click.option("--why", required=True, help="Why nothing needs to be done; it is kept.")
def drop(*, ids: tuple[str, ...], by: str, why: str) -> None:
    """Lay parked things to rest. Who did it and why is kept with them."""
    with open_desk() as desk:
        for id in ids:  # noqa: A001
            with desk.unit() as unit:
                mending.drop(unit, _found(unit, id), by=by, why=why)
            click.echo(f"{id}: dropped")


def _found(unit: Unit, id: str) -> Parked:  # noqa: A002
    one = parked.find(unit, id)
    if one is None:
        raise click.ClickException(f"nothing parked is called {id}")
    return one
