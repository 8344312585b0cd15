"""Files that belong to an investigation: sealed on the disk, read by compliance alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from uuid import UUID

from core.access.actors import SYSTEM, Actor
from core.aml.cases import READ, WORK, locked
from core.aml.guard import compliance, noted
from core.errors import DeskRefusal
from core.store.files import Files
from core.store.unit import Row, Unit

NAME = "aml_evidence.name"
LARGEST = 900_000
"""Bytes; what a form of the desk carries."""
MOST = 100
LONGEST_NAME = 120
_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


class EvidenceUnfit(DeskRefusal):
    """It is no PDF, picture or text, or empty, or too large."""

    code = "evidence_unfit"


class UnknownEvidence(DeskRefusal):
    """There is no such file."""

    code = "no_such_file"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file of an investigation. ``sha256`` is of what is in it, in hexadecimal digits."""

    id: UUID
    case: UUID
    at: datetime
    by: UUID
    name: str
    content_type: str
    bytes: int
    sha256: str


def keep(
    unit: Unit, actor: Actor, files: Files, case_id: UUID, *, name: str, content: bytes
) -> UUID:
    """Keep a file with an open investigation and return its id.

    The file is written before its row is committed: a stray is swept later, a row without its file
    is never seen.

    :raises EvidenceUnfit: if it is of no kind that is kept
    :raises Refusal: whatever `core.aml.cases.locked` may refuse
    """
    kind = _kind(content)
    locked(unit, actor, case_id)
    evidence_id = unit.new_id()
    files.write(evidence_id, content)
    called = PurePath(name.replace("\\", "/")).name.strip()[:LONGEST_NAME] or "file"
    with compliance(unit, actor, WORK, about="case", about_id=case_id):
        unit.run(
            """
            insert into aml_evidence (evidence_id, case_id, at, by, name, content_type, bytes,
                sha256)
            values (%(id)s, %(case)s, %(now)s, %(by)s, %(name)s, %(type)s, %(bytes)s, %(sha256)s)
            """,
            id=evidence_id,
            case=case_id,
            by=actor.id,
            name=unit.keys.seal(called, field=NAME, row=evidence_id),
            type=kind,
            bytes=len(content),
            sha256=hashlib.sha256(content).digest(),
            now=unit.now,
        )
    noted(unit, actor, "evidence", about="case", about_id=case_id)
    return evidence_id


def of_case(unit: Unit, actor: Actor, case_id: UUID) -> list[Evidence]:
    """Return the files of an investigation, the oldest first."""
    with compliance(unit, actor, READ, about="case", about_id=case_id):
        rows = unit.all(
            "select * from aml_evidence where case_id = %(case)s order by at, evidence_id"
            " limit %(most)s",
            case=case_id,
            most=MOST,
        )
    return [_of(unit, row) for row in rows]


def read(
    unit: Unit, actor: Actor, files: Files, case_id: UUID, evidence_id: UUID
) -> tuple[Evidence, bytes]:
    """Return a file of an investigation, with what is in it.

    :raises UnknownEvidence: if there is none of that id
    """
    with compliance(unit, actor, READ, about="evidence", about_id=evidence_id):
        row = unit.maybe(
            "select * from aml_evidence where evidence_id = %(id)s and case_id = %(case)s",
            id=evidence_id,
            case=case_id,
        )
    if row is None:
        raise UnknownEvidence
    return _of(unit, row), files.read(evidence_id)


def known(unit: Unit, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of some files belong to an investigation; for the house's own tidying."""
    with compliance(unit, SYSTEM, READ):
        rows = unit.all(
            "select evidence_id from aml_evidence where evidence_id = any(%(ids)s)", ids=list(ids)
        )
    return {row.evidence_id for row in rows}


def _kind(content: bytes) -> str:
    if not 0 < len(content) <= LARGEST:
        raise EvidenceUnfit
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            return kind
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise EvidenceUnfit from None
    if any(sign < " " and sign not in "\t\r\n" for sign in text):
        raise EvidenceUnfit
    return "text/plain"


def _of(unit: Unit, row: Row) -> Evidence:
    return Evidence(
        id=row.evidence_id,
        case=row.case_id,
        at=row.at,
        by=row.by,
        name=unit.keys.open(bytes(row.name), field=NAME, row=row.evidence_id),
        content_type=row.content_type,
        bytes=row.bytes,
        sha256=bytes(row.sha256).hex(),
    )
