"""Rules of the bank for cards: drafted, watched, run over the past, let bind by another, ended."""

from datetime import timedelta
from typing import get_args
from uuid import UUID

from flask import Response, request

from bot.console import operations, shell
from bot.console.shell import console
from bot.guard import actor, guard
from core.cards import control_trial, controls
from core.cards.control_trial import PERMISSION, BackTest
from core.cards.controls import Control, Mode, Per, RuleUnfit, Scope
from core.cards.messages import Way
from core.errors import Refusal
from core.money import DIGITS, Money
from core.store.unit import Unit

WAYS: tuple[Way, ...] = get_args(Way)
PERIODS: tuple[Per, ...] = get_args(Per)
MOVES: tuple[Mode, ...] = ("shadow", "bind", "retired")
TEST_DAYS = 90
MOST_COUNTRIES = 60


@console.get("/operations/card-rules", endpoint="card_rules")
@guard(PERMISSION)
def listed() -> Response:
    """Show the bank's rules, and what each would have declined while it watched."""
    return _page()


@console.post("/operations/card-rules")
@guard(PERMISSION)
def draft_card_rule() -> Response:
    """Draft a rule for all cards of a currency. It does nothing yet."""
    try:
        with shell.house().unit() as unit:
            _draft(unit)
    except Refusal as refusal:
        return _page(refusal)
    return shell.go("console.card_rules", done="rule_drafted")


@console.post("/operations/card-rules/<uuid:rule_id>/test")
@guard(PERMISSION)
def test_card_rule(rule_id: UUID) -> Response:
    """Run a rule over the last 90 days and show what it would have said."""
    try:
        with shell.house().unit() as unit:
            since = unit.now - timedelta(days=TEST_DAYS)
            tested = control_trial.back_test(unit, actor(), rule_id, since=since)
    except Refusal as refusal:
        return _page(refusal)
    return _page(tested=(rule_id, tested))


@console.post("/operations/card-rules/<uuid:rule_id>/<any(shadow, bind, retired):to>")
@guard(PERMISSION)
def move_card_rule(rule_id: UUID, to: Mode) -> Response:
    """Let a rule watch, bind or end."""
    try:
        with shell.house().unit() as unit:
            control_trial.move(unit, actor(), rule_id, to)
    except Refusal as refusal:
        return _page(refusal)
    return shell.go("console.card_rules", done=f"rule_{to}")


def _draft(unit: Unit) -> Control:
    """Draft what the form says.

    :raises RuleUnfit: if it says nothing, or what cannot be meant
    """
    currency, per = shell.field("currency", most=3), shell.field("per", most=20)
    countries = shell.field("countries", most=300).upper().replace(",", " ").split()
    ways: tuple[Way, ...] = tuple(one for one in WAYS if one in request.form.getlist("ways"))
    known = _groups(unit)
    if currency not in DIGITS or len(countries) > MOST_COUNTRIES:
        raise RuleUnfit
    if not all(len(one) == 2 and one.isascii() and one.isalpha() for one in countries):
        raise RuleUnfit
    typed, count = shell.field("most", most=20), shell.field("count", most=6)
    if count and not count.isdecimal():
        raise RuleUnfit
    return control_trial.draft(
        unit,
        actor(),
        card=None,
        currency=currency,
        scope=Scope(
            groups=[one for one in request.form.getlist("groups") if one in known],
            countries=countries,
            abroad=shell.field("abroad", most=3) == "yes",
            ways=ways,
        ),
        per=next((one for one in PERIODS if one == per), None),
        most=Money.parse(typed, currency) if typed else None,
        most_count=int(count) if count else None,
    )


def _groups(unit: Unit) -> list[str]:
    return controls.trades(unit)


def _page(
    refused: Refusal | None = None, *, tested: tuple[UUID, BackTest] | None = None
) -> Response:
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        rules = control_trial.of_bank(unit)
        since = unit.now - timedelta(days=TEST_DAYS)
        watched = {
            one.id: control_trial.in_shadow(unit, one.id, since=since)
            for one in rules
            if one.mode == "shadow"
        }
        groups = _groups(unit)
    return operations.show(
        "card_rules",
        framed,
        tab="disputes",
        refused=refused,
        rules=rules,
        watched=watched,
        tested=tested,
        groups=groups,
        ways=WAYS,
        periods=PERIODS,
        currencies=sorted(DIGITS),
        days=TEST_DAYS,
    )
