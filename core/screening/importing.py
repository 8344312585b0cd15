"""Taking in a list as it was published: whole or not at all, and every version is kept.

A file is read as a stream into a table of this unit alone, and set against what holds: entries that
are new or say something else begin with this version, those that are gone or said something else
end with it. The same file again is nothing new.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import BinaryIO

from core.access import audit
from core.access.actors import SYSTEM, Actor
from core.errors import DeskRefusal
from core.screening import names, ofac, pep, un
from core.screening.entries import Entry, ListBroken, Told
from core.screening.score import PEOPLE
from core.store.crashpoints import reached
from core.store.unit import Unit, jsonb

PERMISSION = "screening.review"
AT_ONCE = 500
PIECE = 1 << 20
VERSION = ("version", "published", "entries", "names", "added", "changed", "removed")
LEAST_LEFT = 0.5
"""A file with fewer than this part of the entries there are is taken for a piece of one."""


class ListShrunk(DeskRefusal):
    """Most entries would be gone: the file may be a piece. Facts: ``before``, ``now``."""

    code = "list_shrunk"


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought. ``again``: it is the newest version already, and nothing was done."""

    list_id: str
    version: int
    published: date | None
    entries: int
    names: int
    added: int
    changed: int
    removed: int
    again: bool = False


@contextmanager
def _lines(file: BinaryIO) -> Iterator[io.TextIOWrapper]:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield text
    finally:
        text.detach()


def _of_lines(read: Callable[[io.TextIOWrapper], Iterator[Entry]]) -> Callable[[BinaryIO], Told]:
    def told(file: BinaryIO) -> Told:
        def entries() -> Iterator[Entry]:
            with _lines(file) as lines:
                yield from read(lines)

        return Told(entries())

    return told


FORMATS: dict[str, Callable[[BinaryIO], Told]] = {
    "ofac-sdn": _of_lines(ofac.read_sdn),
    "ofac-alt": _of_lines(ofac.read_alt),
    "un-xml": un.read_un,
    "pep-csv": _of_lines(pep.read_pep),
}
"""How each list is read; a list is called as its format is."""


def take_in(
    unit: Unit, list_id: str, file: BinaryIO, *, actor: Actor = SYSTEM, shrunk: bool = False
) -> Imported:
    """Take in a file, which can be read twice, as the newest version of a list.

    :raises Forbidden: if their role takes in nothing
    :raises ListBroken: if the file is not what it should be, or has no entry
    :raises ListShrunk: if most entries would be gone, unless ``shrunk`` says that this is so
    """
    actor.require(PERMISSION)
    digest, size = _digest(file)
    # Two at once: the second waits here, and then sees what the first has done.
    unit.run("select pg_advisory_xact_lock(hashtextextended('screening import', 0))")
    if known := _known(unit, list_id, digest):
        return known
    told = FORMATS[list_id](file)
    _stage(unit, list_id, told)
    reached("screening.staged")
    row = unit.one(
        "select * from screening_take_in(%(list)s, %(hash)s, %(published)s, %(bytes)s, %(by)s,"
        " %(least)s::numeric, %(now)s)",
        list=list_id,
        hash=digest,
        published=told.published,
        bytes=size,
        by=f"{actor.kind} {actor.id}" if actor.id else actor.kind,
        least=0 if shrunk else LEAST_LEFT,
        now=unit.now,
    )
    if row.version is None:
        raise ListShrunk(before=str(row.before), now=str(row.entries))
    done = Imported(
        list_id, row.version, told.published, row.entries, row.names, row.added, row.changed,
        row.removed,
    )  # fmt: skip
    figures = {"version": done.version, "entries": done.entries}
    changes = {"added": done.added, "changed": done.changed, "removed": done.removed}
    audit.note(
        unit,
        actor,
        "screening.list_imported",
        subject="screening list",
        subject_id=list_id,
        after=figures | changes,
    )
    return done


def _digest(file: BinaryIO) -> tuple[bytes, int]:
    """Return the hash and size of a file, and go back to its beginning."""
    seen = hashlib.sha256()
    while some := file.read(PIECE):
        seen.update(some)
    size = file.tell()
    file.seek(0)
    return seen.digest(), size


def _known(unit: Unit, list_id: str, digest: bytes) -> Imported | None:
    row = unit.maybe(
        """
        select * from screening_versions where list_id = %(list)s order by version desc limit 1
        """,
        list=list_id,
    )
    if row is None or bytes(row.content_sha256) != digest:
        return None
    told = {name: getattr(row, name) for name in VERSION}
    return Imported(list_id=list_id, again=True, **told)


def _stage(unit: Unit, list_id: str, told: Told) -> None:
    """Write what a file tells into tables of this unit alone."""
    unit.run("select screening_stage()")
    many = 0
    while some := tuple(islice(told.entries, AT_ONCE)):
        again: str | None = unit.value(
            "select screening_stage_entries(%(list)s, %(entries)s, %(rules)s)",
            list=list_id,
            entries=jsonb([_row(one) for one in some]),
            rules=names.RULES,
        )
        if again is not None:
            raise ListBroken(line=again, why="an entry that comes twice")
        many += len(some)
    if not many:
        raise ListBroken(line="1", why="no entry in it")


def _row(one: Entry) -> dict[str, object]:
    organisation = one.kind not in PEOPLE
    told = dict.fromkeys(name for name, _ in one.names if name)
    quality = dict(reversed(one.names))
    read = {name: names.read(name, organisation=organisation) for name in told}
    return {
        "key": one.key,
        "kind": one.kind,
        "name": one.names[0].name,
        "born": [[first.isoformat(), last.isoformat()] for first, last in one.born],
        "countries": list(one.countries),
        "places": list(one.places),
        "programme": one.programme,
        "remarks": one.remarks,
        "names": [[name, quality[name], read[name].form, read[name].sound] for name in told],
    }
