"""How conversations went: volumes, containment, meanings, cases, and where stories are left."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from flask import Response, abort, request

from bot.console import given, shell, team
from bot.console.shell import console
from bot.guard import actor, guard
from core.access.actors import Actor
from core.crm.funnel import EXITS, Step
from core.errors import Refusal
from core.insight import analytics as counted
from core.insight import analytics_cases
from core.insight.analytics import BYS, By
from core.insight.days import DAY, Period, day_of
from core.store.unit import Unit

READ = "analytics.read"
SPANS = (7, 30, 90)
"""Days that are a click away; the second is what the page begins with."""
FILES = ("volumes", "containment", "intents", "steps")
_LONGEST_NAME = 60
_VOLUME = ("came", "went", "turns", "conversations", "opened", "resolved")
_CONTAINED = ("conversations", "contained", "understood", "clarified", "fallback")


@dataclass(slots=True)
class Place:
    """A step of a story, or a story, over all channels, languages and versions."""

    name: str
    reached: int = 0
    went_on: int = 0
    left: Counter[str] = field(default_factory=Counter)
    """How many left there, by why."""
    spent: int = 0
    timed: int = 0

    @property
    def seconds(self) -> int | None:
        """How long they took who went on: the mean of medians, by how many each is of."""
        return self.spent // self.timed if self.timed else None

    def take(self, step: Step) -> None:
        """Count a step of one channel, language and version."""
        self.reached += step.reached
        self.went_on += step.went_on
        self.left.update(step.left)
        if step.seconds is not None:
            self.spent += step.seconds * step.went_on
            self.timed += step.went_on


@console.get("/team/analytics")
@guard(READ)
def analytics() -> Response:
    """Show how conversations went in a period."""
    today = day_of(shell.house().now())
    try:
        period = _period(today)
    except Refusal as refusal:
        return _page(_last(today, SPANS[1]), today, refusal)
    return _page(period, today)


@console.get("/team/analytics/<what>.csv")
@guard(READ)
def analytics_file(what: str) -> Response:
    """Give out one of the page's tables as a file for a spreadsheet."""
    if what not in FILES:
        abort(404)
    period = _period(day_of(shell.house().now()))
    with shell.house().unit() as unit:
        lines = _lines(unit, actor(), period, what)
    answer = Response(_csv(lines), mimetype="text/csv")
    name = f"{what}-{period.first}-{period.last}.csv"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _page(period: Period, today: date, refused: Refusal | None = None) -> Response:
    by, flow = _by(), request.args.get("flow", "")[:_LONGEST_NAME]
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "team")
        who = actor()
        volumes = counted.volumes(unit, who, period, by=by)
        contained = counted.containment(unit, who, period, by=by)
        meant = counted.intents(unit, who, period)
        cases = analytics_cases.resolution(unit, who, period)
        stories = _stories(counted.steps(unit, who, period))
        steps = _steps(counted.steps(unit, who, period, flow=flow)) if flow in stories else []
        at = counted.counted_at(unit, who)
    talks, alone = sum(c.conversations for c in contained), sum(c.contained for c in contained)
    return team.show(
        "analytics",
        framed,
        tab="analytics",
        refused=refused,
        period=period,
        by=by,
        bys=BYS,
        spans=[(days, _last(today, days)) for days in SPANS],
        counted_at=at,
        talks=talks,
        contained_share=counted.part(alone, talks),
        volumes=volumes,
        contained=contained,
        meant=meant,
        cases=cases,
        stories=stories,
        steps=steps,
        flow=flow if flow in stories else "",
        files=FILES,
    )


def _last(today: date, days: int) -> Period:
    return Period(today - (days - 1) * DAY, today)


def _period(today: date) -> Period:
    """Return the days of the query, else the last month.

    :raises BadPeriod: if they end before they begin, or are more than a year
    """
    usual = _last(today, SPANS[1])
    return Period(given.day("first") or usual.first, given.day("last") or usual.last)


def _by() -> By:
    return cast("By", shell.chosen("by", BYS) or BYS[0])


def _stories(steps: Iterable[Step]) -> Mapping[str, Place]:
    """Return the stories by their names, those most often left first."""
    found: dict[str, Place] = {}
    for step in steps:
        found.setdefault(step.flow, Place(step.flow)).take(step)
    return {one.name: one for one in sorted(found.values(), key=lambda it: -it.left.total())}


def _steps(steps: Iterable[Step]) -> Sequence[Place]:
    """Return the steps of a story, those most often reached first."""
    found: dict[str, Place] = {}
    for step in steps:
        found.setdefault(step.step, Place(step.step)).take(step)
    return sorted(found.values(), key=lambda it: -it.reached)


def _lines(unit: Unit, who: Actor, period: Period, what: str) -> list[list[object]]:
    """Return a table's lines, the first of them its heads."""
    if what == "intents":
        meant = counted.intents(unit, who, period)
        return [["intent", "turns"], *([one.intent, one.turns] for one in meant)]
    by = _by()
    if what == "volumes":
        return _table(by, _VOLUME, counted.volumes(unit, who, period, by=by))
    if what == "containment":
        return _table(by, _CONTAINED, counted.containment(unit, who, period, by=by))
    head = ["flow", "version", "channel", "language", "step", "reached", "went_on", "seconds"]
    return [
        [*head, *EXITS],
        *(
            [*(getattr(one, name) for name in head), *(one.left.get(why, 0) for why in EXITS)]
            for one in counted.steps(unit, who, period)
        ),
    ]


def _table(by: str, names: Sequence[str], rows: Iterable[object]) -> list[list[object]]:
    return [
        [by, *names],
        *([getattr(row, name) for name in ("key", *names)] for row in rows),
    ]


def _csv(lines: Iterable[Iterable[object]]) -> str:
    held = io.StringIO(newline="")
    csv.writer(held).writerows(lines)
    return held.getvalue()
