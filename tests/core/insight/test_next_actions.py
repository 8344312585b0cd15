"""What is proposed to whom, why, how surely, and what comes of it."""

import json
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import customer_copy
from core.access import audit
from core.access.actors import SYSTEM, Forbidden
from core.crm import consents, erasure, retention, sentiment
from core.insight import action_candidates, action_words, next_actions
from core.insight.next_actions import ActionDone, BadOutcome, UnknownAction, confidence
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from tests.core.people import fund, someone
from tests.support.desk import hired


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 1000.00", tier=Tier.REGISTERED)


@pytest.fixture
def agent(unit):
    return hired(unit, "agent")


def spend(unit, who, *, times: int) -> None:
    """Spend what a first tier may at once, 70,000 of a million a month, twice a day."""
    for n in range(times):
        fund(unit, who.wallet, "KES 70000.00")
        cash = book.system_account(unit, "cash", "KES")
        leg = book.Leg(who.wallet, cash, Money.load("KES 70000.00"))
        book.post(unit, id=unit.new_id(), type="withdrawal", legs=[leg], wallet=who.wallet)
        unit.now += timedelta(days=n % 2)


def expire(unit, who, status: str = "Expired") -> None:
    unit.run(
        "update customers set kyc_status = %(status)s where id = %(id)s", status=status, id=who.id
    )


def convert(unit, who, *, times: int, sell: str = "USD", buy: str = "KES") -> None:
    for _ in range(times):
        unit.run(
            """
            insert into fx_transactions (fx_id, transaction_id, customer_id, currency_from,
                amount_from, currency_to, amount_to, spread, fee, rate, mid, route, is_large,
                channel, timestamp)
            values (%(id)s, %(id)s, %(who)s, %(sell)s, 100, %(buy)s, 100, 0, 0, 1, 1, '', false,
                'whatsapp', %(now)s)
            """,
            id=unit.new_id(),
            who=who.id,
            sell=sell,
            buy=buy,
            now=unit.now,
        )


def is_unhappy(unit, who) -> None:
    sentiment.keep(
        unit, customer=who.id, kind="VeryNegative", score=0.9, words="this is theft",
        key_phrases=("theft",),
    )  # fmt: skip


def proposed(unit, who):
    next_actions.compute(unit, [who.id])
    return {one.action_type: one for one in next_actions.of_customer(unit, SYSTEM, who.id)}


def test_every_type_has_words_and_a_statement(unit) -> None:
    types = {row.action_type for row in unit.all("select action_type from next_action_types")}
    assert types == set(action_words.WORDS)
    assert len(types) >= 9
    for one in types:
        assert f"'{one}'" in action_candidates.CANDIDATES


def test_a_tier_near_its_limit_is_a_reason_to_verify(unit, amina) -> None:
    spend(unit, amina, times=8)
    assert "complete_kyc" not in proposed(unit, amina)
    spend(unit, amina, times=3)
    found = proposed(unit, amina)["complete_kyc"]
    assert found.facts == {"tier": 1, "percent": 77}
    assert found.description.startswith("Tier 1: 77 %")
    assert found.confidence == Decimal("0.3850")
    unit.now += timedelta(days=31)
    assert "complete_kyc" not in proposed(unit, amina)


def test_conversions_of_one_pair_are_a_reason_to_wait_for_a_rate(unit, amina) -> None:
    convert(unit, amina, times=2)
    assert "fx_rate_alert" not in proposed(unit, amina)
    convert(unit, amina, times=1)
    found = proposed(unit, amina)["fx_rate_alert"]
    assert found.facts == {"from": "USD", "to": "KES", "times": 3}


def test_who_is_quiet_and_has_money_is_won_back(unit, amina) -> None:
    unit.now += timedelta(days=59)
    assert "reactivate_dormant" not in proposed(unit, amina)
    unit.now += timedelta(days=2)
    assert proposed(unit, amina)["reactivate_dormant"].facts == {"days": 61}


def test_documents_that_expired_are_asked_for(unit, amina) -> None:
    expire(unit, amina)
    assert proposed(unit, amina)["renew_kyc"].facts == {"status": "Expired"}


