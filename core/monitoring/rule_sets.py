"""Versions of the rules: drafted, judged in the shadow, and made live by two people.

A draft (`rule_drafts`) is a copy of another set, and is changed rule by rule. In the shadow it is
judged beside the live one, of every payment, and changes nothing; there is one at a time. Only from
there it may go live, which one person asks for and another approves; what was live retires.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.access import approvals, audit
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.errors import DeskRefusal
from core.monitoring.rules import RuleSet, Status, rule_set
from core.store.unit import Unit

REQUEST = "rules.request"
APPROVAL = "rule_set"
"""The kind of approval by which a set goes live."""
MOST_LISTED = 50


class UnknownRuleSet(DeskRefusal):
    """There is no such set of rules."""

    code = "unknown_rule_set"


class NoDraft(DeskRefusal):
    """The set is no draft any more. Fact: ``status``."""

    code = "no_draft"


class NotInShadow(DeskRefusal):
    """Only what was judged in the shadow goes live. Fact: ``status``."""

    code = "not_in_shadow"


@dataclass(frozen=True, slots=True)
class Listed:
    """A set, as a list shows it."""

    version: int
    title: str
    status: Status
    rules: int
    model: str | None
    made_at: datetime
    shadow_at: datetime | None
    live_at: datetime | None
    retired_at: datetime | None


def sets(unit: Unit) -> list[Listed]:
    """Return the sets, the newest first."""
    rows = unit.all(
        """
        select s.version, s.title, s.status, s.model, s.made_at, s.shadow_at, s.live_at,
            s.retired_at,
            (select count(*) from payment_rules r where r.version = s.version) as rules
        from rule_sets s order by s.version desc limit %(most)s
        """,
        most=MOST_LISTED,
    )
    return [
        Listed(
            row.version,
            row.title,
            row.status,
            row.rules,
            row.model,
            row.made_at,
            row.shadow_at,
            row.live_at,
            row.retired_at,
        )
        for row in rows
    ]


def find(unit: Unit, version: int) -> RuleSet:
    """Return a set with its rules.

    :raises UnknownRuleSet: if there is none of that version
    """
    try:
        return rule_set(unit, version)
    except LookupError:
        raise UnknownRuleSet from None


def into_shadow(unit: Unit, actor: Actor, version: int) -> None:
    """Have a draft judged beside the live set from now on, in place of the one that was.

    :raises Forbidden: if their role may not
    :raises NoDraft: if the set is none
    """
    require_draft(unit, actor, version)
    unit.run(
        "update rule_sets set status = 'retired', retired_at = %(now)s where status = 'shadow'",
        now=unit.now,
    )
    unit.run(
        """
        update rule_sets set status = 'shadow', shadow_at = %(now)s where version = %(version)s
        """,
        version=version,
        now=unit.now,
    )
    note(unit, actor, "rules.in_shadow", version, {})


def retire(unit: Unit, actor: Actor, version: int) -> None:
    """Give up a draft or a set in the shadow; the live one is only ever followed by another.

    :raises Forbidden: if their role may not
    :raises UnknownRuleSet: if there is none of that version
    :raises NoDraft: if it is live or retired already
    """
    actor.require(REQUEST)
    status = _lock(unit, version)
    if status not in ("draft", "shadow"):
        raise NoDraft(status=status)
    unit.run(
        """
        update rule_sets set status = 'retired', retired_at = %(now)s where version = %(version)s
        """,
        version=version,
        now=unit.now,
    )
    note(unit, actor, "rules.retired", version, {})


def ask_live(unit: Unit, actor: Actor, version: int, *, why: str) -> Approval:
    """Ask for a set in the shadow to go live, which another person decides.

    :raises Forbidden: if their role may not
    :raises ReasonNeeded: if nobody said why
    :raises UnknownRuleSet: if there is none of that version
    :raises NotInShadow: if it was not judged in the shadow
    :raises AlreadyAsked: if it was asked for and is not decided yet
    """
    status = _lock(unit, version)
    if status != "shadow":
        raise NotInShadow(status=status)
    return approvals.request(
        unit,
        actor,
        APPROVAL,
        facts={"version": str(version)},
        subject=f"rules {version}",
        reason=why,
    )


def go_live(unit: Unit, asked: Approval) -> Mapping[str, str]:
    """Make a set live that two people agreed to; the second one's part.

    :raises NotInShadow: if it is not in the shadow any more
    """
    version = int(asked.facts["version"])
    before: int = unit.value("select version from rule_sets where status = 'live' for update")
    status = _lock(unit, version)
    if status != "shadow":
        raise NotInShadow(status=status)
    unit.run(
        """
        update rule_sets set status = 'retired', retired_at = %(now)s where version = %(before)s
        """,
        before=before,
        now=unit.now,
    )
    unit.run(
        """
        update rule_sets set status = 'live', live_at = %(now)s, approval_id = %(approval)s
        where version = %(version)s
        """,
        version=version,
        approval=asked.id,
        now=unit.now,
    )
    return {"version": str(version), "before": str(before)}


def require_draft(unit: Unit, actor: Actor, version: int) -> None:
    """Let somebody change a set who may, and that is a draft; its row is locked.

    :raises Forbidden: if their role may not
    :raises UnknownRuleSet: if there is none of that version
    :raises NoDraft: if it is none
    """
    actor.require(REQUEST)
    status = _lock(unit, version)
    if status != "draft":
        raise NoDraft(status=status)


def _lock(unit: Unit, version: int) -> Status:
    status: Status | None = unit.value(
        "select status from rule_sets where version = %(version)s for no key update",
        version=version,
    )
    if status is None:
        raise UnknownRuleSet
    return status


def note(unit: Unit, actor: Actor, action: str, version: int, after: Mapping[str, str]) -> None:
    """Note in the log what somebody did with a set."""
    audit.note(unit, actor, action, subject="rules", subject_id=str(version), after=after)
