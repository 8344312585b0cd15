"""``flask --app bot broadcast``: messages to many customers, and how far they have come."""

from collections.abc import Iterator
from uuid import UUID

import click

from bot.commands.desk import as_json, open_desk, table
from core.access.actors import SYSTEM
from core.crm import broadcasts, quiet_hours
from core.crm.broadcasts import Broadcast
from core.errors import Refusal

COLUMNS = ("id", "name", "state", "whom", "waiting", "owed", "passed_over", "ends_at")
NIGHTS = ("country", "begins", "ends", "source")


@click.group("broadcast")
def command() -> None:
    """Look at messages to many customers, and stop them. They are asked for at the desk."""


@command.command("list")
@click.option("--limit", default=50, show_default=True, help="How many, the newest first.")
@as_json
def list_broadcasts(*, limit: int, as_json: bool) -> None:
    """List broadcasts: how many customers still wait, were owed theirs, or were passed over."""
    with open_desk() as desk, desk.unit() as unit:
        rows = list(_rows(broadcasts.listed(unit, limit=limit)))
    if rows or as_json:
        table(rows, COLUMNS, as_json=as_json)
    else:
        click.echo("there are none")


@command.command("stop")
@click.argument("broadcast", type=click.UUID)
@click.option("--reason", required=True, help="Why; it is noted.")
def stop(*, broadcast: UUID, reason: str) -> None:
    """Stop a broadcast for good. What has left has left."""
    with open_desk() as desk, desk.unit() as unit:
        try:
            ended = broadcasts.stop(unit, SYSTEM, broadcast, reason=reason)
        except Refusal as refused:
            facts = ", ".join(refused.facts.values())
            raise click.ClickException(f"{refused.code} {facts}".strip()) from None
    click.echo(f"stopped; {ended.owed} were owed theirs, {ended.waiting} hear nothing")


@command.command("nights")
@as_json
def nights(*, as_json: bool) -> None:
    """List the quiet hours of every country, by its own clock."""
    with open_desk() as desk, desk.unit() as unit:
        found = quiet_hours.listed(unit)
    rows = [
        {
            "country": one.country,
            "begins": f"{one.begins:%H:%M}",
            "ends": f"{one.ends:%H:%M}",
            "source": one.source,
        }
        for one in found
    ]
    table(rows, NIGHTS, as_json=as_json)


def _rows(found: list[Broadcast]) -> Iterator[dict[str, object]]:
    for one in found:
        parts = (f"{name}: {', '.join(values)}" for name, values in one.chosen.items())
        yield {
            "id": str(one.id),
            "name": one.name,
            "state": one.state,
            "whom": "; ".join(parts) or "all",
            "waiting": one.waiting,
            "owed": one.owed,
            "passed_over": one.passed_over,
            "ends_at": one.ends_at.isoformat(),
        }
