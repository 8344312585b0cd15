"""Reports to the authorities, as they are kept and read: what, about when, how it stands.

What went into a report is kept with it, and `render` makes the report of that alone, so that the
same bytes come out whenever it is asked for.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from core.access.actors import Actor
from core.aml.guard import compliance
from core.errors import DeskRefusal
from core.regulatory import goaml, large_cash, summary
from core.regulatory.facts import Facts
from core.regulatory.kinds import FORMATS, Type
from core.store.unit import Row, Unit

MAKE, APPROVE = "reports.make", "reports.approve"
INPUTS = "regulatory_reports.inputs"
LONGEST_PAGE = 200
Status = Literal["prepared", "approved", "filed", "withdrawn"]
STATUSES: tuple[Status, ...] = get_args(Status)


class UnknownReport(DeskRefusal):
    """There is no such report."""

    code = "unknown_report"


class ReportForgotten(DeskRefusal):
    """What went into it is kept no longer: the law asks for seven years."""

    code = "report_forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report. ``sha256``, in hexadecimal digits, is of its bytes."""

    id: UUID
    country: str
    """Where it is reported."""
    type: Type
    period: str
    version: int
    status: Status
    begins: date
    ends: date
    generated_at: datetime
    due_at: datetime
    lines: int
    sha256: str
    prepared_by: UUID | None
    case: UUID | None
    approval: UUID | None
    approved_at: datetime | None
    filed_at: datetime | None
    filed_as: str | None
    filed_by: UUID | None
    is_kept: bool
    """Whether it can be made again: what went into it is there (`core.crm.retention`)."""

    @property
    def reference(self) -> str:
        """What the bank calls it, to the authority too."""
        return reference(self.type, self.country, self.period, self.version)

    @property
    def format(self) -> str:
        """What its file is, as its name ends."""
        return FORMATS[self.type]

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.reference}.{self.format}"

    @property
    def is_owed(self) -> bool:
        """Whether the authority has not got it yet."""
        return self.status in {"prepared", "approved"}


FORM = 1
"""The newest form of each report. A change of form is another number, and the old writer stays."""
_WRITERS: Mapping[tuple[str, int], Callable[[Facts], bytes]] = {
    ("ctr", 1): goaml.rendered,
    ("str", 1): goaml.rendered,
    ("large_cash", 1): large_cash.rendered,
    ("summary", 1): summary.rendered,
}


def reference(type_: Type, country: str, period: str, version: int) -> str:
    """Return what the bank calls a report, ``CTR-KE-2026-W09-1``."""
    return f"{type_.upper().replace('_', '-')}-{country}-{period}-{version}"


def rendered(facts: Facts) -> bytes:
    """Return a report made of what went into it, and of nothing else."""
    return _WRITERS[facts["type"], facts["form"]](facts)


def digest(content: bytes) -> bytes:
    """Return what tells one report from another."""
    return hashlib.sha256(content).digest()


_COLUMNS = """r.report_id, r.country, r.type, r.period, r.version, r.status, r.begins, r.ends,
    r.generated_at, r.due_at, r.lines, r.sha256, r.prepared_by, r.case_id, r.approval_id,
    r.approved_at, r.filed_at, r.filed_as, r.filed_by, r.inputs is not null as is_kept
from regulatory_reports r"""


def page(
    unit: Unit,
    actor: Actor,
    *,
    type: str = "",  # noqa: A002 - as the table has it
    status: str = "",
    period: str = "",
    country: str = "",
    after: UUID | None = None,
    limit: int = 50,
) -> list[Report]:
    """Return reports, the newest first; ``after`` is the last one of the page before.

    :raises Forbidden: if they do not make reports
    """
    where = ["true"]
    where += ["r.type = %(type)s"] if type else []
    where += ["r.status = %(status)s"] if status else []
    where += ["r.period = %(period)s"] if period else []
    where += ["r.country = %(country)s"] if country else []
    if after is not None:
        where.append(
            """(r.generated_at, r.report_id) < (select l.generated_at, l.report_id
            from regulatory_reports l where l.report_id = %(after)s)"""
        )
    with compliance(unit, actor, MAKE, about="reports"):
        rows = unit.all(
            f"""
            select {_COLUMNS} where {" and ".join(where)}
            order by r.generated_at desc, r.report_id desc limit %(limit)s
            """,
            type=type,
            status=status,
            period=period,
            country=country,
            after=after,
            limit=max(1, min(limit, LONGEST_PAGE)),
        )
    return [_of(row) for row in rows]


def find(unit: Unit, actor: Actor, report_id: UUID) -> Report:
    """Return one report.

    :raises Forbidden: if they do not make reports
    :raises UnknownReport: if there is none of that id
    """
    with compliance(unit, actor, MAKE, about="report", about_id=report_id):
        row = unit.maybe(f"select {_COLUMNS} where r.report_id = %(id)s", id=report_id)
    if row is None:
        raise UnknownReport
    return _of(row)


def inputs(unit: Unit, actor: Actor, report_id: UUID) -> Facts:
    """Return all that went into a report.

    :raises UnknownReport: if there is none of that id
    :raises ReportForgotten: if that is kept no longer
    """
    with compliance(unit, actor, MAKE, about="report", about_id=report_id):
        row = unit.maybe(
            "select inputs from regulatory_reports where report_id = %(id)s", id=report_id
        )
    if row is None:
        raise UnknownReport
    if row.inputs is None:
        raise ReportForgotten
    given: Facts = unit.keys.open_json(bytes(row.inputs), field=INPUTS, row=report_id)
    return given


def again(unit: Unit, actor: Actor, report: Report) -> tuple[bytes, bool]:
    """Return a report made anew of what went into it, and whether it is the one that was made.

    :raises ReportForgotten: if that is kept no longer
    """
    content = rendered(inputs(unit, actor, report.id))
    return content, digest(content).hex() == report.sha256


def _of(row: Row) -> Report:
    return Report(
        id=row.report_id,
        country=row.country,
        type=row.type,
        period=row.period,
        version=row.version,
        status=row.status,
        begins=row.begins,
        ends=row.ends,
        generated_at=row.generated_at,
        due_at=row.due_at,
        lines=row.lines,
        sha256=bytes(row.sha256).hex(),
        prepared_by=row.prepared_by,
        case=row.case_id,
        approval=row.approval_id,
        approved_at=row.approved_at,
        filed_at=row.filed_at,
        filed_as=row.filed_as,
        filed_by=row.filed_by,
        is_kept=row.is_kept,
    )
