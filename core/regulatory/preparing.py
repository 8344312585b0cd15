"""A report is prepared: what goes into it is gathered once, kept, and the report made of it."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from core.access.actors import Actor
from core.aml.cases import Case
from core.aml.cases import find as find_case
from core.aml.guard import compliance, noted
from core.crm import calendar
from core.crm.calendar import Calendar
from core.errors import DeskRefusal
from core.regulatory import ctr, large_cash, schema, str_report, summary
from core.regulatory.facts import Facts
from core.regulatory.kinds import Kind, country_of, kinds
from core.regulatory.periods import Period, named
from core.regulatory.reports import (
    FORM,
    INPUTS,
    MAKE,
    Report,
    digest,
    find,
    page,
    reference,
    rendered,
)
from core.regulatory.str_report import NotToBeReported
from core.store.files import Files
from core.store.unit import Unit


class PeriodRunsOn(DeskRefusal):
    """The period is not over yet."""

    code = "period_runs_on"


class NothingToReport(DeskRefusal):
    """Nothing of the period has to be told."""

    code = "nothing_to_report"


class UnknownKind(DeskRefusal):
    """There is no report of that type, or it is not made for a period."""

    code = "unknown_kind_of_report"


def for_period(
    unit: Unit,
    actor: Actor,
    files: Files,
    type: str,  # noqa: A002 - as the table has it
    name: str,
    *,
    country: str,
    theirs: Path | None,
) -> Report:
    """Return a country's report of a week or a month; made now, unless one stands already.

    ``theirs`` is the authorities' own schema, where the bank has it (`core.regulatory.schema`).

    :raises Forbidden: if they do not make reports
    :raises CountryDoesNotReport: if nothing is reported there
    :raises UnknownKind: if there is no such report
    :raises UnknownPeriod: if there is no such week or month
    :raises PeriodRunsOn: if it is not over yet
    :raises NothingToReport: if nothing of it has to be told
    :raises ReportUnfit: if what came out is not as the authority takes it
    """
    actor.require(MAKE)
    kind = kinds(unit, country).get(type)
    if kind is None or kind.every == "case" or kind.days is None:
        raise UnknownKind
    period = named(kind.every, name)
    at = calendar.load(unit, country)
    if not period.is_over(unit.now, at):
        raise PeriodRunsOn
    known = _standing(unit, actor, type, period.name, country=country)
    if known is not None:
        return known
    facts = _gathered(unit, actor, kind, period, at)
    if kind.format == "xml" and not facts["transactions"]:
        raise NothingToReport
    due = period.due(kind.days, at)
    return _keep(unit, actor, files, kind, period, facts, due_at=due, case=None, theirs=theirs)


def for_case(
    unit: Unit, actor: Actor, files: Files, case_id: UUID, *, theirs: Path | None
) -> Report:
    """Return the report of a suspicion, where its customer banks; made now, unless one stands.

    :raises Forbidden: if they do not make reports
    :raises NotToBeReported: if two people have not concluded that it is reported
    :raises CountryDoesNotReport: if nothing is reported where the customer banks
    :raises NothingToReport: if no payment belongs to the investigation
    :raises ReportUnfit: if what came out is not as the authority takes it
    """
    actor.require(MAKE)
    case = find_case(unit, actor, case_id)
    if case.report_due is None or case.concluded_at is None:
        raise NotToBeReported
    known = _standing(unit, actor, "str", case.number)
    if known is not None:
        return known
    country = country_of(unit, case.customer)
    kind, at = kinds(unit, country).get("str"), calendar.load(unit, country)
    if kind is None:
        raise UnknownKind
    facts = str_report.gathered(unit, actor, case_id, at)
    if not facts["transactions"]:
        raise NothingToReport
    period = _of_case(case, at)
    due = case.report_due
    return _keep(unit, actor, files, kind, period, facts, due_at=due, case=case_id, theirs=theirs)


def _of_case(case: Case, at: Calendar) -> Period:
    ended = case.concluded_at or case.opened_at
    days = [moment.astimezone(at.zone).date() for moment in (case.opened_at, ended)]
    return Period(case.number, *days)


def _standing(
    unit: Unit,
    actor: Actor,
    type: str,  # noqa: A002 - as the table has it
    period: str,
    *,
    country: str = "",
) -> Report | None:
    """Return the report that stands; an investigation's number is its own in any country."""
    found = page(unit, actor, type=type, period=period, country=country)
    return next((one for one in found if one.status != "withdrawn"), None)


def _gathered(unit: Unit, actor: Actor, kind: Kind, period: Period, at: Calendar) -> Facts:
    if kind.type == "summary":
        return summary.gathered(unit, actor, period, at)
    if kind.threshold is None:
        raise UnknownKind
    if kind.type == "ctr":
        return ctr.gathered(unit, period, kind.threshold, at)
    return large_cash.gathered(unit, period, kind.threshold, at)


def _keep(
    unit: Unit,
    actor: Actor,
    files: Files,
    kind: Kind,
    period: Period,
    facts: Facts,
    *,
    due_at: datetime,
    case: UUID | None,
    theirs: Path | None,
) -> Report:
    """Render what was gathered, check it, and keep both; its file is written before its row."""
    report_id, country = unit.new_id(), facts["entity"]["country"]
    with compliance(unit, actor, MAKE, about="report", about_id=report_id):
        version: int = unit.value(
            """
            select coalesce(max(version), 0) + 1 from regulatory_reports
            where country = %(country)s and type = %(type)s and period = %(period)s
            """,
            country=country,
            type=kind.type,
            period=period.name,
        )
    facts |= {
        "form": FORM,
        "period": period.name,
        "reference": reference(kind.type, country, period.name, version),
        "prepared": unit.now.isoformat(),
    }
    content = rendered(facts)
    if kind.format == "xml":
        schema.check(content, schema.of(theirs, country))
    files.write(report_id, content)
    with compliance(unit, actor, MAKE, about="report", about_id=report_id):
        unit.run(
            """
            insert into regulatory_reports (report_id, country, period, type, generated_at, begins,
                ends, version, due_at, lines, inputs, sha256, prepared_by, case_id)
            values (%(id)s, %(country)s, %(period)s, %(type)s, %(now)s, %(begins)s, %(ends)s,
                %(version)s, %(due)s, %(lines)s, %(inputs)s, %(sha256)s, %(by)s, %(case)s)
            """,
            id=report_id,
            country=country,
            period=period.name,
            type=kind.type,
            begins=period.begins,
            ends=period.ends,
            version=version,
            due=due_at,
            lines=len(facts.get("transactions") or facts.get("lines") or ()),
            inputs=unit.keys.seal_json(facts, field=INPUTS, row=report_id),
            sha256=digest(content),
            by=actor.id,
            case=case,
            now=unit.now,
        )
    noted(unit, actor, "report_made", about="report", about_id=report_id)
    if case is not None:
        noted(unit, actor, "report_made", about="case", about_id=case)
    return find(unit, actor, report_id)
