"""Reports to the authorities: what is owed, each report, and what is done with it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from flask import Response, abort

from bot.console import compliance, given, shell, tabs
from bot.console.approvals import told
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import approval_list
from core.access.approval_store import Approval
from core.aml import cases as investigations
from core.aml import filing as aml_filing
from core.errors import Refusal
from core.regulatory import filing, preparing, reports
from core.regulatory.kinds import MEDIA, TYPES, countries, kinds
from core.regulatory.reports import APPROVE, MAKE, STATUSES, Report, ReportForgotten
from core.store.unit import Unit

WHEN = "%Y-%m-%dT%H:%M"


@console.get("/compliance/reports", endpoint="reports")
@guard(MAKE)
def listed() -> Response:
    """Show a page of reports, and the suspicions that are still to be reported."""
    return _list()


@console.post("/compliance/reports")
@guard(MAKE)
def make_report() -> Response:
    """Prepare the report of a week, a month or an investigation, or go to the one that stands."""
    house, who = shell.house(), actor()
    kind, files = shell.field("type", most=20), house.files("compliance")
    theirs = house.settings.goaml_schema
    try:
        with house.unit() as unit:
            if shell.field("investigation"):
                case = given.id_field("investigation")
                made = preparing.for_case(unit, who, files, case, theirs=theirs)
            else:
                period, country = shell.field("period", most=20), shell.field("country", most=2)
                made = preparing.for_period(
                    unit, who, files, kind, period, country=country, theirs=theirs
                )
    except Refusal as refusal:
        return _list(refusal)
    house.tell("reports")
    return shell.go("console.report", report_id=made.id, done="report_made")


@console.get("/compliance/reports/<uuid:report_id>", endpoint="report")
@guard(MAKE)
def shown(report_id: UUID) -> Response:
    """Show one report, whether it comes out the same again, and what may be done now."""
    return _page(report_id)


@console.get("/compliance/reports/<uuid:report_id>/file", endpoint="report_file")
@guard(MAKE)
def file(report_id: UUID) -> Response:
    """Hand out a report as the authority takes it: the bytes that were kept."""
    house = shell.house()
    with house.unit() as unit:
        found = reports.find(unit, actor(), report_id)
    if not found.is_kept:
        raise ReportForgotten
    answer = Response(house.open_file("compliance", report_id), content_type=MEDIA[found.format])
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    return answer


@console.post("/compliance/reports/<uuid:report_id>/approve")
@guard(MAKE)
def ask_for_report(report_id: UUID) -> Response:
    """Ask that it is approved; somebody else decides."""
    try:
        with shell.house().unit() as unit:
            asked = filing.request(unit, actor(), report_id, reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(report_id, refusal)
    shell.house().tell("reports")
    return told(asked)


@console.post("/compliance/reports/<uuid:report_id>/filed")
@guard(APPROVE)
def file_report(report_id: UUID) -> Response:
    """Keep that the authority has it: under which number, and since when."""
    try:
        at = datetime.strptime(shell.field("at", most=20), WHEN).replace(tzinfo=UTC)
    except ValueError:
        abort(400)
    try:
        with shell.house().unit() as unit:
            filing.filed(unit, actor(), report_id, number=shell.field("number"), at=at)
    except Refusal as refusal:
        return _page(report_id, refusal)
    shell.house().tell("reports")
    return shell.go("console.report", report_id=report_id, done="report_filed")


@console.post("/compliance/reports/<uuid:report_id>/withdraw")
@guard(MAKE)
def withdraw_report(report_id: UUID) -> Response:
    """Take it back, to be made anew."""
    try:
        with shell.house().unit() as unit:
            filing.withdraw(unit, actor(), report_id, reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(report_id, refusal)
    shell.house().tell("reports")
    return shell.go("console.report", report_id=report_id, done="report_withdrawn")


def _list(refused: Refusal | None = None) -> Response:
    who, after = actor(), given.cursor()
    kind, status = shell.chosen("type", TYPES), shell.chosen("status", STATUSES)
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        where = countries(unit)
        country = shell.chosen("country", tuple(where))
        found = reports.page(
            unit, who, type=kind, status=status, country=country, after=after,
            limit=tabs.PAGE + 1,
        )  # fmt: skip
        owed = [investigations.find(unit, who, one) for one in aml_filing.owed(unit, who)]
        rhythms = _rhythms(unit, where)
    return compliance.show(
        "reports",
        framed,
        tab="reports",
        refused=refused,
        **tabs.paged(found, after),
        chosen={"type": kind, "status": status, "country": country},
        types=TYPES,
        statuses=STATUSES,
        countries={one.code: one.name for one in where.values()},
        home=shell.house().settings.default_country,
        rhythms=rhythms,
        owed=owed,
    )


def _rhythms(unit: Unit, where: Iterable[str]) -> dict[str, list[str]]:
    """Return how often each report of a period is made, where it is made at all."""
    found: dict[str, set[str]] = {}
    for country in where:
        for kind in kinds(unit, country).values():
            if kind.every != "case":
                found.setdefault(kind.type, set()).add(kind.every)
    return {one: sorted(found[one]) for one in TYPES if one in found}


def _page(report_id: UUID, refused: Refusal | None = None) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = reports.find(unit, who, report_id)
        same = found.is_kept and reports.again(unit, who, found)[1]
        pending = _pending(unit, found)
        where = countries(unit).get(found.country)
        people = People()
        people.add(colleagues=[found.prepared_by, found.filed_by])
        people.load(unit)
        now = unit.now.strftime(WHEN)
    return compliance.show(
        "report",
        framed,
        tab="reports",
        refused=refused,
        one=found,
        same=same,
        where=where,
        pending=pending,
        latest=now,
        people=people,
    )


def _pending(unit: Unit, found: Report) -> Approval | None:
    """Return the request that waits for a decision about a report, if one does."""
    waiting = approval_list.listed(unit, actor(), status="pending", limit=200)
    return next((one for one in waiting if one.subject == str(found.id)), None)
