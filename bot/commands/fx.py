"""``flask --app bot fx``: rates, positions, quotes, decisions and the bank's own trades."""

from pathlib import Path
from uuid import UUID

import click

from bot.commands.desk import as_json, open_desk, table
from core.fx import decisions as decided
from core.fx import hedge_log, rate_files, rates, sweeping
from core.fx import positions as open_positions
from core.fx import providers as dealers


@click.group("fx")
def command() -> None:
    """Look after foreign exchange."""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--all", "every", is_flag=True, help="Every day of the file, not only the latest.")
def import_(file: Path, *, every: bool) -> None:
    """Keep the daily rates of a FILE: the ECB's eurofxref csv, or dollars in many currencies."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            found = sorted(rate_files.read(lines), key=lambda one: one.day)
    except (rate_files.NotARateFile, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file.name}: {error}") from None
    if not found:
        raise click.ClickException(f"{file.name}: there is no day in it")
    with open_desk() as desk, desk.unit() as unit:
        many = 0
        for one in found if every else found[-1:]:
            at = min(one.at, unit.now)
            many += rates.set_mids(
                unit, one.mids, source=one.source, good_until=one.good_until, at=at
            )
        last = found[-1]
        over = "" if last.good_until > unit.now else ", which is over: nothing is quoted by it"
    click.echo(
        f"{many} rates; of {last.day}, good until {last.good_until:%Y-%m-%d %H:%M} UTC{over}"
    )


@command.command("positions")
@as_json
@click.option("--pairs", is_flag=True, help="What the trades of each pair add up to instead.")
@click.pass_context
def positions(context: click.Context, *, as_json: bool, pairs: bool) -> None:
    """Tell what the bank has open, and whether ledger and trades agree; exit 1 if they do not."""
    with open_desk() as desk, desk.unit() as unit:
        breaches = open_positions.breaches(unit)
        known = open_positions.summary(unit)
        if pairs:
            rows = [
                {"pair": f"{one.sell}/{one.buy}", "trades": one.trades, "took": one.took,
                 "gave": one.gave}
                for one in open_positions.pairs(unit)
            ]  # fmt: skip
            table(rows, ("pair", "trades", "took", "gave"), as_json=as_json)
        else:
            lines = [
                {"position": one.position, "ordered": one.ordered, "promised": one.promised,
                 "limit": one.limit, "worth": one.worth}
                for one in known.lines
            ]  # fmt: skip
            columns = ("position", "ordered", "promised", "limit", "worth")
            table(lines, columns, as_json=as_json)
    click.echo(f"open in all: {known.exposure} of {known.limit}", err=True)
    if known.revalued is not None:
        click.echo(
            f"at the end of {known.revalued.day}: {known.revalued.gain} since the first trade",
            err=True,
        )
    for breach in breaches:
        click.echo(breach, err=True)
    context.exit(1 if breaches else 0)


@command.command("decisions")
@click.option("--of", "subject", type=click.UUID, help="Of one quote or hedge, by its id.")
@click.option("--outcome", help="Only those that ended so, such as no_liquidity.")
@click.option("--limit", type=click.IntRange(1, decided.MOST_LISTED), default=20)
@as_json
def decisions(*, subject: UUID | None, outcome: str | None, limit: int, as_json: bool) -> None:
    """Tell how quotes and hedges were decided; with --of, every candidate that was considered."""
    with open_desk() as desk, desk.unit() as unit:
        found = decided.listed(unit, subject=subject, outcome=outcome, limit=limit)
    rows = [
        {"at": f"{one.at:%Y-%m-%d %H:%M:%S}", "kind": one.kind, "pair": f"{one.sell}/{one.buy}",
         "amount": one.amount, "outcome": one.outcome, "route": one.route, "why": one.why,
         "subject": one.subject}
        for one in found
    ]  # fmt: skip
    table(
        rows,
        ("at", "kind", "pair", "amount", "outcome", "route", "why", "subject"),
        as_json=as_json,
    )
    if subject is not None and not as_json:
        for one in found:
            columns = ("provider", "pair", "rate", "capacity", "settles", "ms", "verdict")
            candidates = [dict.fromkeys(columns) | dict(each) for each in one.candidates]
            click.echo()
            table(candidates, columns, as_json=False)


@command.command("quotes")
@click.option("--days", type=click.IntRange(1, 366), default=14)
@as_json
def quotes(*, days: int, as_json: bool) -> None:
    """Count the quotes of each day: given, used, unused, still open, refused."""
    with open_desk() as desk, desk.unit() as unit:
        found = sweeping.days(unit, back=days)
    columns = ("day", "given", "used", "unused", "open", "refused")
    table([{name: getattr(one, name) for name in columns} for one in found], columns,
          as_json=as_json)  # fmt: skip


@command.command("providers")
@as_json
def providers(*, as_json: bool) -> None:
    """List the providers of liquidity: how often they answer, and what they offered last."""
    with open_desk() as desk, desk.unit() as unit:
        found = dealers.dealers(unit)
    rows = [
        {"provider": one.name, "availability": one.availability, "away": one.away,
         "pair": pair, "rate": offer.rate, "capacity": offer.capacity}
        for one in found
        for pair, offer in (sorted(one.offers.items()) or [("", dealers.NOTHING)])
    ]  # fmt: skip
    columns = ("provider", "availability", "away", "pair", "rate", "capacity")
    table(rows, columns, as_json=as_json)


@command.command("hedges")
@click.option("--status", type=click.Choice(("ordered", "filled", "settled", "refused")))
@click.option("--limit", type=click.IntRange(1, hedge_log.MOST_LISTED), default=20)
@as_json
def hedges(*, status: str | None, limit: int, as_json: bool) -> None:
    """List the bank's own trades with providers, the newest first."""
    with open_desk() as desk, desk.unit() as unit:
        found = hedge_log.listed(unit, status=status, limit=limit)
    columns = ("ordered_at", "reason", "provider", "sell", "buy", "status", "position", "over",
               "refused_for", "value_date", "id")  # fmt: skip
    table([{name: getattr(one, name) for name in columns} for one in found], columns,
          as_json=as_json)  # fmt: skip
