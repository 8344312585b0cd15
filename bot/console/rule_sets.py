"""Rules: which are live, which are tried in the shadow, and what a set would have done."""

from collections.abc import Callable
from datetime import timedelta

from flask import Response, request

from bot.console import compliance, shell
from bot.console.approvals import told
from bot.console.shell import console
from bot.guard import actor, guard
from core.access.actors import Actor
from core.aml import guard as tipping_off
from core.errors import Refusal
from core.monitoring import backtest, decisions, model, rule_drafts, rule_sets
from core.monitoring.features import FEATURES
from core.monitoring.payment import RANK, Verdict
from core.monitoring.rule_drafts import Bands, Written
from core.monitoring.rule_sets import REQUEST
from core.store.unit import Unit

DAYS = ("1", "7", "30", "90")
"""How far back a set may be tried on the desk; the command line goes further."""


@console.get("/compliance/rules", endpoint="rule_sets")
@guard(REQUEST)
def listed() -> Response:
    """Show every set there is, the newest first."""
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = rule_sets.sets(unit)
    return compliance.show("rule_sets", framed, tab="rules", found=found)


@console.post("/compliance/rules")
@guard(REQUEST)
def draft_rules() -> Response:
    """Begin a draft as a copy of another set."""
    with shell.house().unit() as unit:
        version = rule_drafts.draft(
            unit, actor(), title=shell.field("title", most=60), like=_number("like") or 0
        )
    return shell.go("console.rule_set", version=version, done="saved")


@console.get("/compliance/rules/<int:version>", endpoint="rule_set")
@guard(REQUEST)
def shown(version: int) -> Response:
    """Show one set, and what it would have done if that is asked for."""
    return _page(version)


@console.post("/compliance/rules/<int:version>/rule")
@guard(REQUEST)
def put_rule(version: int) -> Response:
    """Write a rule of a draft."""
    verdict: Verdict | None = next((one for one in RANK if one == shell.field("verdict")), None)
    rule = Written(
        name=shell.field("name", most=40),
        condition=shell.field("condition", most=400),
        reason=shell.field("why", most=40),
        weight=_number("weight"),
        verdict=verdict,
    )
    return _act(version, lambda unit, who: rule_drafts.put(unit, who, version, rule))


@console.post("/compliance/rules/<int:version>/out")
@guard(REQUEST)
def take_rule_out(version: int) -> Response:
    """Take a rule out of a draft."""
    name = shell.field("name", most=40)
    return _act(version, lambda unit, who: rule_drafts.take_out(unit, who, version, name))


@console.post("/compliance/rules/<int:version>/bands")
@guard(REQUEST)
def set_rule_bands(version: int) -> Response:
    """Say from which scores on a draft asks for more."""
    bands = Bands(
        step_up_at=_number("step_up_at") or 0,
        hold_at=_number("hold_at") or 0,
        block_at=_number("block_at"),
        model=shell.field("model", most=60) or None,
        model_points=_number("model_points") or 0,
    )
    return _act(version, lambda unit, who: rule_drafts.set_bands(unit, who, version, bands))


@console.post("/compliance/rules/<int:version>/shadow")
@guard(REQUEST)
def try_rules(version: int) -> Response:
    """Have a draft judged beside the live set from now on."""
    return _act(version, lambda unit, who: rule_sets.into_shadow(unit, who, version))


@console.post("/compliance/rules/<int:version>/retire")
@guard(REQUEST)
def retire_rules(version: int) -> Response:
    """Give up a draft, or a set in the shadow."""
    return _act(version, lambda unit, who: rule_sets.retire(unit, who, version))


@console.post("/compliance/rules/<int:version>/live")
@guard(REQUEST)
def ask_rules_live(version: int) -> Response:
    """Ask for a set in the shadow to go live; somebody else decides."""
    try:
        with shell.house().unit() as unit:
            asked = rule_sets.ask_live(unit, actor(), version, why=shell.field("reason"))
    except Refusal as refusal:
        return _page(version, refusal)
    return told(asked)


def _act(version: int, act: Callable[[Unit, Actor], None]) -> Response:
    try:
        with shell.house().unit() as unit:
            act(unit, actor())
    except Refusal as refusal:
        return _page(version, refusal)
    return shell.go("console.rule_set", version=version, done="saved")


def _page(version: int, refused: Refusal | None = None) -> Response:
    who, now = actor(), shell.house().now()
    days = shell.chosen("days", DAYS)
    outcome, differing = None, []
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        one = rule_sets.find(unit, version)
        with tipping_off.compliance(unit, who, REQUEST, about="rules", about_id=version):
            if days:
                since = now - timedelta(days=int(days))
                outcome = backtest.backtest(unit, one, since=since, until=now)
            if one.status == "shadow":
                differing = decisions.differing(unit, version)
    return compliance.show(
        "rule_set",
        framed,
        tab="rules",
        refused=refused,
        one=one,
        verdicts=[name for name in RANK if name != "allow"],
        models=model.versions(),
        features=FEATURES,
        days=DAYS,
        chosen=days,
        outcome=outcome,
        differing=differing,
    )


def _number(name: str) -> int | None:
    given = request.form.get(name, "").strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 6 else None
