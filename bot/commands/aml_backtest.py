"""``flask --app bot aml backtest``: what a set of rules would have done with past payments."""

from datetime import UTC, datetime, timedelta

import click

from bot.commands.desk import as_json, open_desk, table
from core.access.actors import SYSTEM
from core.aml import guard
from core.monitoring import rule_sets
from core.monitoring.backtest import Outcome, backtest
from core.monitoring.rule_sets import REQUEST, UnknownRuleSet

VERDICTS = ("was", "would", "payments")
DAY = click.DateTime(["%Y-%m-%d"])


@click.command("backtest")
@click.argument("version", type=int)
@click.option("--since", type=DAY, help="The first day; a month ago by default.")
@click.option("--until", type=DAY, help="The last day; today by default.")
@as_json
def command(*, version: int, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Judge past payments by a set of rules and tell what would have come of them."""
    with open_desk() as desk, desk.unit() as unit:
        last = until.replace(tzinfo=UTC) + timedelta(days=1) if until else unit.now
        first = since.replace(tzinfo=UTC) if since else last - timedelta(days=30)
        try:
            rules = rule_sets.find(unit, version)
        except UnknownRuleSet:
            raise click.ClickException(f"there is no set of rules {version}") from None
        with guard.compliance(unit, SYSTEM, REQUEST, about="rules", about_id=version):
            found = backtest(unit, rules, since=first, until=last)
    table(_rows(found), VERDICTS, as_json=as_json)
    if not as_json:
        click.echo(f"\n{found.payments} payments, {found.changed} of them otherwise; fired:")
        fired = [{"rule": name, "payments": many} for name, many in found.fired.items()]
        table(fired, ("rule", "payments"), as_json=False)


def _rows(found: Outcome) -> list[dict[str, object]]:
    return [
        {"was": moved.was, "would": moved.would, "payments": many}
        for moved, many in found.verdicts.items()
    ]
