"""``flask --app bot sanctions``: lists of sanctions and of exposed persons, and who is compared.

``screen`` compares a name that is typed and keeps nothing of it; whoever is compared for a reason,
the bank compares itself. No command prints a customer.
"""

from pathlib import Path
from statistics import quantiles

import click

from bot.commands.desk import Desk, as_json, open_desk, table
from core.access.actors import SYSTEM
from core.errors import Refusal
from core.screening import evaluate, importing, lists, rescreen
from core.screening.candidates import look
from core.screening.countries import code_of
from core.screening.evaluate import Measured, NotPeople, Sample
from core.screening.explain import explained, in_words
from core.screening.party import Kind, Party
from core.screening.score import name_of, score
from core.screening.screen import band_of

TAKEN = (
    "list", "version", "published", "entries", "names", "added", "changed", "removed", "again",
)  # fmt: skip
LISTED = ("list", "version", "newest", *TAKEN[2:-1], "imported_at")
CHANGED = ("key", "change", "name", "was")
COMPARED = ("score", "band", "list", "key", "listed", "why")
MEASURED = ("who", "many", "stopped", "share", "p50_ms", "p99_ms")
SHOWN = 5
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("sanctions")
def command() -> None:
    """Look after the lists that customers and payees are compared with."""


@command.command("import")
@click.option("--format", "list_id", type=click.Choice(sorted(importing.FORMATS)), required=True)
@click.option("--shrunk", is_flag=True, help="Most entries are gone, and that is as it should be.")
@click.argument("path", type=EXISTING)
@as_json
def take_in(*, list_id: str, shrunk: bool, path: Path, as_json: bool) -> None:
    """Take in PATH, a list as it is published; the same file again is nothing new.

    Customers are compared with what is new by the scheduler, or at once by `sanctions rescreen`.
    """
    try:
        with open_desk() as desk, desk.unit() as unit, path.open("rb") as file:
            done = importing.take_in(unit, list_id, file, actor=SYSTEM, shrunk=shrunk)
    except Refusal as refused:
        raise click.ClickException(f"{path.name}: {refused.code} {refused.facts}") from None
    row = {name: getattr(done, name) for name in TAKEN[1:]}
    table([{"list": done.list_id, **row}], TAKEN, as_json=as_json)


@command.command("list")
@as_json
def list_versions(*, as_json: bool) -> None:
    """List the versions of every list, the newest first."""
    with open_desk() as desk, desk.unit() as unit:
        found = lists.versions(unit, SYSTEM)
    rows = [
        {"list": one.list_id, **{name: getattr(one, name) for name in LISTED[1:]}} for one in found
    ]
    if rows or as_json:
        table(rows, LISTED, as_json=as_json)
    else:
        click.echo("no list was taken in yet")


@command.command("diff")
@click.argument("list_id", type=click.Choice(sorted(importing.FORMATS)))
@click.argument("version", type=click.IntRange(1))
@as_json
def diff(*, list_id: str, version: int, as_json: bool) -> None:
    """Show what VERSION of LIST_ID added, changed and removed."""
    with open_desk() as desk, desk.unit() as unit:
        found = lists.differences(unit, SYSTEM, list_id, version)
    rows = [
        {
            "key": one.key,
            "change": one.change,
            "name": one.now.name if one.now else "",
            "was": one.before.name if one.before else "",
        }
        for one in found
    ]
    if rows or as_json:
        table(rows, CHANGED, as_json=as_json)
    else:
        click.echo("nothing")


@command.command("screen")
@click.argument("name")
@click.option("--born", default="", help="A day (1958-02-12) or a year.")
@click.option("--country", default="", help="Two letters, or its name.")
@click.option("--kind", type=click.Choice(["person", "organisation", "unknown"]), default="unknown")
@as_json
def screen(*, name: str, born: str, country: str, kind: Kind, as_json: bool) -> None:
    """Compare NAME with every list and say why it is like what it is like; nothing is kept."""
    day, year = evaluate.birth_of(born)
    code = code_of(country)
    if (born and day is None and year is None) or (country and code is None):
        raise click.ClickException("that is no date of birth, or no country")
    party = Party(kind, name, day, code, year)
    with open_desk() as desk, desk.unit() as unit:
        as_read = name_of(party)
        looked = look(unit, as_read.asked)
    found = sorted(
        (score(party, as_read, one) for one in looked.listed), key=lambda one: -one.score
    )[:SHOWN]
    rows = [
        {
            "score": f"{one.score:.3f}",
            "band": band_of(one.score, looked.limits[one.listed.list_kind]),
            "list": one.listed.family,
            "key": one.listed.key,
            "listed": one.listed.name,
            "why": in_words(explained(one)),
        }
        for one in found
    ]
    if rows or as_json:
        table(rows, COMPARED, as_json=as_json)
    else:
        click.echo("clear: no listed name is like it")


@command.command("rescreen")
@click.option("--all", "everything", is_flag=True, help="With all entries, not with what is new.")
def again(*, everything: bool) -> None:
    """Compare customers, payees and other parties of payments with what is new on the lists."""
    with open_desk() as desk:
        with desk.unit() as unit:
            run = rescreen.begin(unit, everything=everything)
        if run is None:
            click.echo("nothing is new")
            return
        subjects = hits = 0
        for step in rescreen.steps(desk.unit, run):
            subjects, hits = subjects + step.subjects, hits + step.hits
    click.echo(f"{subjects} compared, {hits} hits")


@command.command("evaluate")
@click.option("--positives", type=EXISTING, help="People who are listed.")
@click.option("--negatives", type=EXISTING, help="People who are not.")
@click.option("--wrong", type=click.IntRange(0, 100_000), default=500, help="Entries misspelt.")
@click.option("--seed", type=int, default=1)
@click.option("--missed", is_flag=True, help="Print the names of who was not found.")
@as_json
def measured(
    *, positives: Path | None, negatives: Path | None, wrong: int, seed: int, missed: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure how many of the listed are stopped, and how many others; nothing is kept.

    Files have the columns full_name, date_of_birth and nationality. Entries of the lists that hold
    are compared too, written wrongly in seven ways.
    """
    rows = []
    with open_desk() as desk:
        for who, path in (("positives", positives), ("negatives", negatives)):
            if path is not None:
                rows.append(
                    _measured(desk, who, _people(path), missed=missed and path == positives)
                )
        if wrong:
            with desk.unit() as unit:
                samples = list(evaluate.written_wrongly(unit, wrong, seed=seed))
            rows.append(_measured(desk, "written wrongly", samples, missed=missed))
    table(rows, MEASURED, as_json=as_json)


def _measured(desk: Desk, who: str, samples: list[Sample], *, missed: bool) -> dict[str, object]:
    with desk.unit() as unit:
        found = evaluate.measure(unit, samples)
    if missed:
        for one in found.missed:
            click.echo(f"missed: {one.party.name} {one.way}".rstrip(), err=True)
    return {"who": who, "many": found.many, "stopped": found.stopped, **_figures(found)}


def _figures(found: Measured) -> dict[str, str]:
    cuts = [1000 * one for one in quantiles(found.seconds, n=100)] if found.many > 1 else [0.0] * 99
    return {"share": f"{found.share:.4f}", "p50_ms": f"{cuts[49]:.1f}", "p99_ms": f"{cuts[98]:.1f}"}


def _people(path: Path) -> list[Sample]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return list(evaluate.people(lines))
    except NotPeople as wrong:
        raise click.ClickException(f"{path.name}: {wrong}") from None
