"""``flask --app bot orders``: what is asked of partners, and what has no final word yet."""

from dataclasses import asdict
from uuid import UUID

import click

from bot.commands.desk import as_json, open_desk, table
from core.partners import orders

COLUMNS = (
    "id", "partner", "action", "subject", "status", "attempts", "due_at", "reference", "reason",
)  # fmt: skip
STATUSES = ("queued", "asking", "accepted", "unclear", "done", "refused", "cancelled")


@click.group("orders")
def command() -> None:
    """Look after orders to partners."""


@command.command("list")
@click.option("--partner", help="Of one partner alone, such as airtime.")
@click.option("--status", type=click.Choice(STATUSES))
@click.option("--stuck", is_flag=True, help="Those without a final word after a day.")
@click.option("--before", type=click.UUID, help="The last id of the page before.")
@click.option("--limit", type=click.IntRange(1, orders.MOST_LISTED), default=50, show_default=True)
@as_json
def list_orders(
    *,
    partner: str | None,
    status: str | None,
    stuck: bool,
    before: UUID | None,
    limit: int,
    as_json: bool,
) -> None:
    """List orders, the newest first; nothing that is sealed is shown."""
    with open_desk() as desk, desk.unit() as unit:
        found = orders.listed(
            unit, partner=partner, status=status, stuck=stuck, before=before, limit=limit
        )
    rows = [asdict(one) for one in found]
    if rows or as_json:
        table(rows, COLUMNS, as_json=as_json)
    else:
        click.echo("there are no such orders")
    if len(rows) == limit and not as_json:
        click.echo(f"there may be more: --before {rows[-1]['id']}", err=True)


@command.command("retry")
@click.argument("ids", type=click.UUID, nargs=-1, required=True)
def retry(*, ids: tuple[UUID, ...]) -> None:
    """Have open orders asked, or asked after, now. What has left is never sent again for this."""
    with open_desk() as desk, desk.unit() as unit:
        for order in ids:
            found = orders.retry(unit, order)
            click.echo(f"{order}: {'is asked within seconds' if found else 'no open order'}")
