"""Each rule the bank begins with fires on its own story, and is silent on the stories beside it."""

import pytest

from core.monitoring.judging import judge
from core.monitoring.rules import rule_set

QUIET = {
    "kind": "transfer", "channel": "ussd", "hour": 14, "worth_usd": 40, "share_of_limit": 0.05,
    "share_of_balance": 0.2, "usual_ratio": 1.1, "account_days": 400, "dormant_days": 2,
    "count_1h": 0, "count_24h": 1, "count_7d": 4, "count_30d": 20, "usd_1h": 40, "usd_24h": 60,
    "usd_7d": 200, "usd_30d": 900, "new_payee": False, "payee_days": 300, "payee_senders_24h": 2,
    "came_in_senders_24h": 0, "came_in_usd_24h": 0, "last_in_hours": None, "pass_through": None,
    "sim_hours": None, "address_hours": 9000, "newest_address_hours": 9000, "pin_hours": None,
    "abroad": False, "country_risk": 1, "threshold_share": 0.003, "threshold_share_24h": 0.004,
    "payer_sends": "now", "payee_receives": True, "doubt": None, "listed": None,
}  # fmt: skip
LARGE = {"share_of_limit": 0.5, "usual_ratio": 8, "new_payee": True}
EMPTIES = {"share_of_balance": 0.9, "share_of_limit": 0.3}
# By rule: what makes its story, and one fact that takes it away again.
STORIES = {
    "velocity_hour": ({"count_1h": 10, "usd_1h": 150}, {"count_1h": 9}),
    "velocity_day": ({"count_24h": 60, "usd_24h": 1000}, {"usd_24h": 999}),
    "new_payee_large": (LARGE, {"new_payee": False}),
    "empties_wallet": (LARGE | {"share_of_balance": 0.9}, {"share_of_balance": 0.89}),
    "sim_swap_cash_out": (
        EMPTIES | {"sim_hours": 71, "kind": "payout", "share_of_balance": 0.5},
        {"sim_hours": 72},
    ),
    "address_added": (EMPTIES | {"newest_address_hours": 23, "new_payee": True},
                      {"account_days": 6}),
    "pin_reset": (EMPTIES | {"pin_hours": 3, "new_payee": True}, {"pin_hours": 24}),
    "dormant_cash_out": (EMPTIES | {"dormant_days": 180, "kind": "cash"}, {"kind": "bill"}),
    "pass_through": (
        {"pass_through": 0.9, "came_in_senders_24h": 3, "last_in_hours": 5.9,
         "share_of_balance": 0.8, "usd_24h": 500},
        {"came_in_senders_24h": 2},
    ),
    "many_senders": ({"payee_senders_24h": 12, "payee_days": 29, "new_payee": True},
                     {"payee_days": 30}),
    "country_call_for_action": ({"country_risk": 2, "abroad": True}, {"country_risk": 1}),
    "country_monitored": ({"abroad": True, "worth_usd": 1000}, {"abroad": False}),
    "structuring": (
        {"threshold_share": 0.4, "threshold_share_24h": 1, "count_24h": 2},
        {"threshold_share_24h": 0.99},
    ),
    "odd_hour": (EMPTIES | {"hour": 4, "new_payee": True}, {"hour": 5}),
}  # fmt: skip
ALONG = {"empties_wallet": {"new_payee_large"}}
"""What fires along by its nature: emptying a wallet to somebody new is a large payment too."""


@pytest.fixture
def rules(unit):
    return rule_set(unit, 1)


def fired(rules, features):
    return set(judge(features, rules, on_hold="hold").fired)


def test_an_ordinary_payment_fires_nothing(rules):
    judged = judge(QUIET, rules, on_hold="hold")
    assert (judged.verdict, judged.score, judged.reasons) == ("allow", 0, ())


def test_every_rule_has_its_story(rules):
    assert STORIES.keys() == {rule.name for rule in rules.rules}


@pytest.mark.parametrize("name", STORIES)
def test_a_rule_fires_on_its_story_alone(rules, name):
    story, without = STORIES[name]
    assert fired(rules, QUIET | story) == {name} | ALONG.get(name, set())
    assert name not in fired(rules, QUIET | story | without)


def test_weights_add_up_to_a_band(rules):
    alone = judge(QUIET | LARGE, rules, on_hold="hold")
    assert (alone.score, alone.verdict) == (45, "step_up")
    both = judge(QUIET | LARGE | {"share_of_balance": 0.95}, rules, on_hold="hold")
    assert (both.score, both.verdict) == (75, "hold")
    assert both.reasons == ("new_payee_large", "empties_wallet")


@pytest.mark.parametrize(("on_hold", "verdict"), [("hold", "hold"), ("block", "block"),
                                                  ("step_up", "step_up")])  # fmt: skip
def test_a_hold_comes_to_what_its_kind_can(rules, on_hold, verdict):
    story = QUIET | STORIES["sim_swap_cash_out"][0]
    assert judge(story, rules, on_hold=on_hold).verdict == verdict


@pytest.mark.parametrize(
    ("facts", "verdict", "reason"),
    [
        ({"doubt": "sim"}, "step_up", "more_proof"),
        ({"payer_sends": "waits"}, "hold", "screening"),
        ({"payer_sends": "never"}, "block", "screening"),
        ({"payee_receives": False}, "block", "screening"),
        ({"listed": "review"}, "hold", "screening"),
        ({"listed": "block"}, "block", "screening"),
    ],
)
def test_proof_and_lists_are_asked_whatever_the_rules(rules, facts, verdict, reason):
    judged = judge(QUIET | facts, rules, on_hold="hold")
    assert (judged.verdict, judged.reasons) == (verdict, (reason,))
