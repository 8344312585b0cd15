"""``flask --app bot cases``: what waits for a person, and the clocks it stands under.

Commands print no words of customers or of staff, and names only masked.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import click

from bot.commands.desk import as_json, open_desk, table
from core.access.actors import SYSTEM
from core.crm import case_list, case_sweep, case_thread, cases, customers
from core.crm.cases import Case
from core.store.unit import Unit

LISTED = ("number", "status", "priority", "about", "customer", "assigned_to", "deadline", "late")
TOLD = ("at", "kind", "what", "was", "became", "channel", "status", "letters")
MOST_TOLD = 200


@click.group("cases")
def command() -> None:
    """Look after cases."""


@command.command("list")
@click.option("--view", type=click.Choice(list(case_list.VIEWS)), default="open", show_default=True)
@click.option("--after", metavar="NUMBER", help="The last case of the page before.")
@click.option("--limit", type=click.IntRange(1, case_list.MOST_LISTED), default=50)
@as_json
def listed(*, view: case_list.View, after: str | None, limit: int, as_json: bool) -> None:
    """List cases in the order they should be worked on."""
    with open_desk() as desk, desk.unit() as unit:
        last = None if after is None else _found(unit, after).id
        found = case_list.page(unit, SYSTEM, view, after=last, limit=limit)
        rows = _rows(unit, found)
    if rows or as_json:
        table(rows, LISTED, as_json=as_json)
    else:
        click.echo("no cases")


@command.command("show")
@click.argument("number")
@as_json
def show(*, number: str, as_json: bool) -> None:
    """Show a case and what happened to it, without any words."""
    with open_desk() as desk, desk.unit() as unit:
        one = _found(unit, number)
        case_list.seen(unit, SYSTEM, one)
        entries = case_thread.latest(unit, one, limit=MOST_TOLD)
        rows = _rows(unit, [one])
    if not as_json:
        for name, value in rows[0].items():
            click.echo(f"{name:12} {'' if value is None else value}")
        click.echo()
    told = [
        {
            "at": entry.at,
            "kind": entry.kind,
            "what": entry.what,
            "was": entry.was,
            "became": entry.became,
            "channel": entry.channel,
            "status": entry.status,
            "letters": len(entry.words),
        }
        for entry in entries
    ]
    table(told, TOLD, as_json=as_json)


@command.command("sla-tick")
@as_json
def sla_tick(*, as_json: bool) -> None:
    """Warn of cases, escalate late ones and close old ones now, as the scheduler does."""
    with open_desk() as desk:
        ticked = case_sweep.tick(desk.unit)
    counted = {name: len(touched) for name, touched in asdict(ticked).items()}
    table([counted], list(counted), as_json=as_json)


def _rows(unit: Unit, found: Sequence[Case]) -> list[dict[str, object]]:
    met = customers.people(unit, [one.customer for one in found if one.customer is not None])
    return [_row(one, met.get(one.customer) if one.customer else None, unit.now) for one in found]


def _row(one: Case, person: customers.Person | None, now: datetime) -> dict[str, object]:
    assigned: UUID | None = one.assigned_to
    return {
        "number": one.number,
        "status": one.status,
        "priority": one.priority,
        "about": f"{one.category}/{one.sub_category}".rstrip("/"),
        "customer": "" if person is None else person.masked_name,
        "assigned_to": assigned,
        "deadline": one.deadline,
        "late": one.deadline is not None and not one.done and one.deadline <= now,
    }


def _found(unit: Unit, number: str) -> Case:
    one = cases.find(unit, number)
    if one is None:
        raise click.ClickException(f"there is no case {number}")
    return one
