"""``flask --app bot settlement``: payments that leave, nostros they leave from, and the day's end.

Commands print no words of customers, no names and no account numbers.
"""

from dataclasses import fields
from datetime import date, datetime

import click

from bot.commands.desk import as_json, open_desk, table
from bot.commands.reconcile import breaks, reconcile
from core.errors import Refusal
from core.settlement import end_of_day, liquidity, overview
from core.settlement.liquidity import Line
from core.settlement.overview import Standing
from core.settlement.store import UnknownPayout

LISTED = (
    "reference", "status", "waits_for", "rail", "bank_id", "amount", "made_at", "due_at",
    "reason_code",
)  # fmt: skip
HAPPENED = ("seq", "at", "event", "was", "status", "rail", "code", "facts")
DECIDED = ("at", "chosen", "why")
LOOKED_AT = ("rail", "verdict", "worth", "why")
NOSTROS = ("nostro", "held", "reserved", "free", "low_water", "is_low")
CLOSED = ("country", "day", "next_day", "begun", "ended", "on_their_way")


@click.group("settlement")
def command() -> None:
    """Look after payments that leave the bank."""


command.add_command(reconcile)
command.add_command(breaks)


@command.command("list")
@click.option("--status", type=click.Choice(overview.STATUSES), help="Only those that stand so.")
@click.option("--rail", help="Only those of a rail, such as KE-PESALINK.")
@click.option("--limit", type=click.IntRange(1, overview.MOST_LISTED), default=50)
@as_json
def listed(*, status: str | None, rail: str | None, limit: int, as_json: bool) -> None:
    """List payments, the newest first; without a status those on their way."""
    with open_desk() as desk, desk.unit() as unit:
        rows = [_facts(one) for one in overview.listed(unit, status=status, rail=rail, most=limit)]
    if rows or as_json:
        table(rows, LISTED, as_json=as_json)
    else:
        click.echo("no payments" if status else "none is on its way")


@command.command("show")
@click.argument("reference")
@as_json
def show(*, reference: str, as_json: bool) -> None:
    """Show a payment: how it stands, what happened to it, and why its routes were taken."""
    with open_desk() as desk, desk.unit() as unit:
        try:
            one = overview.found(unit, reference)
        except UnknownPayout:
            raise click.ClickException(f"there is no payment {reference}") from None
        happened, decided = overview.history(unit, one.id), overview.decisions(unit, one.id)
    if not as_json:
        for name, value in _facts(one).items():
            click.echo(f"{name:12} {'' if value is None else value}")
        click.echo()
    table(happened, HAPPENED, as_json=as_json)
    for choice in decided:
        click.echo()
        table([choice], DECIDED, as_json=as_json)
        table(choice["candidates"], LOOKED_AT, as_json=as_json)


@command.command("nostros")
@as_json
def nostros(*, as_json: bool) -> None:
    """Tell what is held elsewhere, what of it is promised, and where money has to be brought."""
    with open_desk() as desk, desk.unit() as unit:
        rows = [{**_facts(one), "is_low": one.is_low} for one in liquidity.lines(unit)]
    table(rows, NOSTROS, as_json=as_json)


@command.command("end-of-day")
@click.option("--country", help="Close only the days of this country.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Close this day of the country.")
@as_json
def end_days(*, country: str | None, day: datetime | None, as_json: bool) -> None:
    """Close the days that have ended, and print their reports."""
    if day is not None and country is None:
        raise click.UsageError("a day is a country's: give --country too")
    with open_desk() as desk, desk.unit() as unit:
        wanted: list[tuple[str, date]] = (
            [(country, day.date())]
            if country is not None and day is not None
            else [one for one in end_of_day.due(unit) if country in (None, one[0])]
        )
        try:
            closed = [end_of_day.close(unit, *one, by="command line") for one in wanted]
        except Refusal as refused:
            raise click.ClickException(f"{refused.code} {refused.facts}") from None
    rows = [
        {
            "country": one.country,
            "day": one.day,
            "next_day": one.next_day,
            "begun": one.report["begun"],
            "ended": one.report["ended"],
            "on_their_way": one.report["on_their_way"],
        }
        for one in closed
    ]
    if rows or as_json:
        table(rows, CLOSED, as_json=as_json)
    else:
        click.echo("no day has ended that is not closed")


def _facts(one: Standing | Line) -> dict[str, object]:
    """Return the fields as they are: an amount is told as money, not taken apart."""
    return {each.name: getattr(one, each.name) for each in fields(one)}
