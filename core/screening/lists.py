"""The lists: what is held of each, its versions, and what one version changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from core.access.actors import Actor
from core.errors import DeskRefusal
from core.screening.candidates import span_of
from core.screening.evidence import told
from core.screening.hits import PERMISSION
from core.store.unit import Row, Unit

MOST_DIFFERENCES = 500
Change = Literal["added", "changed", "removed"]


class UnknownVersion(DeskRefusal):
    """There is no such version of a list."""

    code = "unknown_version"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a list, as it was taken in."""

    list_id: str
    title: str
    kind: str
    version: int
    published: date | None
    entries: int
    names: int
    added: int
    changed: int
    removed: int
    imported_at: datetime
    imported_by: str
    digest: str
    """SHA-256 of the file."""
    newest: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says, in words."""

    name: str
    names: tuple[str, ...]
    kind: str
    born: tuple[str, ...]
    countries: tuple[str, ...]
    programme: str
    remarks: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version changed of one entry: what it said before, and what it says now."""

    key: str
    change: Change
    before: Said | None
    now: Said | None


@dataclass(frozen=True, slots=True)
class LatestRun:
    """The newest run over all customers."""

    began_at: datetime
    ended_at: datetime | None
    subjects: int
    hits: int


def versions(
    unit: Unit, actor: Actor, *, list_id: str | None = None, limit: int = 50
) -> list[Version]:
    """Return versions of one list or of all, the newest first.

    :raises Forbidden: if their role reads none
    """
    actor.require(PERMISSION)
    rows = unit.all(
        """
        select v.*, l.title, l.kind, encode(v.content_sha256, 'hex') as digest,
            v.version = max(v.version) over (partition by v.list_id) as newest
        from screening_versions v join screening_lists l on l.list_id = v.list_id
        where %(list)s::text is null or v.list_id = %(list)s
        order by v.imported_at desc, v.list_id, v.version desc limit %(limit)s
        """,
        list=list_id,
        limit=limit,
    )
    return [_version(row) for row in rows]


def version(unit: Unit, actor: Actor, list_id: str, number: int) -> Version:
    """Return one version of a list.

    :raises Forbidden: if their role reads none
    :raises UnknownVersion: if there is none
    """
    for one in versions(unit, actor, list_id=list_id, limit=10_000):
        if one.version == number:
            return one
    raise UnknownVersion


def differences(
    unit: Unit, actor: Actor, list_id: str, number: int, *, limit: int = MOST_DIFFERENCES
) -> list[Difference]:
    """Return what a version changed, by key: at most five hundred entries.

    :raises Forbidden: if their role reads none
    """
    actor.require(PERMISSION)
    rows = unit.all(
        """
        select key, min(e.entry_id) filter (where e.last_version = %(version)s) as before,
            min(e.entry_id) filter (where e.first_version = %(version)s) as now
        from screening_entries e
        where e.list_id = %(list)s
            and (e.first_version = %(version)s or e.last_version = %(version)s)
        group by key order by key limit %(limit)s
        """,
        list=list_id,
        version=number,
        limit=limit,
    )
    said = _said(unit, [one for row in rows for one in (row.before, row.now) if one])
    return [
        Difference(row.key, _change(row), said.get(row.before), said.get(row.now)) for row in rows
    ]


def latest_run(unit: Unit) -> LatestRun | None:
    """Return the newest run over all customers, if there was one."""
    row = unit.maybe(
        """
        select began_at, ended_at, subjects, hits from screening_runs
        order by began_at desc, run_id desc limit 1
        """
    )
    return None if row is None else LatestRun(*row)


def _change(row: Row) -> Change:
    if row.before is None:
        return "added"
    return "removed" if row.now is None else "changed"


def _said(unit: Unit, entries: Sequence[int]) -> dict[int | None, Said]:
    rows = unit.all(
        """
        select e.*, array(
            select n.name from screening_names n
            where n.entry_id = e.entry_id order by n.n) as names
        from screening_entries e where e.entry_id = any(%(entries)s)
        """,
        entries=list(entries),
    )
    return {
        row.entry_id: Said(
            row.name,
            tuple(row.names),
            row.kind,
            tuple(told(span_of(each)) for each in row.born),
            tuple(row.countries),
            row.programme,
            row.remarks,
        )
        for row in rows
    }


def _version(row: Row) -> Version:
    return Version(
        list_id=row.list_id,
        title=row.title,
        kind=row.kind,
        version=row.version,
        published=row.published,
        entries=row.entries,
        names=row.names,
        added=row.added,
        changed=row.changed,
        removed=row.removed,
        imported_at=row.imported_at,
        imported_by=row.imported_by,
        digest=row.digest,
        newest=row.newest,
    )
