"""What must hold of the stories we have, whatever is added to them."""

import pytest

from core.bank import Bank
from flows.catalog import CUSTOMERS, STORIES
from flows.check.raising import raised_by
from flows.story import Ask, Call, Flow, Prove, sources


def leaving(flow: type[Flow], state: str) -> set[str]:
    return {str(path[0]) for path in flow.paths if state in sources(path)}


@pytest.mark.parametrize("code", sorted(each.code for each in raised_by(Bank, "send_money")))
def test_whatever_the_bank_refuses_at_the_last_moment_leads_somewhere(code: str) -> None:
    assert code in leaving(STORIES["send_money"], "pin")


def test_a_locked_pin_leads_out_of_every_step_that_asks_for_it() -> None:
    for flow in STORIES.values():
        for step in flow.steps:
            if isinstance(step, Prove):
                assert "pin_locked" in leaving(flow, step.name), f"{flow.name}.{step.name}"


@pytest.mark.parametrize("name", ["balance", "statement", "send_money"])
def test_an_address_that_is_not_trusted_proves_the_pin_first(name: str) -> None:
    flow = STORIES[name]
    opened = [path for path in flow.paths if path[0] == "open"]
    unconditional = [path for path in opened if not any(path[3:5])]
    assert [isinstance(flow.step_at(str(path[2])), Prove) for path in unconditional] == [True]
    assert all(path[3] == "trusted" for path in opened if path not in unconditional)


@pytest.mark.parametrize("name", STORIES)
def test_nothing_secret_has_a_slot(name: str) -> None:
    flow = STORIES[name]
    assert not {"pin", "code", "secret", "hash"} & set(flow.widest)


def test_only_customers_stories_are_offered_to_customers() -> None:
    assert all(STORIES[flow.name] is flow for flow in CUSTOMERS)
    assert not STORIES["send_money"].for_strangers


def test_calls_are_only_asked_of_methods_that_take_nothing() -> None:
    for flow in STORIES.values():
        for step in flow.steps:
            if isinstance(step, Call):
                assert callable(getattr(flow, step.asks))


def test_what_can_be_corrected_names_the_slot_it_fills() -> None:
    slots = {
        (flow.name, step.slot or step.name)
        for flow in STORIES.values()
        for step in flow.steps
        if isinstance(step, Ask) and step.entity
    }
    assert slots == {
        ("send_money", "to"), ("send_money", "amount"), ("link", "phone"), ("people", "whom"),
        ("request_money", "to"), ("request_money", "amount"), ("pay_request", "request"),
        ("move_money", "amount"), ("exchange", "sell"), ("exchange", "buy"), ("exchange", "amount"),
        ("send_abroad", "to"), ("send_abroad", "amount"), ("rate_alert", "currency"),
        ("rate_alert", "rate"), ("withdraw", "amount"), ("withdraw", "mobile"),
        ("deposit", "amount"), ("deposit", "payer"), ("cash_code", "amount"), ("till", "amount"),
        ("till", "more"), ("airtime", "mobile"), ("airtime", "amount"), ("pay_bill", "amount"),
        ("fees", "amount"), ("plan", "to"), ("plan", "amount"),
        ("plan", "times"), ("plan_bill", "amount"), ("plan_bill", "times"),
        ("plan_airtime", "mobile"), ("plan_airtime", "amount"), ("plan_airtime", "times"),
        ("plan_payout", "amount"), ("plan_payout", "times"), ("card_request", "kind"),
        ("card_limits", "amount"), ("card_dispute", "most"), ("alert_choices", "received"),
        ("alert_choices", "low"), ("plan", "first"), ("plan_bill", "first"),
        ("plan_airtime", "first"), ("plan_payout", "first"), ("pay_bill", "bill_account"),
        ("save_person", "label"), ("my_cases", "number"),
    }  # fmt: skip