def test_an_unhappy_customer_is_asked(unit, amina) -> None:
    is_unhappy(unit, amina)
    found = proposed(unit, amina)["follow_up_feeling"]
    assert found.facts == {"messages": 1, "worst": 1}
    assert "theft" not in json.dumps(dict(found.facts)) + found.description


def test_one_of_a_type_is_open_and_takes_up_what_is_new(unit, amina) -> None:
    convert(unit, amina, times=3)
    first = proposed(unit, amina)["fx_rate_alert"]
    convert(unit, amina, times=1)
    again = proposed(unit, amina)["fx_rate_alert"]
    assert (again.id, again.facts["times"]) == (first.id, 4)
    assert again.confidence > first.confidence
    assert next_actions.compute(unit, [amina.id]) == 0


def test_what_nothing_speaks_for_any_more_is_moot_and_may_come_back(unit, amina) -> None:
    expire(unit, amina)
    first = proposed(unit, amina)["renew_kyc"]
    expire(unit, amina, "Verified")
    assert proposed(unit, amina) == {}
    expire(unit, amina)
    assert proposed(unit, amina)["renew_kyc"].id != first.id
    moot = unit.value("select outcome from next_best_actions where id = %(id)s", id=first.id)
    assert moot == "moot"


def test_what_nobody_takes_up_expires_and_rests(unit, amina) -> None:
    expire(unit, amina)
    first = proposed(unit, amina)["renew_kyc"]
    unit.now = first.expires_at
    assert "renew_kyc" not in proposed(unit, amina)
    unit.now += timedelta(days=31)
    assert proposed(unit, amina)["renew_kyc"].id != first.id


def test_who_declined_is_left_alone_for_ninety_days(unit, amina, agent) -> None:
    expire(unit, amina)
    asked = proposed(unit, amina)["renew_kyc"]
    next_actions.record(unit, agent, asked.id, "declined", "she is leaving the country")
    unit.now += timedelta(days=89)
    assert "renew_kyc" not in proposed(unit, amina)
    unit.now += timedelta(days=2)
    assert "renew_kyc" in proposed(unit, amina)


def test_recorded_refusals_sink_a_type_below_others(unit, amina, agent) -> None:
    """What was ahead stands behind once customers have refused it."""
    people = [
        someone(unit, f"+2547120001{n:02}", tier=Tier.REGISTERED, id_number=f"RX{n:05}")
        for n in range(8)
    ]
    for one in [amina, *people]:
        expire(unit, one)
        convert(unit, one, times=5)
    before = [one.action_type for one in proposed(unit, amina).values()]
    assert before.index("renew_kyc") < before.index("fx_rate_alert")
    for one in people:
        asked = proposed(unit, one)["renew_kyc"]
        next_actions.record(unit, agent, asked.id, "declined")
    after = proposed(unit, amina)
    assert list(after).index("renew_kyc") > list(after).index("fx_rate_alert")
    assert after["renew_kyc"].confidence == Decimal("0.2143")  # 3 / 14
    assert after["fx_rate_alert"].confidence == Decimal("0.4167")  # 1 / 2 * 5 / 6


def test_acceptances_lift_it_and_not_reached_changes_nothing() -> None:
    none = confidence(0, Decimal(0), Decimal(1))
    assert none == Decimal("0.5000")
    assert confidence(4, Decimal(0), Decimal(1)) > none > confidence(0, Decimal("0.5"), Decimal(1))


@given(
    accepted=st.integers(0, 10**6), refused=st.integers(0, 2 * 10**6),
    strength=st.decimals(0, 1, places=4),
)  # fmt: skip
def test_a_confidence_is_a_share_and_moves_the_right_way(accepted, refused, strength) -> None:
    no = Decimal(refused) / 2
    one = confidence(accepted, no, strength)
    assert 0 <= one <= strength
    assert confidence(accepted, no + 1, strength) <= one <= confidence(accepted + 1, no, strength)


def test_whoever_wants_no_marketing_is_only_served(unit, amina) -> None:
    convert(unit, amina, times=4)
    expire(unit, amina)
    assert {"renew_kyc", "fx_rate_alert"} <= set(proposed(unit, amina))
    consents.give(unit, amina.id, purpose="marketing", channel="sms")
    consents.withdraw(unit, amina.id, purpose="marketing")
    assert set(proposed(unit, amina)) == {"renew_kyc"}
    consents.give(unit, amina.id, purpose="marketing", channel="sms")
    assert "fx_rate_alert" in proposed(unit, amina)
    unit.run(
        "update addresses set opted_out_at = %(now)s where customer_id = %(id)s",
        now=unit.now, id=amina.id,
    )  # fmt: skip
    assert set(proposed(unit, amina)) == {"renew_kyc"}


