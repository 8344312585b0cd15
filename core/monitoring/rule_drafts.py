"""Drafts of rules: copied from another set, and changed rule by rule until they are judged."""

from dataclasses import dataclass

from core.access.actors import Actor
from core.errors import DeskRefusal
from core.monitoring import model as models
from core.monitoring.expressions import BadCondition, parse
from core.monitoring.payment import RANK, Verdict
from core.monitoring.rule_sets import REQUEST, find, note, require_draft
from core.monitoring.rules import rule_set
from core.store.unit import Unit

MOST_RULES = 100


class UnfitRule(DeskRefusal):
    """It is no rule. Facts: ``what`` is wrong with it, ``near`` which words.

    ``what`` is one of `BadCondition`, or ``name``, ``reason``, ``weight``, ``many``.
    """

    code = "unfit_rule"


class UnfitBands(DeskRefusal):
    """The scores do not rise from a code to a hold to a block, or there is no such model."""

    code = "unfit_bands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A rule as somebody writes it: it weighs, or it gives a verdict."""

    name: str
    condition: str
    reason: str
    weight: int | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """From which scores on more is asked for, and what a model adds to the score."""

    step_up_at: int
    hold_at: int
    block_at: int | None = None
    model: str | None = None
    model_points: int = 0


def draft(unit: Unit, actor: Actor, *, title: str, like: int) -> int:
    """Begin a draft as a copy of another set, and return its version.

    :raises Forbidden: if their role may not
    :raises UnknownRuleSet: if there is no set to copy
    """
    actor.require(REQUEST)
    find(unit, like)
    version: int = unit.value(
        """
        insert into rule_sets (title, status, step_up_at, hold_at, block_at, model, model_points,
            made_by, made_at)
        select %(title)s, 'draft', step_up_at, hold_at, block_at, model, model_points, %(by)s,
            %(now)s from rule_sets where version = %(like)s
        returning version
        """,
        title=" ".join(title.split())[:60] or f"Like {like}",
        like=like,
        by=actor.id,
        now=unit.now,
    )
    unit.run(
        """
        insert into payment_rules (version, name, condition, weight, verdict, reason)
        select %(version)s, name, condition, weight, verdict, reason from payment_rules
        where version = %(like)s
        """,
        version=version,
        like=like,
    )
    note(unit, actor, "rules.drafted", version, {"like": str(like)})
    return version


def put(unit: Unit, actor: Actor, version: int, rule: Written) -> None:
    """Write a rule into a draft, over the one of that name if there is one.

    :raises Forbidden: if their role may not
    :raises UnfitRule: if it is no rule, or there are too many
    :raises NoDraft: if the set is none
    """
    require_draft(unit, actor, version)
    _check(rule)
    unit.run(
        """
        insert into payment_rules (version, name, condition, weight, verdict, reason)
        values (%(version)s, %(name)s, %(condition)s, %(weight)s, %(verdict)s, %(reason)s)
        on conflict (version, name) do update set condition = excluded.condition,
            weight = excluded.weight, verdict = excluded.verdict, reason = excluded.reason
        """,
        version=version,
        name=rule.name,
        condition=rule.condition.strip(),
        weight=rule.weight,
        verdict=rule.verdict,
        reason=rule.reason,
    )
    if len(rule_set(unit, version).rules) > MOST_RULES:
        raise UnfitRule(what="many", near=str(MOST_RULES))
    note(unit, actor, "rules.changed", version, {"rule": rule.name})


def take_out(unit: Unit, actor: Actor, version: int, name: str) -> None:
    """Take a rule out of a draft; one that is not there is not missed.

    :raises Forbidden: if their role may not
    :raises NoDraft: if the set is none
    """
    require_draft(unit, actor, version)
    unit.run(
        "delete from payment_rules where version = %(version)s and name = %(name)s",
        version=version,
        name=name,
    )
    note(unit, actor, "rules.changed", version, {"rule": name})


def set_bands(unit: Unit, actor: Actor, version: int, bands: Bands) -> None:
    """Say from which scores on a draft asks for more, and which model adds to them.

    :raises Forbidden: if their role may not
    :raises UnfitBands: if they do not rise, or there is no such model
    :raises NoDraft: if the set is none
    """
    require_draft(unit, actor, version)
    top = bands.hold_at if bands.block_at is None else bands.block_at
    rises = 1 <= bands.step_up_at <= bands.hold_at <= top <= 1000
    known = bands.model is None or bands.model in models.versions()
    if not rises or not known or (bands.model is None) != (bands.model_points == 0):
        raise UnfitBands
    unit.run(
        """
        update rule_sets set step_up_at = %(step_up)s, hold_at = %(hold)s, block_at = %(block)s,
            model = %(model)s, model_points = %(points)s
        where version = %(version)s
        """,
        version=version,
        step_up=bands.step_up_at,
        hold=bands.hold_at,
        block=bands.block_at,
        model=bands.model,
        points=bands.model_points,
    )
    note(unit, actor, "rules.changed", version, {})


def _check(rule: Written) -> None:
    for part, value in (("name", rule.name), ("reason", rule.reason)):
        if not value.isidentifier() or value != value.lower() or not 3 <= len(value) <= 40:
            raise UnfitRule(what=part, near=value[:20])
    if (rule.weight is None) == (rule.verdict is None):
        raise UnfitRule(what="weight", near="")
    if rule.weight is not None and not 1 <= rule.weight <= 1000:
        raise UnfitRule(what="weight", near=str(rule.weight)[:20])
    if rule.verdict is not None and not RANK.get(rule.verdict):
        raise UnfitRule(what="weight", near=rule.verdict[:20])
    try:
        parse(rule.condition)
    except BadCondition as bad:
        raise UnfitRule(what=bad.what, near=bad.near) from None
