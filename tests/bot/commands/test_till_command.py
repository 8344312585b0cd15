"""``flask --app bot till``: agents are appointed, suspended, listed; parked money is listed."""

import json

AMINA = "+254712000001"
LIMITS = ("--at-once", "KES 5000.00", "--a-day", "KES 9000.00")


def test_an_agent_is_appointed_suspended_and_listed(demo):
    assert "is open" in demo("till", "appoint", AMINA, *LIMITS).output
    assert demo("till", "appoint", AMINA, *LIMITS).exit_code == 1
    assert demo("till", "suspend", AMINA).exit_code == 0
    (last, *_) = [
        one for one in json.loads(demo("till", "list", "--json").output)
        if one["at_once"] == "KES 5000.00"
    ]  # fmt: skip
    assert (last["status"], last["a_day"]) == ("suspended", "KES 9000.00")
    assert demo("till", "resume", AMINA).exit_code == 0


def test_nobody_and_nonsense_are_told_apart(demo):
    assert demo("till", "suspend", "+254712000002").exit_code == 1
    assert demo("till", "appoint", "+254799999999", *LIMITS).exit_code == 1
    for wrong in ("gold", "KES", "KES x"):
        asked = ("till", "appoint", AMINA, "--at-once", wrong, "--a-day", wrong)
        assert demo(*asked).exit_code == 2
    swapped = ("--at-once", "KES 9000.00", "--a-day", "KES 5000.00")
    assert demo("till", "appoint", AMINA, *swapped).exit_code == 2
    assert demo("till", "suspend", "nobody").exit_code == 2


def test_nothing_is_parked_at_first(demo):
    assert json.loads(demo("till", "parked", "--json").output) == []
