"""``flask --app bot roster``: who is there to be given cases, and what the house hands out."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time

import click

from bot.commands.desk import as_json, open_desk, table
from core.access import staff
from core.access.actors import SYSTEM
from core.access.staff import Member
from core.crm import case_dealing, shifts, skills
from core.crm.calendar import Hours
from core.crm.shifts import Why
from core.errors import Refusal
from core.store.unit import Unit

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LISTED = ("name", "leads", "skills", "languages", "there", "back_at", "in_hand", "most")
SHIFT = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?=(\d\d:\d\d)-(\d\d:\d\d)")
email_argument = click.argument("email")


@click.group("roster")
def command() -> None:
    """Say who works when and on what. All that is done here stands in the audit log."""


@command.command("list")
@as_json
def listed(*, as_json: bool) -> None:
    """List those who have hours or are absent, with what they have in hand."""
    with open_desk() as desk, desk.unit() as unit:
        team = case_dealing.people(unit)
        names = staff.names(unit, [who.id for who in team])
        rows = [
            {
                "name": names[who.id],
                "leads": who.leads,
                "skills": ", ".join(sorted(who.taker.skills)) or "all",
                "languages": ", ".join(sorted(who.taker.languages)),
                "there": who.roster.on_at(unit.now),
                "back_at": who.roster.back_at(unit.now),
                "in_hand": who.many,
                "most": who.most,
            }
            for who in team
        ]
    table(rows, LISTED, as_json=as_json)


@command.command("shift")
@email_argument
@click.option("--country", required=True, help="Whose time and holidays they keep: KE.")
@click.option("--hours", multiple=True, help="mon-fri=08:00-17:00; again for other days.")
@click.option("--on-holidays", is_flag=True, help="They work on public holidays too.")
def shift(*, email: str, country: str, hours: tuple[str, ...], on_holidays: bool) -> None:
    """Say when somebody works; without hours the house gives them nothing."""
    week = _week(hours)
    _change(
        email,
        lambda unit, one: shifts.set_shift(
            unit, SYSTEM, one.id, country=country.upper(), hours=week, on_holidays=on_holidays
        ),
        f"{len(week)} shifts a week",
    )


@command.command("skills")
@email_argument
@click.option("--category", "categories", multiple=True, help="None: all of them.")
@click.option("--language", "languages", multiple=True, required=True)
def set_skills(*, email: str, categories: tuple[str, ...], languages: tuple[str, ...]) -> None:
    """Say which cases somebody is good at, and which languages they speak."""
    _change(
        email,
        lambda unit, one: skills.set_skills(
            unit, SYSTEM, one.id, skills=categories, languages=languages
        ),
        "their skills are set",
    )


@command.command("away")
@email_argument
@click.option("--leave", is_flag=True, help="On leave, and not just away.")
@click.option("--since", type=click.DateTime(), help="By UTC; from now on by default.")
@click.option("--until", type=click.DateTime(), help="By UTC; nobody knows by default.")
def away(*, email: str, leave: bool, since: datetime | None, until: datetime | None) -> None:
    """Note that somebody is not there: an answer that is due goes to somebody else."""
    why: Why = "leave" if leave else "away"
    _change(
        email,
        lambda unit, one: shifts.away(
            unit, SYSTEM, one.id, why=why, since=_instant(since), until=_instant(until)
        ),
        "away",
    )


@command.command("back")
@email_argument
def back(*, email: str) -> None:
    """Note that somebody is there again."""
    _change(email, lambda unit, one: shifts.back(unit, SYSTEM, one.id), "back")


@command.command("dealing")
@click.argument("category")
@click.option("--on/--off", "automatic", required=True)
def dealing(*, category: str, automatic: bool) -> None:
    """Say whether the house hands out cases of a category by itself."""
    with open_desk() as desk, desk.unit() as unit:
        _refused(lambda: skills.set_dealing(unit, SYSTEM, category, automatic=automatic))
    click.echo(f"{category}: {'handed out' if automatic else 'left to people'}")


def _change(email: str, change: Callable[[Unit, Member], object], said: str) -> None:
    with open_desk() as desk, desk.unit() as unit:
        member = staff.by_email(unit, email)
        if member is None:
            raise click.ClickException(f"nobody here has the address {email}")
        _refused(lambda: change(unit, member))
    click.echo(f"{email}: {said}")


def _refused(work: Callable[[], object]) -> None:
    """Do something; a refusal becomes words, and nothing is kept of it."""
    try:
        work()
    except Refusal as refused:
        raise click.ClickException(" ".join([refused.code, *refused.facts.values()])) from None


def _instant(given: datetime | None) -> datetime | None:
    return None if given is None else given.replace(tzinfo=UTC)


def _week(given: tuple[str, ...]) -> dict[int, Hours]:
    week: dict[int, Hours] = {}
    for one in given:
        found = SHIFT.fullmatch(one.lower())
        if found is None or not {found[1], found[2] or found[1]} <= set(DAYS):
            raise click.UsageError(f"{one} is no shift: mon-fri=08:00-17:00")
        first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
        hours = time.fromisoformat(found[3]), time.fromisoformat(found[4])
        week |= dict.fromkeys(range(first + 1, last + 2), hours)
    return week
