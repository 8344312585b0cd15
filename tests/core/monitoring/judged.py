"""Payments for the tests of judging, and a way to read what was decided of them."""

from datetime import timedelta
from uuid import uuid4

from core.access import approvals
from core.access.approval_store import Approval
from core.approvals.catalog import KINDS
from core.money import Money
from core.monitoring import decisions, model, rule_drafts, rule_sets
from core.monitoring.decide import decide
from core.monitoring.model import Model
from core.monitoring.payment import Payment
from core.monitoring.rule_drafts import Written
from core.store.acting import acting_as
from tests.support.desk import hired

approvals.register(KINDS)


def payment(payer, payee=None, amount="KES 1500.00", *, kind="transfer", **other):
    """Return a payment as the counter presents it."""
    facts = {
        "id": uuid4(),
        "kind": kind,
        "customer": payer.id,
        "amount": Money.load(amount),
        "channel": "ussd",
        "address": payer.phone,
        "payee": getattr(payee, "id", payee),
    }
    return Payment(**(facts | other))


def judged(unit, payment):
    """Judge a payment, and return all that was recorded."""
    decide(unit, payment)
    with acting_as(unit, "wekeza_compliance"):
        return decisions.find(unit, payment.id)


def features(unit, payment):
    return judged(unit, payment).features


def alerts(unit):
    with acting_as(unit, "wekeza_compliance"):
        return unit.all(
            "select type, severity, source, customer_id, key from aml_alerts order by key"
        )


def earlier(unit, **how_long):
    """Go back in time: what is written now happened that long ago."""
    unit.now -= timedelta(**how_long)


def later(unit, **how_long):
    unit.now += timedelta(**how_long)


def into_shadow(unit, actor, *rules, like=1):
    """Have a set judged in the shadow: the live one with other rules on top."""
    version = rule_drafts.draft(unit, actor, title="A trial", like=like)
    for name, condition, verdict in rules:
        rule = Written(name=name, condition=condition, verdict=verdict, reason=name)
        rule_drafts.put(unit, actor, version, rule)
    rule_sets.into_shadow(unit, actor, version)
    return version


def make_live(unit, *rules) -> int:
    """Have two people make a set live."""
    maker, checker = hired(unit, "compliance"), hired(unit, "compliance")
    version = into_shadow(unit, maker, *rules)
    asked: Approval = rule_sets.ask_live(unit, maker, version, why="tried for a week")
    ended = approvals.approve(unit, checker, asked.id)
    assert ended.status == "approved"
    return version


def find_everything() -> Model:
    """Return a model that finds whatever is worth something suspicious, because of its worth."""
    leaf = {"feature": -1, "value": 0.0, "expected": 0.0}
    root = {"feature": 0, "threshold": 0.001, "missing_left": True, "left": 1, "right": 2}
    certain = {"feature": -1, "value": 9.0, "expected": 9.0}
    return model.read(
        {
            "version": "finds-everything",
            "features": ["worth_usd"],
            "baseline": 0.0,
            "trees": [[root | {"expected": 0.0}, leaf, certain]],
        }
    )
