"""Versions of what is looked for: drafted, tried in shadow beside what is live, live by two people.

A set holds every typology's parameters. Amounts are in US cents, shares in per cent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.access import approvals, audit
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.errors import DeskRefusal
from core.store.unit import Row, Unit, jsonb
from core.watch.typologies import TYPOLOGIES

KIND = "watch_set"
DRAFTS = "rules.request"
READS = "aml.read"
MOST = 1_000_000_000
"""No parameter is larger: what is worth more than ten million dollars is not to be told apart."""
SEVERITIES = ("critical", "high", "medium")
MOST_LISTED = 50
Status = Literal["draft", "shadow", "live", "retired"]
Parameters = Mapping[str, Mapping[str, int]]


class BadWatchSet(DeskRefusal):
    """Those are no parameters. Fact: ``what``, in words."""

    code = "bad_watch_set"


class UnknownWatchSet(DeskRefusal):
    """There is no such version."""

    code = "unknown_watch_set"


class WatchSetElsewhere(DeskRefusal):
    """It does not stand where this can be done. Fact: ``status``."""

    code = "watch_set_elsewhere"


@dataclass(frozen=True, slots=True)
class WatchSet:
    """A version of the parameters."""

    version: int
    title: str
    status: Status
    parameters: Parameters
    severities: Mapping[str, int]
    """From which worth on, in US cents, a finding that is certain is so severe."""
    made_by: UUID | None
    made_at: datetime


def listed(unit: Unit, actor: Actor) -> Sequence[WatchSet]:
    """Return the versions there are, the newest first.

    :raises Forbidden: if their role does not read what is watched
    """
    actor.require(READS)
    rows = unit.all(
        """
        select version, title, status, parameters, severities, made_by, made_at from watch_sets
        order by version desc limit %(most)s
        """,
        most=MOST_LISTED,
    )
    return [_read(row) for row in rows]


def found(unit: Unit, version: int) -> WatchSet:
    """Return a version.

    :raises UnknownWatchSet: if there is none
    """
    row = unit.maybe(
        """
        select version, title, status, parameters, severities, made_by, made_at from watch_sets
        where version = %(version)s
        """,
        version=version,
    )
    if row is None:
        raise UnknownWatchSet
    return _read(row)


def live(unit: Unit) -> WatchSet:
    """Return the version that alerts are raised by."""
    return found(unit, unit.value("select version from watch_sets where status = 'live'"))


def draft(
    unit: Unit,
    actor: Actor,
    *,
    title: str,
    parameters: Parameters,
    severities: Mapping[str, int],
) -> int:
    """Write down a new version and return its number.

    :raises Forbidden: if their role may not ask for rules
    :raises BadWatchSet: if a typology or a parameter is missing, unknown or no fit number
    """
    actor.require(DRAFTS)
    _require_sound(title, parameters, severities)
    version: int = unit.value(
        """
        insert into watch_sets (title, parameters, severities, made_by, made_at)
        values (%(title)s, %(parameters)s, %(severities)s, %(by)s, %(now)s) returning version
        """,
        title=title.strip(),
        parameters=jsonb(parameters),
        severities=jsonb(severities),
        by=actor.id,
        now=unit.now,
    )
    _note(unit, actor, "watch.drafted", version)
    return version


def to_shadow(unit: Unit, actor: Actor, version: int) -> None:
    """Try a draft beside the live version; the one that was in shadow is retired.

    :raises Forbidden: if their role may not ask for rules
    :raises UnknownWatchSet: if there is no such version
    :raises WatchSetElsewhere: if it is no draft
    """
    actor.require(DRAFTS)
    _require(unit, version, "draft")
    unit.run(
        "update watch_sets set status = 'retired', retired_at = %(now)s where status = 'shadow'",
        now=unit.now,
    )
    unit.run(
        "update watch_sets set status = 'shadow', shadow_at = %(now)s where version = %(version)s",
        version=version,
        now=unit.now,
    )
    _note(unit, actor, "watch.shadowed", version)


def ask(unit: Unit, actor: Actor, version: int, *, reason: str) -> Approval:
    """Ask for the version in shadow to go live, which somebody else decides.

    :raises Forbidden: if their role may not ask for rules
    :raises ReasonNeeded: if nobody said why
    :raises AlreadyAsked: if it was asked for and is not decided yet
    :raises UnknownWatchSet: if there is no such version
    :raises WatchSetElsewhere: if it is not in shadow: nothing goes live that was not tried
    """
    actor.require(DRAFTS)
    one = _require(unit, version, "shadow")
    return approvals.request(
        unit,
        actor,
        KIND,
        facts={"version": str(version), "title": one.title},
        subject=f"watch {version}",
        reason=reason,
    )


def take_effect(unit: Unit, asked: Approval) -> Mapping[str, str]:
    """Make a version live, and retire the one that was.

    :raises WatchSetElsewhere: if it left the shadow while it was being decided
    """
    version = int(asked.facts["version"])
    _require(unit, version, "shadow")
    unit.run(
        "update watch_sets set status = 'retired', retired_at = %(now)s where status = 'live'",
        now=unit.now,
    )
    unit.run(
        """
        update watch_sets set status = 'live', live_at = %(now)s, approval_id = %(approval)s
        where version = %(version)s
        """,
        version=version,
        approval=asked.id,
        now=unit.now,
    )
    return {"version": str(version)}


def _require(unit: Unit, version: int, status: Status) -> WatchSet:
    unit.run("select from watch_sets where version = %(version)s for update", version=version)
    one = found(unit, version)
    if one.status != status:
        raise WatchSetElsewhere(status=one.status)
    return one


def _require_sound(title: str, parameters: Parameters, severities: Mapping[str, int]) -> None:
    if not 3 <= len(title.strip()) <= 60:
        raise BadWatchSet(what="the title has 3 to 60 characters")
    if unknown := parameters.keys() ^ TYPOLOGIES.keys():
        raise BadWatchSet(what=f"typologies: {', '.join(sorted(unknown))}")
    for name, given in parameters.items():
        _require_all(name, given)
    if severities.keys() != set(SEVERITIES):
        raise BadWatchSet(what=f"severities: {', '.join(SEVERITIES)}")
    bounds = [severities[name] for name in SEVERITIES]
    for name, bound in severities.items():
        _require_fit(name, bound)
    if bounds != sorted(set(bounds), reverse=True):
        raise BadWatchSet(what="each severity begins below the one before")


def _require_all(typology: str, given: Mapping[str, int]) -> None:
    if wrong := given.keys() ^ TYPOLOGIES[typology].parameters:
        raise BadWatchSet(what=f"parameters of {typology}: {', '.join(sorted(wrong))}")
    for parameter, value in given.items():
        _require_fit(f"{typology} {parameter}", value)


def _require_fit(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise BadWatchSet(what=f"{name} is a whole number from 0 to {MOST}")


def _note(unit: Unit, actor: Actor, action: str, version: int) -> None:
    audit.note(unit, actor, action, subject="watch_set", subject_id=str(version))


def _read(row: Row) -> WatchSet:
    return WatchSet(
        row.version, row.title, row.status, row.parameters, row.severities, row.made_by, row.made_at
    )
