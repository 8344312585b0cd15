"""What commands share: settings, servers that run, units of work, and how things are printed."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import click
import uuid_utils.compat
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot import keyrings
from bot.database import clock
from bot.embedded import servers
from bot.embedded.processes import ServerFailed
from bot.settings import BadSettings, Settings, load
from core.store.engine import open_engine
from core.store.keyring import Keyring
from core.store.unit import Unit, open_unit

STATEMENT_MS = 10 * 60 * 1000  # commands look at everything, and nobody waits for them

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, one document.")


@dataclass(frozen=True)
class Desk:
    """Where a command works: the settings, and the database as the application sees it."""

    settings: Settings
    engine: Engine

    @cached_property
    def keys(self) -> Keyring:
        """What protected fields are sealed with and opened by."""
        return keyrings.load(self.engine, self.settings)

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Run one unit of work."""
        new_id = uuid_utils.compat.uuid7
        with open_unit(
            self.engine,
            keys=self.keys,
            now=clock(self.engine),
            new_id=new_id,
            correlation=str(new_id()),
        ) as unit:
            yield unit


@contextmanager
def at_work() -> Iterator[Settings]:
    """Start the bundled servers that are down, and stop them again at the end.

    :raises click.ClickException: if the settings are wrong or a server does not start
    """
    try:
        settings = load()
        with servers.running(settings):
            yield settings
    except BadSettings as bad:
        raise click.ClickException("\n".join(bad.problems)) from None
    except ServerFailed as failed:
        raise click.ClickException(str(failed)) from None
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(f"the database said: {said} (flask --app bot doctor)") from None


@contextmanager
def open_desk() -> Iterator[Desk]:
    """Start what is down and open the database as the application."""
    with at_work() as settings:
        engine = open_engine(
            settings.database_url, name="wekeza-command", pool=1, statement_ms=STATEMENT_MS
        )
        try:
            yield Desk(settings, engine)
        finally:
            engine.dispose()


def table(rows: Iterable[Mapping[str, object]], columns: Sequence[str], *, as_json: bool) -> None:
    """Print rows: as JSON, or in columns that line up."""
    chosen = [{name: row[name] for name in columns} for row in rows]
    if as_json:
        click.echo(json.dumps(chosen, default=str, indent=1))
        return
    cells = [list(columns), *([_cell(value) for value in row.values()] for row in chosen)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
    for line in cells:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _cell(value: object) -> str:
    return "" if value is None else str(value)
