"""``flask --app bot outbox``: messages that still have to leave, and those that could not."""

from dataclasses import asdict

import click

from bot.commands.desk import as_json, open_desk, table
from core.store import resending
from core.store.outbox import listed

COLUMNS = ("id", "sender", "contact", "status", "attempts", "due_at", "error")
STATUSES = ("dead", "queued", "leased", "sent")


@click.group("outbox")
def command() -> None:
    """Look after outgoing messages."""


@command.command("list")
@click.option("--status", type=click.Choice(STATUSES), default="dead", show_default=True)
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@as_json
def list_rows(*, status: str, limit: int, as_json: bool) -> None:
    """List the oldest messages in a status; contacts are masked."""
    with open_desk() as desk, desk.unit() as unit:
        rows = [asdict(owed) for owed in listed(unit, status=status, limit=limit)]
    for row in rows:
        row["contact"] = _masked(str(row["contact"]))
    if rows or as_json:
        table(rows, COLUMNS, as_json=as_json)
    else:
        click.echo(f"no message is {status}")


@command.command("retry")
@click.argument("ids", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All dead messages, 500 at a time.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent again.")
def retry(*, ids: tuple[int, ...], everything: bool, dry_run: bool) -> None:
    """Queue dead messages again, by their ids or --all. The worker sends them within seconds."""
    if bool(ids) == everything:
        raise click.UsageError("name the messages by id, or say --all")
    with open_desk() as desk, desk.unit() as unit:
        if dry_run:
            dead = {owed.id for owed in listed(unit, status="dead", limit=500)}
            count = len(dead if everything else dead & set(ids))
        else:
            count = resending.revive(unit, ids or None)
    click.echo(f"{count} would be queued again" if dry_run else f"{count} queued again")


def _masked(contact: str) -> str:
    return f"{contact[:5]}…{contact[-3:]}" if len(contact) > 8 else "…"
