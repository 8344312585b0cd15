"""``flask --app bot ledger``: whether the book is whole, and its seals."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from bot.commands import ledger_books, ledger_files, ledger_seals
from bot.commands.desk import Desk, as_json, open_desk, table
from core.ledger import anchors as anchors_of
from core.ledger.anchors import Anchor
from core.ledger.checks.seals import verify_seals
from core.ledger.seals import SealKey
from core.ledger.verify import MOST_PER_CHECK, Breach
from core.ledger.verify import verify as breaches_of
from core.ledger.verify import warnings as warnings_of


@click.group("ledger")
def command() -> None:
    """Look after the ledger."""


for one in (*ledger_books.COMMANDS, *ledger_seals.COMMANDS, *ledger_files.COMMANDS):
    command.add_command(one)


@command.command("verify")
@click.option(
    "--anchor",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of anchors; DATA_DIR/anchors/anchors.ndjson by default.",
)
@click.option(
    "--blocks", type=click.IntRange(1), help="Quick: only the seals of that many last blocks."
)
@as_json
@click.pass_context
def verify(
    context: click.Context, *, anchor: Path | None, blocks: int | None, as_json: bool
) -> None:
    """Check every promise of the book; name each row that breaks one, and exit 1."""
    with open_desk() as desk:
        breaches = [asdict(breach) for breach in _breaches(desk, anchor=anchor, blocks=blocks)]
        with desk.unit() as unit:
            for odd in warnings_of(unit):
                click.echo(f"warning: {odd.check}: {odd.row} {odd.what}", err=True)
    if breaches or as_json:
        table(breaches, ("check", "row", "what"), as_json=as_json)
    else:
        click.echo("the book is whole")
    context.exit(1 if breaches else 0)


def _breaches(desk: Desk, *, anchor: Path | None, blocks: int | None) -> Iterable[Breach]:
    kept = anchor or anchors_of.place(desk.settings.data_dir)
    forged: list[Breach] = []
    anchors = _genuine(kept, forged) if kept.exists() else iter(())
    with desk.unit() as unit:
        promises = breaches_of(unit) if blocks is None else []
    with desk.unit() as unit:
        seals = verify_seals(
            unit, trusted=SealKey(desk.settings.seal_key).public, last=blocks, anchors=anchors
        )
    return [*promises, *seals, *forged]


def _genuine(file: Path, forged: list[Breach]) -> Iterator[Anchor]:
    for number, anchor in anchors_of.kept(file):
        if anchor is not None:
            yield anchor
        elif len(forged) < MOST_PER_CHECK:
            forged.append(
                Breach("seal_anchor", f"{file} line {number}", "is not what a key signed")
            )
