"""``flask --app bot ledger``: the book as a file that proves itself."""

import sys
from pathlib import Path

import click

from bot.commands.desk import open_desk
from bot.commands.ledger_seals import trusted_key
from core.ledger.export import BadExport
from core.ledger.export import export as lines_of
from core.ledger.export import verify_export as verified


@click.command("export")
@click.option("--since-block", type=click.IntRange(1), default=1, show_default=True)
def export(*, since_block: int) -> None:
    """Print every sealed row, block by block, as lines of JSON."""
    with open_desk() as desk, desk.unit() as unit:
        for line in lines_of(unit, since_block=since_block):
            sys.stdout.write(line + "\n")


@click.command("verify-export")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@trusted_key
def verify_export(*, file: Path, public_key: bytes | None) -> None:
    """Check that a file is what was exported, without any database; exits 1 if it is not."""
    try:
        with file.open(encoding="utf-8") as lines:
            blocks, rows = verified(lines, trusted=public_key)
    except (BadExport, UnicodeDecodeError) as bad:
        raise click.ClickException(str(bad)) from None
    click.echo(f"whole: {rows} rows in {blocks} blocks")


COMMANDS = (export, verify_export)
