"""``flask --app bot settlement reconcile`` and ``breaks``: the book against what others tell.

Commands print no names, account numbers or words of others.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from bot.commands.desk import Desk, as_json, open_desk, table
from core.access.actors import SYSTEM
from core.errors import Refusal
from core.recon import breaks as listing
from core.recon import imports, run

TAKEN = ("file", "format", "sources", "lines", "again")
DONE = ("matched", "agreed", "opened", "ended", "open")
BROKEN = (
    "id", "kind", "severity", "age_days", "rail", "nostro", "day", "amount", "expected", "found",
    "reference", "case",
)  # fmt: skip


@click.command("reconcile")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", default="", help="Whose report it is, such as pesalink.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Of a report without lines.")
@as_json
def reconcile(*, files: Sequence[Path], partner: str, day: datetime | None, as_json: bool) -> None:
    """Take in FILES (a rail's report, camt.053, MT940) and set the book against all there is.

    A file that came before is not taken in again; without any, what has come in is looked at anew.
    """
    with open_desk() as desk:
        taken = [_take_in(desk, one, partner, day) for one in files]
        with desk.unit() as unit:
            done = run.reconcile(unit, by="command line")
            still = unit.value("select count(*) from recon_breaks where status = 'open'")
    opened = ", ".join(f"{kind} {many}" for kind, many in sorted(done.opened.items()))
    row = {
        "matched": done.matched,
        "agreed": done.agreed,
        "opened": opened or "none",
        "ended": done.resolved,
        "open": still,
    }
    if taken and not as_json:
        table(taken, TAKEN, as_json=False)
        click.echo()
    if as_json:
        table([{**row, "files": taken}], (*DONE, "files"), as_json=True)
    else:
        table([row], DONE, as_json=False)


@click.command("breaks")
@click.option("--status", type=click.Choice(["open", "resolved", "all"]), default="open")
@click.option("--after", type=click.UUID, help="The last one of the page before.")
@click.option("--limit", type=click.IntRange(1, listing.LONGEST_PAGE), default=50)
@as_json
def breaks(*, status: str, after: UUID | None, limit: int, as_json: bool) -> None:
    """List where book, reports and statements differ, the newest first."""
    with open_desk() as desk, desk.unit() as unit:
        found = listing.breaks(
            unit,
            SYSTEM,
            status=None if status == "all" else status,  # type: ignore[arg-type]
            after=after,
            limit=limit,
        )
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "severity": one.severity,
            "age_days": one.age_days,
            "rail": one.rail,
            "nostro": one.nostro,
            "day": one.day,
            "amount": one.amount,
            "expected": one.expected,
            "found": one.found,
            "reference": one.reference,
            "case": one.case_number or "",
        }
        for one in found
    ]
    if rows or as_json:
        table(rows, BROKEN, as_json=as_json)
    else:
        click.echo("no breaks")


def _take_in(desk: Desk, file: Path, partner: str, day: datetime | None) -> dict[str, object]:
    try:
        with desk.unit() as unit:
            done = imports.take_in(
                unit,
                SYSTEM,
                file.read_bytes(),
                partner=partner,
                on=None if day is None else day.date(),
            )
    except Refusal as refused:
        raise click.ClickException(f"{file.name}: {refused.code} {refused.facts}") from None
    return {
        "file": file.name,
        "format": done.format,
        "sources": done.sources,
        "lines": done.lines,
        "again": done.again,
    }
