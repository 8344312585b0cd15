"""``flask --app bot keys``: what protects fields, and changing it while the house is open."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot import keyrings
from bot.commands.desk import Desk, as_json, open_desk, table
from core.access import audit
from core.access.actors import SYSTEM
from core.crm import filing
from core.store import data_keys, rotation
from core.store.data_keys import ANNOUNCED_FOR
from core.store.files import FOLDERS, Files
from core.store.key_watch import Watch
from core.store.unit import Unit

COLUMNS = ("number", "for", "wrapped_by", "state", "since", "opens")


@click.group("keys")
def command() -> None:
    """Look after the keys that seal protected fields."""


@command.command("status")
@as_json
def status(*, as_json: bool) -> None:
    """List the data keys, and how many values each still opens."""
    with open_desk() as desk:
        newest = desk.keys.newest
        rows = []
        for key in data_keys.every(desk.engine):
            opens = sum(_opens(desk, key.number).values()) if key.number else ""
            state = "destroyed" if key.retired_at else "announced" if not key.active else "opens"
            if key.number == newest:
                state = "seals"
            rows.append(
                {
                    "number": key.number,
                    "for": "indexes" if key.number == data_keys.INDEX else "fields",
                    "wrapped_by": key.wrapped_by,
                    "state": "makes indexes" if key.number == data_keys.INDEX else state,
                    "since": key.retired_at or key.active_from,
                    "opens": opens,
                }
            )
    table(rows, COLUMNS, as_json=as_json)


@command.command("rotate")
@click.option(
    "--share",
    type=click.FloatRange(0.05, 1.0),
    default=0.5,
    show_default=True,
    help="The part of the time that is spent working; the rest is left to the house.",
)
def rotate(*, share: float) -> None:
    """Make a new data key, seal everything with it, and destroy the older ones.

    Runs while the house is open. Killed and begun again, it goes on where it was.
    """
    with open_desk() as desk:
        newest = _announced(desk) or data_keys.announce(
            desk.engine, keyrings.provider(desk.settings)
        )
        click.echo(f"data key {newest} is announced; it seals within {ANNOUNCED_FOR.seconds} s")
        _wait_for(desk, newest)
        sealed = filing.seal_clear(desk.unit, Files(desk.settings.data_dir, "media", desk.keys))
        click.echo(f"data key {newest} seals; {_reseal(desk, share)} values sealed anew")
        _wait_for_others(desk, newest)
        click.echo(f"every process seals with it; {_reseal(desk, share)} more sealed anew")
        click.echo(f"{sealed + _reseal_files(desk, share)} files sealed anew")
        for number in _done_with(desk, newest):
            data_keys.destroy(desk.engine, number)
            click.echo(f"data key {number} is destroyed")
        _note(desk, "keys.rotated", {"newest": str(newest)})


@command.command("rewrap")
def rewrap() -> None:
    """Wrap the data keys anew, by the first of FIELD_KEYS or the vault's key."""
    with open_desk() as desk:
        count = data_keys.rewrap(desk.engine, keyrings.provider(desk.settings))
        _note(desk, "keys.rewrapped", {"keys": str(count)})
    click.echo(f"{count} data keys wrapped anew")


def _announced(desk: Desk) -> int | None:
    """Return a key that an earlier run announced and that has not replaced the others yet."""
    living = [one for one in data_keys.living(desk.engine) if one.number != data_keys.INDEX]
    return living[-1].number if len(living) > 1 else None


def _wait_for(desk: Desk, number: int) -> None:
    watch = Watch(desk.engine, keyrings.provider(desk.settings), desk.keys)
    while desk.keys.newest != number:
        time.sleep(1.0)
        watch.look_now()


def _wait_for_others(desk: Desk, number: int) -> None:
    """Wait until no process seals with an older key: each has looked, and ended what it was at."""
    while not data_keys.is_settled(desk.engine, number):
        time.sleep(1.0)


def _reseal_files(desk: Desk, share: float) -> int:
    """Seal anew every file that an older key opens, and return how many that were."""
    done, pause = 0, (1 - share) / share
    for folder in FOLDERS:
        began = time.monotonic()
        for _ in Files(desk.settings.data_dir, folder, desk.keys).reseal():
            done += 1
            time.sleep(pause * (time.monotonic() - began))
            began = time.monotonic()
    return done


def _opens(desk: Desk, number: int) -> dict[str, int]:
    """Return how much of each field and of each folder a key still opens, where it opens any."""
    with desk.unit() as unit:
        opens = rotation.left(unit, number)
    for folder in FOLDERS:
        files = Files(desk.settings.data_dir, folder, desk.keys)
        if many := files.opened_by()[number]:
            opens[files.field] = many
    return opens


def _reseal(desk: Desk, share: float) -> int:
    """Seal anew until a whole run finds nothing, which leaves nothing to transactions in hand."""
    done, pause = 0, (1 - share) / share

    @contextmanager
    def units() -> Iterator[Unit]:
        with desk.unit() as unit:
            yield unit

    while True:
        before, began = done, time.monotonic()
        for step in rotation.reseal(units):
            done += step.resealed
            time.sleep(pause * (time.monotonic() - began))
            began = time.monotonic()
        if done == before:
            return done


def _done_with(desk: Desk, newest: int) -> list[int]:
    """Return the older keys that open nothing any more; say what holds the others back."""
    done = []
    for key in data_keys.living(desk.engine):
        if key.number in (data_keys.INDEX, newest):
            continue
        left = _opens(desk, key.number)
        if not left:
            done.append(key.number)
        for field, count in left.items():
            click.echo(f"data key {key.number} still opens {count} of {field}")
    return done


def _note(desk: Desk, action: str, facts: dict[str, str]) -> None:
    with desk.unit() as unit:
        audit.note(unit, SYSTEM, action, subject="data_keys", subject_id="all", after=facts)
