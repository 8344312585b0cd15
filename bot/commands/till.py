"""``flask --app bot till``: agents of the bank, and money that is parked."""

import click

from bot.commands.desk import as_json, open_desk, table
from core import phone
from core.crm import customers
from core.deposits import agents, suspense
from core.deposits.agents import Agent
from core.money import Money
from core.store.unit import Unit


@click.group("till")
def command() -> None:
    """Look after agents of the bank and their tills."""


@command.command("appoint")
@click.argument("number")
@click.option("--at-once", required=True, help='Most for one movement, such as "KES 50000.00".')
@click.option("--a-day", required=True, help="Most for a day, in and out apart.")
def appoint(number: str, at_once: str, a_day: str) -> None:
    """Make the customer with this phone number an agent."""
    limits = [_money(at_once), _money(a_day)]
    if limits[0].currency != limits[1].currency or limits[1] < limits[0]:
        raise click.UsageError("the limits are of one currency, and a day's is no smaller")
    with open_desk() as desk, desk.unit() as unit:
        customer = customers.find_by_phone(unit, _number(number))
        if customer is None:
            raise click.ClickException("nobody here has that number")
        if agents.agent_of(unit, customer) is not None:
            raise click.ClickException("they are an agent already")
        made = agents.appoint(
            unit,
            customer=customer,
            country=customers.people(unit, [customer])[customer].country,
            most_at_once=limits[0],
            most_a_day=limits[1],
        )
    click.echo(f"till {made.till_no} is open; its float is empty")


@command.command("suspend")
@click.argument("number")
def suspend(number: str) -> None:
    """Let an agent do nothing for now."""
    with open_desk() as desk, desk.unit() as unit:
        agents.set_status(unit, _agent(unit, number).id, "suspended")
    click.echo("suspended")


@command.command("resume")
@click.argument("number")
def resume(number: str) -> None:
    """Let a suspended agent go on."""
    with open_desk() as desk, desk.unit() as unit:
        agents.set_status(unit, _agent(unit, number).id, "active")
    click.echo("active")


@command.command("list")
@as_json
def listed(*, as_json: bool) -> None:
    """List the agents, the newest first; five hundred at most."""
    with open_desk() as desk, desk.unit() as unit:
        rows = [
            {
                "till": one.till_no,
                "country": one.country,
                "status": one.status,
                "at_once": one.most_at_once,
                "a_day": one.most_a_day,
            }
            for one in agents.listed(unit)
        ]
    table(rows, ("till", "country", "status", "at_once", "a_day"), as_json=as_json)


@command.command("parked")
@as_json
def parked(*, as_json: bool) -> None:
    """List payments whose owner is not known or cannot have them, the longest parked first."""
    with open_desk() as desk, desk.unit() as unit:
        rows = [
            {
                "payment": one.id,
                "partner": one.partner,
                "amount": one.amount,
                "why": one.why,
                "status": one.status,
                "back": one.return_at and f"{one.return_at:%Y-%m-%d}",
            }
            for one in suspense.listed(unit, limit=suspense.MOST_LISTED)
        ]
    columns = ("payment", "partner", "amount", "why", "status", "back")
    table(rows, columns, as_json=as_json)


def _agent(unit: Unit, number: str) -> Agent:
    customer = customers.find_by_phone(unit, _number(number))
    found = customer and agents.agent_of(unit, customer)
    if not found:
        raise click.ClickException("no agent has that number")
    return found


def _money(text: str) -> Money:
    try:
        return Money.load(text)
    except ValueError:
        raise click.UsageError(f"{text[:20]!r} is no amount such as KES 50000.00") from None


def _number(text: str) -> str:
    try:
        return phone.parse(text, "KE")
    except phone.NotAPhone:
        raise click.UsageError("that is no phone number") from None
