"""``flask --app bot ledger trial-balance | close-period``: the bank's books by line and by day."""

from datetime import UTC, date, datetime

import click

from bot.commands.desk import as_json, open_desk, table
from core.errors import Refusal
from core.ledger import book
from core.money import Money

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("trial-balance")
@click.option("--through", type=DAY, help="The end of which day, by value date; today by default.")
@as_json
def trial_balance(*, through: datetime | None, as_json: bool) -> None:
    """Print debits and credits of every line of the chart, per currency, with their sums."""
    with open_desk() as desk, desk.unit() as unit:
        lines = book.trial_balance(unit, through=_day(through, unit.now))
    rows = [
        {
            "currency": line.debit.currency,
            "account": line.gl_code,
            "name": line.name,
            "debit": _side(line.debit),
            "credit": _side(line.credit),
        }
        for line in lines
    ]
    table(rows + _sums(lines), ("currency", "account", "name", "debit", "credit"), as_json=as_json)


@click.command("close-period")
@click.argument("through", type=DAY)
@click.option("--by", required=True, help="Who closes it: a name or an e-mail address.")
@click.pass_context
def close_period(context: click.Context, *, through: datetime, by: str) -> None:
    """Close all days up to THROUGH: no posting takes a value date in them any more."""
    with open_desk() as desk, desk.unit() as unit:
        try:
            book.close_period(unit, through=through.date(), by=by)
        except Refusal as refused:
            facts = ", ".join(f"{name} {value}" for name, value in refused.facts.items())
            click.echo(f"not closed: {refused.code} ({facts})", err=True)
            context.exit(1)
    click.echo(f"closed through {through:%Y-%m-%d}")


COMMANDS = (trial_balance, close_period)


def _day(given: datetime | None, now: datetime) -> date:
    return given.date() if given else now.astimezone(UTC).date()  # value dates are days in UTC


def _side(amount: Money) -> str:
    return str(amount) if amount.minor else ""


def _sums(lines: list[book.TrialLine]) -> list[dict[str, str]]:
    sums: dict[str, tuple[Money, Money]] = {}
    for line in lines:
        zero = Money(0, line.debit.currency)
        debit, credit = sums.get(line.debit.currency, (zero, zero))
        sums[line.debit.currency] = (debit + line.debit, credit + line.credit)
    return [
        {
            "currency": currency,
            "account": "",
            "name": "sum",
            "debit": str(debit),
            "credit": str(credit),
        }
        for currency, (debit, credit) in sums.items()
    ]
