"""``flask --app bot fees``: what the bank charges."""

from collections.abc import Iterator
from datetime import datetime

import click

from bot.commands.desk import as_json, open_desk, table
from core.fees import schedule
from core.fees.schedule import FeeLine
from core.kyc.countries import SERVED

COLUMNS = (
    "country", "what", "from", "up_to", "fixed", "per_mille", "least", "most", "since", "source",
)  # fmt: skip


@click.group("fees")
def command() -> None:
    """Look at what the bank charges."""


@command.command("list")
@click.option("--country", type=click.Choice(sorted(SERVED)), help="One country, not all.")
@click.option("--currency", help="Another currency than the country's own.")
@click.option("--what", type=click.Choice(schedule.SERVICES), help="One service, not all.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="What holds on that day, not today.")
@as_json
def list_fees(
    *, country: str | None, currency: str | None, what: str | None, on: datetime | None,
    as_json: bool,
) -> None:  # fmt: skip
    """List the fee schedule; amounts from ... up to ... cost what stands beside them."""
    rows: list[dict[str, object]] = []
    with open_desk() as desk, desk.unit() as unit:
        for one in [country] if country else SERVED:
            lines = schedule.listed(
                unit,
                country=one,
                currency=(currency or SERVED[one].currency).upper(),
                what=what,
                on=None if on is None else on.date(),
            )
            rows += _rows(one, lines)
    if rows or as_json:
        table(rows, COLUMNS, as_json=as_json)
    else:
        click.echo("nothing is charged for there")


def _rows(country: str, lines: list[FeeLine]) -> Iterator[dict[str, object]]:
    for line in lines:
        yield {
            "country": country,
            "what": line.what,
            "from": line.band.start,
            "up_to": "" if line.until is None else f"below {line.until}",
            "fixed": line.band.fixed,
            "per_mille": f"{line.band.per_mille.normalize():f}",
            "least": line.band.least,
            "most": line.band.most,
            "since": line.since,
            "source": line.source,
        }
