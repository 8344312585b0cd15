"""Looking again at everybody when a list has changed: only at what is new, and at once.

Names of people stand sealed, so this is done here and not in the database: what a run compares with
is indexed in memory, subjects are opened a batch at a time, and nothing of them is written but the
result. Each batch is written in a unit that also moves the run on, so that a run that is killed
goes on where it was. A run finds what `core.screening.screen` would find, by the same rules.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from core.screening import names
from core.screening.candidates import MOST, Limits, limits_of, listed_of
from core.screening.names import Name
from core.screening.party import Listed, ListKind, Party
from core.screening.score import PEOPLE, Scored, listed_name, name_of, score
from core.screening.screen import PARTY, as_row, hits_of, party_of_json, sealed_parts
from core.screening.standings import screen_customer
from core.screening.trigrams import Index
from core.store.crashpoints import reached
from core.store.unit import Unit, jsonb

BATCH = 500
NEWCOMERS = 50
KEPT_FOR = timedelta(days=7 * 365 + 2)
Units = Callable[[], AbstractContextManager[Unit]]


@dataclass(frozen=True, slots=True)
class Run:
    """A run over all subjects: up to which state, and since which; None: with everything."""

    id: UUID
    state: int
    since: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch of a run has done."""

    subjects: int
    hits: int


class Subject(NamedTuple):
    """One version of somebody, opened."""

    id: UUID
    party: Party


class Page(NamedTuple):
    """Subjects to compare next: after whom, up to whom, and those of them that are due."""

    after: UUID | None
    until: UUID | None
    subjects: tuple[Subject, ...]


class Book:
    """Names of lists in memory, with what finds those that a name may be."""

    def __init__(self, listed: Sequence[Listed], limits: Mapping[ListKind, Limits]) -> None:
        """Index what a run compares with."""
        self.listed, self.limits = listed, limits
        self._names = [listed_name(one) for one in listed]
        self._forms = Index(name.form for name in self._names)
        self._sounds = Index(name.sound for name in self._names)

    def compare(self, party: Party) -> list[Scored]:
        """Return the scores of the names that a party may be, as the database would choose them."""
        name = name_of(party)
        return [
            score(party, name, self.listed[place], listed_as=self._names[place])
            for place in self._candidates(name.asked)
        ]

    def _candidates(self, name: Name) -> list[int]:
        if name.vowels:
            near = self._forms.near(name.form, most=MOST)
        else:
            near = self._sounds.near(name.sound, most=MOST)
        return [place for _, place in near]


def begin(unit: Unit, *, everything: bool = False) -> Run | None:
    """Return the run to do: one that is under way, else one of what is new; None when nothing is.

    What ended on the lists is let go of at once. ``everything`` begins one with all names there
    are, as after a change of the rules.
    """
    row = unit.maybe(
        "select * from screening_begin(%(id)s, %(all)s, %(now)s, %(correlation)s)",
        id=unit.new_id(),
        all=everything,
        now=unit.now,
        correlation=unit.correlation,
    )
    return None if row is None else Run(row.run_id, row.state_id, row.since_state)


def steps(units: Units, run: Run) -> Iterator[Step]:
    """Compare all subjects with what a run is about, a batch at a time, until it has ended.

    Comparing takes no transaction: a batch is read in one unit and written in another, unless
    somebody else who does the same run was quicker.
    """
    with units() as unit:
        news = unit.all("select * from screening_news(%(since)s)", since=run.since)
        limits = limits_of(unit.value("select screening_held()"))
    book = Book([listed_of(row) for row in news], limits)
    while True:
        with units() as unit:
            page = _next(unit, run)
            if page.until is None:
                unit.run("select screening_end(%(run)s, %(now)s)", run=run.id, now=unit.now)
                return
        scored = [book.compare(one.party) for one in page.subjects]
        with units() as unit:
            yield _note(unit, run, page, scored, book.limits)


def newcomers(unit: Unit) -> int:
    """Screen customers whom nobody has compared yet, some of them; return how many."""
    found = unit.all(
        """
        select c.id from customers c
        where c.is_active and not exists (
            select from screening_standings s where s.customer_id = c.id)
        order by c.id limit %(most)s
        """,
        most=NEWCOMERS,
    )
    for row in found:
        screen_customer(unit, row.id, why="first_time")
    return len(found)


def renew_forms(unit: Unit) -> int:
    """Make the forms of some names anew that other rules made; return how many."""
    rows = unit.all(
        "select * from screening_old_forms(%(rules)s, %(most)s)", rules=names.RULES, most=BATCH
    )
    forms = []
    for row in rows:
        name = names.read(row.name, organisation=row.kind not in PEOPLE)
        told = {"entry_id": row.entry_id, "n": row.n, "form": name.form, "sound": name.sound}
        forms.append(told)
    if forms:
        unit.run(
            "select screening_new_forms(%(rules)s, %(forms)s)",
            rules=names.RULES,
            forms=jsonb(forms),
        )
    return len(forms)


def forget(unit: Unit) -> int:
    """Forget who was compared seven years ago and not since; return how many were forgotten.

    As long a bank must be able to show whom it has compared (`core.crm.retention`).
    """
    many: int = unit.value(
        "select screening_forget(%(before)s, %(most)s)", before=unit.now - KEPT_FOR, most=BATCH
    )
    return many


def _next(unit: Unit, run: Run) -> Page:
    """Return the next page of subjects; one without an end is after the last."""
    rows = unit.all("select * from screening_next(%(run)s, %(most)s)", run=run.id, most=BATCH)
    after = unit.value("select after from screening_runs where run_id = %(run)s", run=run.id)
    subjects = tuple(
        Subject(row.id, party_of_json(unit.keys.open_json(row.party, field=PARTY, row=row.id)))
        for row in rows
        if row.due
    )
    return Page(after, rows[-1].id if rows else None, subjects)


def _note(
    unit: Unit,
    run: Run,
    page: Page,
    scored: Sequence[Sequence[Scored]],
    limits: Mapping[ListKind, Limits],
) -> Step:
    hits = [
        (place, unit.new_id(), *hit)
        for place, found in enumerate(scored, 1)
        for hit in hits_of(found, limits)
    ]
    written: int = unit.value(
        """
        select screening_note_many(%(run)s, %(after)s::uuid, %(until)s, %(ids)s::uuid[],
            %(subjects)s::uuid[], %(candidates)s::int[], %(tops)s::numeric[], %(hits)s,
            %(explained)s::bytea[], %(now)s, %(correlation)s)
        """,
        run=run.id,
        after=page.after,
        until=page.until,
        ids=[unit.new_id() for _ in page.subjects],
        subjects=[one.id for one in page.subjects],
        candidates=[len(found) for found in scored],
        tops=[max((each.score for each in found), default=0.0) for found in scored],
        hits=jsonb([as_row(*hit) for hit in hits]),
        explained=[sealed_parts(unit, hit_id, one) for _, hit_id, one, _ in hits],
        now=unit.now,
        correlation=unit.correlation,
    )
    reached("screening.batch_written")
    return Step(written, len(hits) if written else 0)
