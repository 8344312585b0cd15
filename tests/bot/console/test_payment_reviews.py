"""The desk of payments that are held: what is shown, what may be done, and by whom."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.access import audit
from core.money import Money
from core.monitoring import reviews
from core.monitoring.decide import decide
from core.monitoring.payment import Payment
from core.transfers import held
from core.transfers.held import Wanted
from tests.core.people import someone

PLACE = "/desk/compliance/reviews"


@pytest.fixture
def two(house) -> list[UUID]:
    with house.unit() as unit:
        rows = unit.all(
            "select user_id from wallets where currency = 'KES' and available >= 3000"
            " and status = 'active' group by 1 order by 1 limit 2"
        )
    return [row.user_id for row in rows]


def rich(house) -> list[UUID]:
    """Give somebody more than one person releases alone; return them and somebody else."""
    with house.unit() as unit:
        payer = someone(unit, "+254712999001", holds="KES 200000.00")
        payee = someone(unit, "+254712999002")
    return [payer.id, payee.id]


def hold(house, two, amount="KES 500.00") -> UUID:
    payment, (payer, payee) = uuid4(), two
    with house.unit() as unit:
        asked = Payment(
            id=payment, kind="transfer", customer=payer, payee=payee, amount=Money.load(amount),
            channel="whatsapp",
        )  # fmt: skip
        decide(unit, asked)
        held.set_aside(
            unit,
            Wanted(id=payment, payer=payer, payee=payee, amount=asked.amount, channel="whatsapp"),
        )
    return payment


def status(house, payment) -> str:
    with house.unit() as unit:
        return reviews.find(unit, payment).status


def test_what_waits_is_listed_and_explains_itself(somebody, house, two):
    payment = hold(house, two)
    desk = somebody("compliance")
    assert f"{PLACE}/{payment}" in desk.get(PLACE).text
    page = desk.get(f"{PLACE}/{payment}").text
    for words in ("KES 500.00", "What was known", "Never paid before", "Release it now",
                  "Do not make it", "by set 1"):  # fmt: skip
        assert words in page, words
    assert desk.get(f"{PLACE}/{uuid4()}").status_code == 404


def test_one_person_releases_and_refuses(somebody, house, two):
    desk, first, second = somebody("compliance"), hold(house, two), hold(house, two)
    assert desk.post(f"{PLACE}/{first}/release", reason="").status_code in (400, 409, 422)
    assert desk.post(f"{PLACE}/{first}/release", reason="called her").status_code == 303
    assert desk.post(f"{PLACE}/{second}/refuse", reason="a mule").status_code == 303
    assert (status(house, first), status(house, second)) == ("released", "refused")
    again = desk.post(f"{PLACE}/{first}/refuse", reason="changed my mind")
    assert "decided already" in again.text
    page = desk.get(f"{PLACE}/{first}").text
    assert "called her" in page and "Release it now" not in page
    assert f"{PLACE}/{first}" in desk.get(f"{PLACE}?view=all").text
    assert f"{PLACE}/{first}" not in desk.get(PLACE).text


def test_of_much_two_people_decide(somebody, house, two):
    payment, desk = hold(house, rich(house), "KES 100000.01"), somebody("compliance")
    page = desk.get(f"{PLACE}/{payment}").text
    assert "Ask for it" in page and "Release it now" not in page
    assert "too much for one person" in desk.post(f"{PLACE}/{payment}/release", reason="ok!!").text
    asked = desk.post(f"{PLACE}/{payment}/ask", reason="called her")
    assert asked.status_code == 303 and status(house, payment) == "open"
    place = asked.location.split("?")[0]
    page = desk.get(f"{PLACE}/{payment}").text
    assert f'href="{place}"' in page and "asks for its release" in page and "Ask for it" not in page
    assert desk.post(f"{place}/approve", reason="my own").status_code == 403  # not whoever asked
    assert status(house, payment) == "open"
    deputy = somebody("deputy")
    assert f'href="{place}"' in deputy.get(f"{PLACE}/{payment}").text
    assert "done=approved" in deputy.post(f"{place}/approve", reason="agreed").location
    assert status(house, payment) == "released"


def test_whoever_decides_with_another_shows_a_second_factor(somebody, house, two, clock):
    payment, desk, deputy = hold(house, rich(house), "KES 150000.00"), somebody("compliance"), None
    place = desk.post(f"{PLACE}/{payment}/ask", reason="called her").location.split("?")[0]
    deputy = somebody("deputy")
    clock.pass_(minutes=16)
    again = deputy.post(f"{place}/approve", reason="agreed")
    assert again.status_code == 403 and status(house, payment) == "open"
    assert 'id="code"' in again.text
    done = deputy.post(f"{place}/approve", reason="agreed", code=deputy.code())
    assert "done=approved" in done.location
    assert status(house, payment) == "released"


def test_whose_it_is_is_shown_where_nobody_else_reads_who_looked(somebody, house, two):
    """The page of a customer tells whoever serves them that compliance has looked at them."""
    payment, desk = hold(house, two), somebody("compliance")
    page = desk.get(f"{PLACE}/{payment}").text
    assert "Whom it is about" in page and "/desk/customers/" not in page.split("<main")[1]
    with house.unit() as unit:
        assert audit.looks(unit, two[0]) == []


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_the_log_says_that_compliance_was_at_work_and_not_at_what(somebody, house, two, role):
    payment, desk = hold(house, two), somebody("compliance")
    assert desk.post(f"{PLACE}/{payment}/refuse", reason="a mule").status_code == 303
    log = somebody(role)
    everything = log.get("/desk/audit?area=compliance").text
    assert "worked on something of compliance" in everything
    for page in (everything, log.get(f"/desk/audit?customer={two[0]}").text):
        assert "a mule" not in page and str(payment) not in page
        assert "did not make a payment" not in page and "payment.refused" not in page


@pytest.mark.parametrize("role", ["agent", "supervisor", "operations", "auditor", "admin"])
def test_nobody_else_sees_any_of_it(somebody, house, two, role):
    payment = hold(house, two)
    desk = somebody(role)
    for path in (PLACE, f"{PLACE}/{payment}", "/desk/compliance/rules"):
        assert desk.get(path).status_code == 403
    assert desk.post(f"{PLACE}/{payment}/release", reason="because").status_code == 403
    assert status(house, payment) == "open"


def test_a_set_of_rules_from_draft_to_shadow(somebody, house, two):
    desk, place = somebody("compliance"), "/desk/compliance/rules"
    hold(house, two)
    assert "What the bank began with" in desk.get(place).text
    draft = desk.post(place, title="Tighter", like="1").location.split("?")[0]
    rule = {"name": "everything", "condition": "worth_usd > 0", "why": "velocity", "weight": "",
            "verdict": "hold"}  # fmt: skip
    bad = desk.post(f"{draft}/rule", **(rule | {"condition": "worth_usd"}))
    assert "That is no rule: things are compared that are not alike" in bad.text
    assert desk.post(f"{draft}/rule", **rule).status_code == 303
    assert desk.post(f"{draft}/out", name="odd_hour").status_code == 303
    text = desk.post(f"{draft}/bands", step_up_at="90", hold_at="20", model_points="0").text
    assert "do not rise" in text
    assert desk.post(
        f"{draft}/bands", step_up_at="30", hold_at="60", block_at="", model="", model_points="0"
    ).status_code == 303  # fmt: skip
    tried = desk.get(f"{draft}?days=7").text
    assert "everything" in tried and "odd_hour" not in tried
    with house.unit() as unit:
        judged = reviews.decided_since(unit, unit.now - timedelta(days=7))
    passed = sum(one.many for one in judged if one.verdict in {"allow", "step_up"})
    assert f"{sum(one.many for one in judged)} payments, {passed} of them" in tried and passed
    assert desk.post(f"{draft}/live", reason="at once").status_code in (400, 409, 422)
    assert desk.post(f"{draft}/shadow").status_code == 303
    assert "Only a draft can be changed so" in desk.post(f"{draft}/rule", **rule).text
    hold(house, two)
    assert "Where the shadow differs" in desk.get(draft).text
    asked = desk.post(f"{draft}/live", reason="tried for a week")
    assert asked.status_code == 303 and "/approvals/" in asked.location
    assert desk.post(f"{draft}/retire").status_code == 303
    assert desk.get(f"{place}/999").status_code == 404
