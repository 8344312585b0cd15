"""Alerts of compliance: the queue, and one alert with what fired, drawn and in words."""

from uuid import UUID

from flask import Response, request

from bot.console import compliance, given, shell, tabs
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.aml import alert_list, casework, person, picture
from core.aml import cases as investigations
from core.aml.alert_list import VIEWS, Asked, View
from core.aml.deadlines import SEVERITIES

READ, WORK = alert_list.READ, investigations.WORK
OTHERS = 10


@console.get("/compliance/alerts", endpoint="alerts")
@guard(READ)
def listed() -> Response:
    """Show a page of alerts, the most urgent first, and how many wait."""
    who, after = actor(), given.cursor()
    view: View = next((one for one in VIEWS if one == request.args.get("view")), "waiting")
    severity = shell.chosen("severity", SEVERITIES)
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        counts = alert_list.counts(unit, who)
        kind = shell.chosen("type", counts.types)
        asked = Asked(view=view, severity=severity, type=kind)
        found = alert_list.page(unit, who, asked, after=after, limit=tabs.PAGE + 1)
        people = People()
        people.add(
            customers=[one.customer for one in found],
            colleagues=[one.assigned_to for one in found],
        )
        people.load(unit)
    return compliance.show(
        "alerts",
        framed,
        tab="alerts",
        **tabs.paged(found, after),
        chosen={"view": view, "severity": severity, "type": kind},
        views=VIEWS,
        severities=SEVERITIES,
        figures=counts,
        people=people,
    )


@console.get("/compliance/alerts/<uuid:alert_id>", endpoint="alert")
@guard(READ)
def shown(alert_id: UUID) -> Response:
    """Show one alert: what fired and why, who paid whom, and what its customer does otherwise."""
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = alert_list.find(unit, who, alert_id)
        fired = alert_list.fired(unit, who, found)
        about = person.look(unit, who, found.customer)
        moves = person.moves(unit, who, found.customer)
        others = alert_list.page(
            unit, who, Asked(view="all", customer=found.customer), limit=OTHERS + 1
        )
        cases = investigations.page(unit, who, customer=found.customer, limit=OTHERS)
        people = People()
        people.add(
            customers=[one for row in fired for one in (row.payer, row.payee)]
            + [one.other for one in moves]
            + [found.customer],
            colleagues=[found.assigned_to, *(one.assigned_to for one in cases)],
        )
        people.load(unit)
    return compliance.show(
        "alert",
        framed,
        tab="alerts",
        one=found,
        fired=fired,
        graph=picture.graph(fired, found.customer),
        strip=picture.strip(fired, found.customer),
        about=about,
        moves=moves,
        others=[one for one in others if one.id != found.id][:OTHERS],
        cases=cases,
        people=people,
    )


@console.post("/compliance/alerts/<uuid:alert_id>/take")
@guard(WORK)
def take_alert(alert_id: UUID) -> Response:
    """Look into an alert, with all others of its customer."""
    with shell.house().unit() as unit:
        case = casework.take(unit, actor(), alert_id)
    shell.house().tell("alerts")
    return shell.go("console.investigation", investigation_id=case, done="alert_taken")
