"""News to many customers: asked for here, approved by somebody else, and stopped if need be."""

from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, request

from bot.console import given, shell, tabs, team
from bot.console.shell import console
from bot.guard import actor, guard
from core.access.approvals import ReasonNeeded
from core.crm import broadcasts as news
from core.crm.broadcasts import BadBroadcast, Choice, Plan
from core.errors import Refusal
from core.insight.days import ZONE
from core.insight.segments import SEGMENTS

READ = "broadcasts.read"
REQUEST = "broadcasts.request"
TIERS = (0, 1, 2, 3)
UNDER_WAY = ("gathering", "sending")
_FIELDS = ("name", "en", "sw", "fr", "ends_at", "reason")


@console.get("/team/broadcasts")
@guard(READ)
def broadcasts() -> Response:
    """Show what was told to whom, the newest first, and the form for more."""
    return _page()


@console.post("/team/broadcasts")
@guard(REQUEST)
def ask_for_broadcast() -> Response:
    """Ask for a broadcast: somebody else must approve it before anything leaves."""
    try:
        with shell.house().unit() as unit:
            plan = _plan(news.countries(unit))
            news.request(unit, actor(), plan, reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(refusal)
    return shell.go("console.broadcasts", done="asked")


@console.post("/team/broadcasts/<uuid:broadcast_id>/stop")
@guard(READ)
def stop_broadcast(broadcast_id: UUID) -> Response:
    """Stop a broadcast for good."""
    try:
        reason = shell.field("reason")
        if not reason:
            raise ReasonNeeded
        with shell.house().unit() as unit:
            news.stop(unit, actor(), broadcast_id, reason=reason)
    except Refusal as refusal:
        return _page(refusal)
    return shell.go("console.broadcasts", done="stopped")


def _plan(countries: tuple[str, ...]) -> Plan:
    """Return what the form asks for; its end is by the bank's own clock.

    :raises BadBroadcast: if the end is no time, or somebody was chosen who is not to be chosen
    """
    try:
        ends_at = given.moment("ends_at", ZoneInfo(ZONE))
    except ValueError:
        ends_at = None
    if ends_at is None:
        raise BadBroadcast(what="the end")
    return Plan(
        name=shell.field("name", most=200),
        words={one: shell.field(one, most=2000) for one in news.LANGUAGES},
        choice=Choice(
            segments=_chosen("segments", SEGMENTS),
            countries=_chosen("countries", countries),
            languages=_chosen("languages", news.LANGUAGES),
            tiers=tuple(int(one) for one in _chosen("tiers", tuple(map(str, TIERS)))),
        ),
        ends_at=ends_at,
    )


def _chosen(name: str, among: tuple[str, ...]) -> tuple[str, ...]:
    picked = set(request.form.getlist(name))
    if not picked <= set(among):
        raise BadBroadcast(what="the choice")
    return tuple(one for one in among if one in picked)


def _page(refused: Refusal | None = None) -> Response:
    after = given.cursor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "team")
        countries = news.countries(unit)
        found = news.listed(unit, after=after, limit=tabs.PAGE + 1)
    return team.show(
        "broadcasts",
        framed,
        tab="broadcasts",
        refused=refused,
        under_way=UNDER_WAY,
        longest=news.LONGEST_WORDS,
        choices={
            "segments": SEGMENTS,
            "countries": countries,
            "languages": news.LANGUAGES,
            "tiers": TIERS,
        },
        given={name: request.form.get(name, "")[:2000] for name in _FIELDS} if refused else {},
        picked={one for values in request.form.listvalues() for one in values} if refused else (),
        **tabs.paged(found, after),
    )
