"""Deciding a payment: from what is really known of it, once, and told to nobody who should not."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy.exc import ProgrammingError

from core.access import trust
from core.ledger.refusals import IdReused
from core.money import Money
from core.monitoring import decide as deciding
from core.monitoring import model
from core.monitoring.decide import admit, decide
from core.monitoring.payment import PaymentNotPossible
from core.screening.party import Party
from core.screening.standings import screen_customer
from core.transfers.send import send_money
from tests.core.monitoring.judged import (
    alerts,
    earlier,
    features,
    into_shadow,
    judged,
    later,
    make_live,
    payment,
)
from tests.core.people import fund, someone
from tests.support.desk import hired


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 100000.00")


@pytest.fixture
def brian(unit):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"), holds="KES 1000.00")


def send(unit, payer, payee, amount):
    send_money(unit, id=unit.new_id(), payer=payer.id, payee=payee.id, amount=Money.load(amount),
               channel="ussd")  # fmt: skip


def test_an_ordinary_payment_is_allowed_and_kept(unit, amina, brian):
    found = judged(unit, payment(amina, brian))
    assert (found.verdict, found.reasons, found.score) == ("allow", (), 0)
    assert (found.rule_set, found.model, found.shadow.verdict) == (1, None, "allow")
    assert found.customer == amina.id and found.payee == brian.id
    assert found.features["hour"] == 12 and found.features["new_payee"] is True
    assert alerts(unit) == []


def test_it_takes_two_statements(unit, amina, brian):
    decide(unit, payment(amina, brian))  # the first reads the rules
    before = unit.statements
    decide(unit, payment(amina, brian))
    assert unit.statements - before == 2


def test_a_payment_presented_again_is_not_judged_again(unit, amina, brian):
    asked = payment(amina, brian)
    first = decide(unit, asked)
    make_live(unit, ("everything", "worth_usd > 0", "block"))
    before = unit.statements
    assert decide(unit, asked) == first
    assert admit(unit, asked) == "allow"
    assert unit.statements - before == 2
    assert decide(unit, payment(amina, brian)).verdict == "block"


@pytest.mark.parametrize(
    "other", [{"amount": Money.load("KES 1501.00")}, {"payee": uuid4()}, {"kind": "payout"}]
)
def test_an_id_is_one_payments(unit, amina, brian, other):
    asked = payment(amina, brian)
    decide(unit, asked)
    with pytest.raises(IdReused):
        decide(unit, replace(asked, **other))


def test_what_is_counted_of_a_payer(unit, amina, brian):
    carol = someone(unit, "+254712000005", names=("Carol", "Njeri"))
    earlier(unit, days=40)
    send(unit, amina, brian, "KES 9000.00")
    later(unit, days=30)
    send(unit, amina, brian, "KES 2000.00")
    later(unit, days=9, hours=20)
    send(unit, amina, carol, "KES 300.00")
    later(unit, hours=3, minutes=30)
    send(unit, amina, brian, "KES 500.00")
    later(unit, minutes=30)

    found = features(unit, payment(amina, brian, "KES 1290.00"))

    counted = {name: found[name] for name in ("count_1h", "count_24h", "count_7d", "count_30d")}
    assert counted == {"count_1h": 1, "count_24h": 2, "count_7d": 2, "count_30d": 3}
    assert found["worth_usd"] == 10.0
    assert found["usd_1h"] == pytest.approx(10 + 500 / 129, abs=0.02)
    assert found["usd_24h"] == pytest.approx(10 + 800 / 129, abs=0.02)
    assert found["usd_30d"] == pytest.approx(10 + 2800 / 129, abs=0.02)
    assert (found["pair_count_30d"], found["payees_24h"]) == (2, 2)
    assert found["new_payee"] is False
    assert found["dormant_days"] == pytest.approx(0.02, abs=0.01)
    assert found["usual_ratio"] is None  # too little is known of what is usual
    assert found["share_of_limit"] == pytest.approx(1290 / 250_000, abs=1e-4)


def test_what_is_usual_is_the_median(unit, amina, brian):
    for amount in ("KES 100.00", "KES 200.00", "KES 300.00", "KES 400.00", "KES 50000.00"):
        send(unit, amina, brian, amount)
    assert features(unit, payment(amina, brian, "KES 3000.00"))["usual_ratio"] == 10


def test_what_is_counted_of_a_payee(unit, amina, brian):
    for n in range(3):
        other = someone(unit, f"+25471200010{n}", names=("Juma", "Ali"), holds="KES 5000.00")
        send(unit, other, brian, "KES 1290.00")
        send(unit, other, brian, "KES 1290.00")
    found = features(unit, payment(amina, brian))
    assert (found["payee_senders_24h"], found["payee_count_24h"]) == (3, 6)
    assert found["payee_usd_24h"] == pytest.approx(60)
    assert (found["payee_senders_7d"], found["payee_count_1h"]) == (3, 6)


def test_money_that_came_and_goes_straight_on(unit, amina, brian):
    assert features(unit, payment(brian, amina, "KES 500.00"))["pass_through"] is None
    for n in range(3):
        other = someone(unit, f"+25471200010{n}", names=("Juma", "Ali"), holds="KES 50000.00")
        send(unit, other, brian, "KES 40000.00")
    later(unit, hours=2)
    found = judged(unit, payment(brian, amina, "KES 115000.00", address=""))
    assert found.features["came_in_senders_24h"] == 3 and found.features["last_in_hours"] == 2
    assert found.features["pass_through"] == pytest.approx(115 / 120, abs=0.001)
    assert (found.verdict, found.reasons) == ("hold", ("pass_through",))
    (raised,) = alerts(unit)
    assert (raised.type, raised.severity, raised.customer_id) == ("pass_through", "high", brian.id)
    assert raised.source == "rule set 1" and raised.key == f"payment {found.id}"


def test_a_swapped_sim_and_an_emptied_wallet(unit, amina, brian):
    trust.sim_changed(unit, amina.phone, at=unit.now, notice="n-1", source="network")
    later(unit, hours=10)
    found = judged(unit, payment(amina, uuid4(), "KES 60000.00", kind="cash"))
    assert found.features["sim_hours"] == 10
    assert (found.verdict, found.reasons[0]) == ("block", "sim_swap_cash_out")
    small = judged(unit, payment(amina, uuid4(), "KES 400.00", kind="cash"))
    assert (small.verdict, small.reasons) == ("step_up", ("more_proof",))
    (raised,) = alerts(unit)
    assert raised.severity == "critical"


def test_a_counterparty_is_compared_with_the_lists(unit, amina):
    there = Party("person", "Nobody Atall", country="IR")
    asked = payment(amina, kind="payout", payee=uuid4(), counterparty=there, country="IR")
    found = judged(unit, asked)
    assert found.features["listed"] == "clear"
    assert (found.features["country_risk"], found.features["abroad"]) == (2, True)
    assert (found.verdict, found.reasons) == ("block", ("high_risk_country",))


@pytest.mark.parametrize(
    ("band", "verdict", "as_payee"),
    [("review", "hold", "allow"), ("block", "block", "block"), ("clear", "allow", "allow")],
)
def test_customers_are_looked_up_by_their_standing(unit, amina, brian, band, verdict, as_payee):
    screen_customer(unit, brian.id, why="test")
    unit.run(
        "update screening_standings set band = %(band)s where customer_id = %(customer)s",
        customer=brian.id,
        band=band,
    )
    assert decide(unit, payment(brian, amina, "KES 100.00")).verdict == verdict
    assert decide(unit, payment(amina, brian)).verdict == as_payee


def test_a_set_in_the_shadow_is_judged_and_never_applied(unit, amina, brian):
    maker = hired(unit, "compliance")
    version = into_shadow(unit, maker, ("everything", "worth_usd > 0", "hold"))
    found = judged(unit, payment(amina, brian))
    assert found.verdict == "allow" and found.rule_set == 1
    assert (found.shadow.rule_set, found.shadow.verdict) == (version, "hold")
    assert found.shadow.reasons == ("everything",)
    (raised,) = alerts(unit)
    assert raised.severity == "low" and raised.source == f"rule set {version} in shadow"


def test_a_block_is_recorded_although_its_savepoint_is_undone(unit, amina, brian):
    make_live(unit, ("everything", "worth_usd > 0", "block"))
    asked = payment(amina, brian)
    with pytest.raises(PaymentNotPossible) as refused, unit.savepoint():
        admit(unit, asked)
    assert refused.value.facts == {}
    deciding.keep(unit, refused.value)
    assert judged(unit, asked).verdict == "block"
    assert [one.type for one in alerts(unit)] == ["everything"]
    with pytest.raises(PaymentNotPossible):
        admit(unit, asked)


def test_the_application_reads_no_decision(unit, amina, brian):
    decide(unit, payment(amina, brian))
    asks = "payment_features('cash', null, null, 1, 'KES', '', '', null, null, now())"
    for wanted in ("payment_decisions", asks):
        with pytest.raises(ProgrammingError, match="permission denied"), unit.savepoint():
            unit.all(f"select * from {wanted}")


def test_what_gauges_read_tells_of_nobody(unit, amina, brian):
    decide(unit, payment(amina, brian))
    (row,) = unit.all("select * from payment_decisions_since(%(now)s)", now=unit.now)
    assert tuple(row) == ("transfer", "allow", "allow", 1)


def test_a_model_adds_to_the_score_and_says_why(unit, amina, brian, tmp_path, monkeypatch):
    said = {
        "version": "trial-1",
        "features": ["worth_usd", "sim_hours"],
        "baseline": -2.0,
        "trees": [
            [
                {"feature": 0, "threshold": 50, "missing_left": True, "left": 1, "right": 2,
                 "expected": 0.5},
                {"feature": -1, "value": -1.0, "expected": -1.0},
                {"feature": 1, "threshold": 24, "missing_left": False, "left": 3, "right": 4,
                 "expected": 2.0},
                {"feature": -1, "value": 5.0, "expected": 5.0},
                {"feature": -1, "value": 1.5, "expected": 1.5},
            ]
        ],
    }  # fmt: skip
    (tmp_path / "trial-1.json").write_text(json.dumps(said))
    monkeypatch.setattr(model, "FOLDER", tmp_path)
    loaded = model.load("trial-1")
    small = loaded.score({"worth_usd": 10})
    assert small.score == pytest.approx(1 / (1 + 2.718281828**3), rel=1e-6)
    assert small.moved == (("worth_usd", -1.5),)
    large = loaded.score({"worth_usd": 100, "sim_hours": 3})
    assert large.score == pytest.approx(1 / (1 + 2.718281828**-3), rel=1e-6)
    assert large.moved == (("sim_hours", 3.0), ("worth_usd", 1.5))
    unknown = loaded.score({"worth_usd": 100})
    assert dict(unknown.moved) == {"sim_hours": -0.5, "worth_usd": 1.5}
    model.load.cache_clear()


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"version": "x", "features": ["nobody knows"], "baseline": 0, "trees": []},
        {"version": "x", "features": ["hour"], "baseline": 0, "trees": [[]]},
        {"version": "x", "features": ["hour"], "baseline": 0,
         "trees": [[{"feature": 0, "threshold": 1, "missing_left": True, "left": 7, "right": 1,
                     "expected": 0}]]},
    ],
)  # fmt: skip
def test_a_file_that_is_no_model_is_refused(broken):
    with pytest.raises(model.BadModel):
        model.read(broken)


def test_funding_is_no_payment(unit, amina):
    fund(unit, amina.wallet, "KES 10.00")
    assert features(unit, payment(amina, someone(unit, "+254712000009")))["count_30d"] == 0