def test_an_outcome_is_recorded_once_sealed_and_noted(unit, amina, agent) -> None:
    expire(unit, amina)
    asked = proposed(unit, amina)["renew_kyc"]
    done = next_actions.record(unit, agent, asked.id, "accepted", " comes tomorrow ")
    assert (done.outcome, done.note, done.by, done.is_completed) == (
        "accepted", "comes tomorrow", agent.id, True,
    )  # fmt: skip
    raw = unit.value("select note from next_best_actions where id = %(id)s", id=asked.id)
    assert b"tomorrow" not in bytes(raw)
    assert unit.value("select accepted from next_action_types where action_type = 'renew_kyc'") == 1
    with pytest.raises(ActionDone):
        next_actions.record(unit, agent, asked.id, "declined")
    unit.finish()
    noted = audit.page(unit, SYSTEM, action="action", limit=1)[0]
    assert (noted.action, noted.customer_id) == ("action.recorded", amina.id)
    assert noted.after == {"type": "renew_kyc", "outcome": "accepted"}
    assert next_actions.recorded(unit, agent, amina.id)[0].id == asked.id


def test_only_known_outcomes_of_known_actions_by_those_who_may(unit, amina, agent) -> None:
    expire(unit, amina)
    asked = proposed(unit, amina)["renew_kyc"]
    with pytest.raises(BadOutcome):
        next_actions.record(unit, agent, asked.id, "moot")
    with pytest.raises(BadOutcome):
        next_actions.record(unit, agent, asked.id, "accepted", "x" * 1001)
    with pytest.raises(UnknownAction):
        next_actions.record(unit, agent, uuid4(), "accepted")
    with pytest.raises(Forbidden):
        next_actions.record(unit, hired(unit, "auditor"), asked.id, "accepted")


def test_outcomes_are_forgotten_after_two_years_and_their_counts_are_not(
    unit, amina, agent
) -> None:
    (rule,) = [one for one in retention.RULES if one.what == "next actions"]
    expire(unit, amina)
    asked = proposed(unit, amina)["renew_kyc"]
    next_actions.record(unit, agent, asked.id, "declined", "no time")
    unit.now += rule.kept_for - timedelta(days=1)
    retention.forget(unit, rule)
    assert len(next_actions.recorded(unit, agent, amina.id)) == 1
    unit.now += timedelta(days=2)
    retention.forget(unit, rule)
    assert next_actions.recorded(unit, agent, amina.id) == []
    counted = "select refused from next_action_types where action_type = 'renew_kyc'"
    assert unit.value(counted) == 1


def test_a_customer_s_copy_has_what_was_proposed_and_erasure_takes_it(unit, amina, agent) -> None:
    expire(unit, amina)
    asked = proposed(unit, amina)["renew_kyc"]
    next_actions.record(unit, agent, asked.id, "not_now", "calls on the seventh")
    held = customer_copy.copy(unit, SYSTEM, amina.id, reason="she wrote")
    (told,) = held["what_was_proposed_for_them"]
    assert (told["outcome"], told["note"]) == ("not_now", "calls on the seventh")
    cash = book.system_account(unit, "cash", "KES")
    book.close(
        unit, id=uuid4(), account=amina.wallet, to=cash,
        reason=book.Reason(by="test", why="the customer leaves"),
    )  # fmt: skip
    erasure.erase(unit, amina.id)
    assert unit.value("select count(*) from next_best_actions") == 0
    assert unit.value(
        "select lifetime_value is null and risk_profile is null from customers"
        " where id = %(id)s", id=amina.id,
    )  # fmt: skip


def test_a_payment_that_failed_is_followed_up_but_not_one_of_regulation(unit, amina) -> None:
    found = action_candidates.CANDIDATES
    assert "not like 'RR%%'" in found
    for guarded in ("payment_reviews", "held_transfers", "screening", "aml_", "watch_"):
        assert guarded not in found
