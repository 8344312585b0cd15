"""The files of customers on the disk, kept in order: sealed all of them, and gone when they may go.

Each step may be killed and done again: a row points to a file that is there, or the file is no
more than bytes that nobody can open.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from core.crm import media
from core.store.files import Files
from core.store.unit import Unit

STRAY_AFTER = timedelta(days=1)
"""No file takes longer to be fetched and noted; what belongs to nobody by then is deleted."""
AT_ONCE = 500
Units = Callable[[], AbstractContextManager[Unit]]


def seal_clear(units: Units, files: Files) -> int:
    """Seal the media that were kept in clear once, and return how many that were."""
    done = 0
    while True:
        with units() as unit:
            found = media.clear(unit)
        for one in found:
            _seal(units, files, one)
        if not found:
            return done
        done += len(found)


def _seal(units: Units, files: Files, one: media.Clear) -> None:
    clear = files.root / one.path
    if clear.exists():
        files.write(one.id, clear.read_bytes())
    place = str(files.path(one.id).relative_to(files.root))
    with units() as unit:
        media.moved(unit, one.id, path=place)
        used = media.is_used(unit, one.path)
    if not used:
        _remove(clear)


def _remove(clear: Path) -> None:
    """Delete a file that stood in clear, and its folder where nothing else is in it."""
    clear.unlink(missing_ok=True)
    if clear.parent.exists() and not any(clear.parent.iterdir()):
        clear.parent.rmdir()


def delete_leaving(units: Units, files: Files) -> int:
    """Delete the media that are to go, and return how many that were."""
    done = 0
    while True:
        with units() as unit:
            ids = media.leaving(unit)
        for one in ids:
            files.remove(one)
            with units() as unit:
                media.gone(unit, one)
        if not ids:
            return done
        done += len(ids)


def delete_strays(
    units: Units, files: Files, *, known: Callable[[Unit, Sequence[UUID]], set[UUID]]
) -> int:
    """Delete files that belong to no row, and return how many; ``known`` says which do belong."""
    with units() as unit:
        before = unit.now - STRAY_AFTER
    done = files.sweep(before=before)
    for ids in _batches(files.old(before=before)):
        with units() as unit:
            strays = set(ids) - known(unit, ids)
        done += sum(files.remove(one) for one in strays)
    return done


def _batches(ids: Iterator[UUID]) -> Iterator[list[UUID]]:
    while some := list(islice(ids, AT_ONCE)):
        yield some
