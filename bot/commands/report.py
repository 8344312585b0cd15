"""``flask --app bot report``: what the authorities are told.

Nothing here prints who somebody is but ``export``, which writes the report itself to a file.
"""

from pathlib import Path
from uuid import UUID

import click

from bot.commands.desk import Desk, as_json, open_desk, table
from core.access.actors import SYSTEM
from core.errors import Refusal
from core.regulatory import preparing, reports
from core.regulatory.kinds import TYPES
from core.regulatory.reports import STATUSES, Report
from core.store.files import Files

COLUMNS = (
    "report", "country", "type", "period", "version", "status", "lines", "due", "filed_as",
    "sha256",
)  # fmt: skip


@click.group("report")
def command() -> None:
    """Prepare, list, prove and hand out the reports to the authorities."""


@command.command("make")
@click.argument("type", type=click.Choice([one for one in TYPES if one != "str"]))
@click.argument("period")
@click.option("--country", help="Where it is reported (UG); where the bank is at home by default.")
@as_json
def make(
    *,
    type: str,  # noqa: A002 - as it is typed
    period: str,
    country: str | None,
    as_json: bool,
) -> None:
    """Prepare the report of PERIOD: a week (2026-W09) or a month (2026-02).

    One that stands already is shown, and not made a second time.
    """
    with open_desk() as desk, desk.unit() as unit:
        where = (country or desk.settings.default_country).upper()
        theirs = desk.settings.goaml_schema
        try:
            made = preparing.for_period(
                unit, SYSTEM, _files(desk), type, period, country=where, theirs=theirs
            )
        except Refusal as refusal:
            raise click.ClickException(_said(refusal)) from None
    _table([made], as_json=as_json)


@command.command("list")
@click.option("--type", "kind", type=click.Choice(TYPES), help="Only these.")
@click.option("--status", type=click.Choice(STATUSES), help="Only what stands so.")
@click.option("--country", default="", help="Only those of a country (UG).")
@click.option("--limit", type=click.IntRange(1, reports.LONGEST_PAGE), default=50)
@as_json
def show(*, kind: str | None, status: str | None, country: str, limit: int, as_json: bool) -> None:
    """List reports, the newest first."""
    with open_desk() as desk, desk.unit() as unit:
        found = reports.page(
            unit,
            SYSTEM,
            type=kind or "",
            status=status or "",
            country=country.upper(),
            limit=limit,
        )
    _table(found, as_json=as_json)


@command.command("verify")
@click.argument("report", type=click.UUID, required=False)
@as_json
@click.pass_context
def verify(context: click.Context, *, report: UUID | None, as_json: bool) -> None:
    """Make REPORT (or every report) again of what went into it, and compare it byte for byte.

    Those whose seven years are over have nothing left to be made of, and are passed over. Exits 1
    if one comes out otherwise, or its file is not the one that was made.
    """
    wrong: list[dict[str, object]] = []
    with open_desk() as desk, desk.unit() as unit:
        files, many = _files(desk), 0
        for found in _each(desk, report):
            if not found.is_kept:
                continue
            many += 1
            content, same = reports.again(unit, SYSTEM, found)
            if not same:
                wrong.append({"report": found.id, "what": "comes out otherwise"})
            elif not files.path(found.id).exists():
                wrong.append({"report": found.id, "what": "its file is gone"})
            elif files.read(found.id) != content:
                wrong.append({"report": found.id, "what": "its file is another"})
    if wrong or as_json:
        table(wrong, ("report", "what"), as_json=as_json)
    else:
        click.echo(f"{many} reports come out as they were made")
    context.exit(1 if wrong else 0)


@command.command("export")
@click.argument("report", type=click.UUID)
@click.argument("path", type=click.Path(file_okay=False, exists=True, path_type=Path))
def export(*, report: UUID, path: Path) -> None:
    """Write REPORT, as the authority takes it, to a file in the folder PATH."""
    with open_desk() as desk, desk.unit() as unit:
        try:
            found = reports.find(unit, SYSTEM, report)
            content, same = reports.again(unit, SYSTEM, found)
        except Refusal as refusal:
            raise click.ClickException(_said(refusal)) from None
    if not same:
        raise click.ClickException("it comes out otherwise than it was made: nothing is written")
    place = path / found.name
    place.write_bytes(content)
    place.chmod(0o600)
    click.echo(str(place))


def _each(desk: Desk, report: UUID | None) -> list[Report]:
    with desk.unit() as unit:
        if report is not None:
            try:
                return [reports.find(unit, SYSTEM, report)]
            except Refusal as refusal:
                raise click.ClickException(_said(refusal)) from None
        every: list[Report] = []
        while some := reports.page(
            unit, SYSTEM, after=every[-1].id if every else None, limit=reports.LONGEST_PAGE
        ):
            every += some
        return every


def _files(desk: Desk) -> Files:
    return Files(desk.settings.data_dir, "compliance", desk.keys)


def _said(refusal: Refusal) -> str:
    facts = ", ".join(refusal.facts.values())
    return refusal.code.replace("_", " ") + (f": {facts}" if facts else "")


def _table(found: list[Report], *, as_json: bool) -> None:
    rows = [
        {
            "report": one.id,
            "country": one.country,
            "type": one.type,
            "period": one.period,
            "version": one.version,
            "status": one.status,
            "lines": one.lines,
            "due": one.due_at,
            "filed_as": one.filed_as or "",
            "sha256": one.sha256[:16],
        }
        for one in found
    ]
    table(rows, COLUMNS, as_json=as_json)
