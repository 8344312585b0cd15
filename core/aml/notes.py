"""What whoever investigates writes down, and what they find to belong to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.access.actors import Actor
from core.aml.cases import READ, WORK, find, locked
from core.aml.guard import compliance, noted
from core.errors import DeskRefusal
from core.store.unit import Unit

WORDS = "aml_notes.words"
LONGEST = 5000
MOST = 500
What = Literal["payment", "hit", "review", "freeze", "customer"]


class NothingNoted(DeskRefusal):
    """A note without words."""

    code = "nothing_written"


class UnknownLink(DeskRefusal):
    """There is nothing of that id that an investigation could be about."""

    code = "unknown_link"


@dataclass(frozen=True, slots=True)
class Note:
    """Some words about an investigation."""

    id: UUID
    at: datetime
    by: UUID
    words: str


@dataclass(frozen=True, slots=True)
class Link:
    """Something that belongs to an investigation: a payment, a hit, a held payment, a freeze."""

    what: What
    id: UUID
    at: datetime
    by: UUID


def write(unit: Unit, actor: Actor, case_id: UUID, words: str) -> UUID:
    """Add a note to an open investigation and return its id.

    :raises NothingNoted: if there are no words
    :raises Refusal: whatever `core.aml.cases.locked` may refuse
    """
    words = words.strip()[:LONGEST]
    if not words:
        raise NothingNoted
    locked(unit, actor, case_id)
    note_id = unit.new_id()
    with compliance(unit, actor, WORK, about="case", about_id=case_id):
        unit.run(
            """
            insert into aml_notes (note_id, case_id, at, by, words)
            values (%(id)s, %(case)s, %(now)s, %(by)s, %(words)s)
            """,
            id=note_id,
            case=case_id,
            by=actor.id,
            words=unit.keys.seal(words, field=WORDS, row=note_id),
            now=unit.now,
        )
    noted(unit, actor, "noted", about="case", about_id=case_id)
    return note_id


def of_case(unit: Unit, actor: Actor, case_id: UUID) -> list[Note]:
    """Return the notes of an investigation, the oldest first."""
    with compliance(unit, actor, READ, about="case", about_id=case_id):
        rows = unit.all(
            """
            select note_id, at, by, words from aml_notes where case_id = %(case)s
            order by at, note_id limit %(most)s
            """,
            case=case_id,
            most=MOST,
        )
    return [
        Note(
            row.note_id,
            row.at,
            row.by,
            unit.keys.open(bytes(row.words), field=WORDS, row=row.note_id),
        )
        for row in rows
    ]


def link(unit: Unit, actor: Actor, case_id: UUID, *, what: What, thing: UUID) -> None:
    """Say that something belongs to an open investigation; saying it twice does no harm.

    :raises UnknownLink: if a payment is meant that the book has not
    :raises Refusal: whatever `core.aml.cases.locked` may refuse
    """
    locked(unit, actor, case_id)
    if what == "payment" and not unit.value(
        "select exists(select from transactions where transaction_id = %(id)s)", id=thing
    ):
        raise UnknownLink
    with compliance(unit, actor, WORK, about="case", about_id=case_id):
        unit.run(
            """
            insert into aml_links (case_id, what, id, at, by)
            values (%(case)s, %(what)s, %(id)s, %(now)s, %(by)s) on conflict do nothing
            """,
            case=case_id,
            what=what,
            id=thing,
            by=actor.id,
            now=unit.now,
        )
    noted(
        unit, actor, "linked", about="case", about_id=case_id,
        details={"what": what, "id": str(thing)},
    )  # fmt: skip


def links(unit: Unit, actor: Actor, case_id: UUID) -> list[Link]:
    """Return what belongs to an investigation, the oldest link first."""
    find(unit, actor, case_id)
    with compliance(unit, actor, READ, about="case", about_id=case_id):
        rows = unit.all(
            """
            select what, id, at, by from aml_links where case_id = %(case)s
            order by at, what, id limit %(most)s
            """,
            case=case_id,
            most=MOST,
        )
    return [Link(row.what, row.id, row.at, row.by) for row in rows]
