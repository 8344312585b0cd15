"""Who takes cases: what each is good at, how many they may have, and when they are there."""

from collections.abc import Callable
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, abort, request

from bot.console import given, shell, tabs, team
from bot.console.shell import console
from bot.guard import actor, guard
from core.access.actors import Actor
from core.crm import case_queue, shifts, skills
from core.crm import team as mates
from core.crm.calendar import Hours
from core.crm.case_catalog import CATEGORIES
from core.crm.shifts import BadShift
from core.crm.team import Mate
from core.errors import Refusal
from core.store.unit import Unit

ASSIGN = "cases.assign"
MOST_CASES = 200
LANGUAGES = ("en", "sw", "fr")


@console.get("/team/people")
@guard(ASSIGN)
def team_people() -> Response:
    """Show those who take cases, and which cases the house hands out by itself."""
    after = given.cursor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "team")
        found = mates.page(unit, actor(), after=after, limit=tabs.PAGE + 1)
        dealt = skills.dealing(unit)
    return team.show("team_people", framed, tab="people", dealt=dealt, **tabs.paged(found, after))


@console.post("/team/dealing")
@guard(ASSIGN)
def set_dealing() -> Response:
    """Say of which categories the house hands out cases by itself."""
    wanted = set(request.form.getlist("dealt"))
    with shell.house().unit() as unit:
        for category, automatic in skills.dealing(unit).items():
            if (category in wanted) != automatic:
                skills.set_dealing(unit, actor(), category, automatic=category in wanted)
    return shell.go("console.team_people", done="saved")


@console.get("/team/people/<uuid:member_id>")
@guard(ASSIGN)
def team_member(member_id: UUID) -> Response:
    """Show what somebody is good at, and when they work."""
    return _page(member_id)


@console.post("/team/people/<uuid:member_id>/skills")
@guard(ASSIGN)
def set_skills(member_id: UUID) -> Response:
    """Say what somebody is good at, what they speak, and how many cases they may have in hand."""
    most = shell.field("most", most=3)
    if not most.isdecimal() or int(most) > MOST_CASES:
        abort(400)

    def change(unit: Unit, who: Actor) -> None:
        known = mates.mate(unit, who, member_id)
        spoken = request.form.getlist("languages")[:9]
        kept = [one for one in known.languages if one in spoken]  # letters come in the first one
        skills.set_skills(
            unit,
            who,
            member_id,
            skills=request.form.getlist("skills")[:99],
            languages=kept + [one for one in spoken if one not in kept],
        )
        if int(most) != known.most:
            case_queue.set_capacity(unit, who, member_id, int(most))

    return _changed(member_id, change)


@console.post("/team/people/<uuid:member_id>/hours")
@guard(ASSIGN)
def set_hours(member_id: UUID) -> Response:
    """Say when somebody works in a week."""

    def change(unit: Unit, who: Actor) -> None:
        shifts.set_shift(
            unit,
            who,
            member_id,
            country=shell.field("country", most=2),
            hours=_hours(),
            on_holidays=bool(request.form.get("on_holidays")),
        )

    return _changed(member_id, change)


@console.post("/team/people/<uuid:member_id>/away")
@guard(ASSIGN)
def set_away(member_id: UUID) -> Response:
    """Note that somebody is away, or on leave."""
    return _changed(member_id, lambda unit, who: go_away(unit, who, member_id))


@console.post("/team/people/<uuid:member_id>/back")
@guard(ASSIGN)
def set_back(member_id: UUID) -> Response:
    """Note that somebody is back."""
    return _changed(
        member_id,
        lambda unit, who: shifts.back(unit, who, mates.mate(unit, who, member_id).id),
    )


def go_away(unit: Unit, who: Actor, member: UUID) -> None:
    """Note an absence as the form gave it, in the time of the country they work by.

    :raises BadShift: if it would be over before it begins, or gives no time
    :raises Forbidden: if ``who`` may not say so of them
    """
    zone = mates.mate(unit, who, member).roster.calendar.zone
    shifts.away(
        unit,
        who,
        member,
        why="leave" if shell.field("why", most=9) == "leave" else "away",
        since=_moment("since", zone),
        until=_moment("until", zone),
    )


def _moment(name: str, zone: ZoneInfo) -> datetime | None:
    try:
        return given.moment(name, zone)
    except ValueError:
        raise BadShift(what=name) from None


def _hours() -> dict[int, Hours]:
    """Return the hours of each weekday that has both ends; one without the other is refused."""
    hours: dict[int, Hours] = {}
    for day in shifts.WEEK:
        starts, ends = shell.field(f"starts_{day}", most=8), shell.field(f"ends_{day}", most=8)
        if not starts and not ends:
            continue
        try:
            hours[day] = (time.fromisoformat(starts), time.fromisoformat(ends))
        except ValueError:
            raise BadShift(what="hours") from None
    return hours


def _changed(member: UUID, change: Callable[[Unit, Actor], object]) -> Response:
    try:
        with shell.house().unit() as unit:
            change(unit, actor())
    except Refusal as refusal:
        return _page(member, refusal)
    return shell.go("console.team_member", member_id=member, done="saved")


def _page(member: UUID, refused: Refusal | None = None) -> Response:
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "team")
        shown: Mate = mates.mate(unit, actor(), member)
        homes = mates.countries(unit)
    return team.show(
        "team_member",
        framed,
        tab="people",
        refused=refused,
        member=shown,
        categories=list(CATEGORIES),
        languages=LANGUAGES,
        countries=homes,
        week=shifts.WEEK,
        most_cases=MOST_CASES,
    )
