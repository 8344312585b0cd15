"""A deposit that is asked for: prompted, paid once, told; or failed, and told why."""

from uuid import uuid4

import pytest

from core.deposits import asking
from core.deposits.asking import NoMobileMoney, OverCeiling, TooManyPrompts
from core.deposits.ways import DepositTooLarge, DepositTooSmall, WholeAmount
from core.ledger import book
from core.money import Money
from core.partners.answers import Accepted, Done, Refused, Unclear
from tests.core.deposits.conftest import AMINA
from tests.core.deposits.partner import answer, due, held, paid
from tests.support import unsealed

KES_500 = Money.load("KES 500.00")


def ask(unit, amina, amount="KES 500.00", *, effect=None, phone=AMINA):
    return asking.ask(
        unit, id=effect or uuid4(), customer=amina.id, wallet=amina.wallet, country="KE",
        amount=Money.load(amount), channel="ussd", phone=phone,
    )  # fmt: skip


def told(unit):
    rows = unsealed.outbox(unit)
    return [(row.payload["alert"], row.payload["facts"]) for row in rows]


def alerts(unit):
    return [alert for alert, _ in told(unit)]


def balance(unit, amina):
    return book.balance(unit, amina.wallet).available


def test_a_prompt_that_is_paid_is_booked_once_and_told(unit, amina):
    asked = ask(unit, amina)
    (order,) = answer(unit, "mpesa", Accepted("ws_CO_1"))
    assert (order.action, order.body["phone"], order.body["reference"]) == (
        "collect",
        AMINA,
        asked.reference,
    )
    assert not told(unit)
    due(unit)
    answer(unit, "mpesa", paid)
    assert balance(unit, amina) == Money.load("KES 2500.00")
    assert held(unit, "nostro_mobile") == Money.load("KES -500.00")
    ((alert, facts),) = told(unit)
    assert (alert, facts["amount"], facts["balance"]) == (
        "deposit_booked",
        "KES 500.00",
        "KES 2500.00",
    )
    assert asking.find(unit, asked.id).status == "paid"


def test_the_same_effect_asks_once(unit, amina):
    effect = uuid4()
    assert ask(unit, amina, effect=effect) == ask(unit, amina, effect=effect)
    assert len(answer(unit, "mpesa", Accepted("x"))) == 1


def test_what_really_came_is_booked_and_told(unit, amina):
    ask(unit, amina)
    answer(unit, "mpesa", lambda one: paid(one, "QK1", "KES 300.00"))
    assert balance(unit, amina) == Money.load("KES 2300.00")
    ((alert, facts),) = told(unit)
    assert (alert, facts["asked"], facts["amount"]) == (
        "deposit_differs",
        "KES 500.00",
        "KES 300.00",
    )


@pytest.mark.parametrize(
    ("code", "alert"),
    [
        ("cancelled", "deposit_cancelled"),
        ("no_answer", "deposit_no_answer"),
        ("wrong_pin", "deposit_wrong_pin"),
        ("insufficient", "deposit_insufficient"),
        ("expired", "deposit_expired"),
        ("busy", "deposit_busy"),
        ("declined", "deposit_failed"),
    ],
)
def test_what_went_wrong_is_told(unit, amina, code, alert):
    asked = ask(unit, amina)
    answer(unit, "mpesa", Refused(code, "theirs"))
    assert alerts(unit) == [alert]
    assert asking.find(unit, asked.id).status == "failed"
    assert balance(unit, amina) == Money.load("KES 2000.00")


def test_a_prompt_that_was_taken_and_then_failed_there_has_a_case(unit, amina):
    ask(unit, amina)
    answer(unit, "mpesa", Accepted("ws_CO_1"))
    due(unit)
    answer(unit, "mpesa", Refused("system_error", "theirs"))
    ((alert, facts),) = told(unit)
    row = unit.one("select case_number, category, sub_category, priority from cases")
    assert (alert, facts["case"]) == ("deposit_failed_case", row.case_number)
    assert tuple(row)[1:] == ("Deposit", "failed", "High")


def test_a_prompt_that_its_owner_declined_has_none(unit, amina):
    ask(unit, amina)
    answer(unit, "mpesa", Accepted("ws_CO_1"))
    due(unit)
    answer(unit, "mpesa", Refused("cancelled"))
    assert alerts(unit) == ["deposit_cancelled"]
    assert unit.value("select count(*) from cases") == 0


def test_a_card_gets_a_page_and_costs_its_fee(unit, amina):
    ask(unit, amina, phone=None)
    answer(unit, "cards", Accepted("https://acquirer.example/pay/1"))
    ((alert, facts),) = told(unit)
    assert (alert, facts["link"]) == ("deposit_link", "https://acquirer.example/pay/1")
    due(unit)
    answer(unit, "cards", lambda one: paid(one, "FLW1", transaction="7", card="4242"))
    fee = held(unit, "fees")
    assert fee.minor > 0
    assert balance(unit, amina) == Money.load("KES 2500.00") - fee
    assert alerts(unit)[1:] == ["deposit_booked_fee"]
    assert held(unit, "nostro_card") == Money.load("KES -500.00")


def test_money_that_comes_after_all_is_booked(unit, amina):
    asked = ask(unit, amina)
    answer(unit, "mpesa", Refused("no_answer"))
    from core.deposits import incoming

    came = incoming.Incoming(partner="mpesa", number="QK9", amount=KES_500)
    deposit = asking.locked(unit, deposit=asked.id)
    assert incoming.take_in(unit, came, deposit=deposit).new
    assert asking.find(unit, asked.id).status == "paid"
    assert balance(unit, amina) == Money.load("KES 2500.00")


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        ("KES 5.00", DepositTooSmall),
        ("KES 250001.00", DepositTooLarge),
        ("KES 10.50", WholeAmount),
        ("KES 500000.00", DepositTooLarge),
        ("KES 240000.00", None),
    ],
)
def test_amounts_that_cannot_come_are_refused_early(unit, amina, amount, refusal):
    if refusal is None:
        ask(unit, amina, amount)
        return
    with pytest.raises(refusal):
        ask(unit, amina, amount)


def test_more_than_the_tier_may_hold_is_refused_early(unit):
    from core.kyc.tiers import Tier
    from tests.core.people import someone

    grace = someone(unit, "+254712000009", holds="KES 100000.00", tier=Tier.REGISTERED)
    with pytest.raises(OverCeiling):
        ask(unit, grace, "KES 50000.00", phone="+254712000009")


def test_nobody_is_pestered(unit, amina, brian):
    for _ in range(3):
        ask(unit, amina)
    with pytest.raises(TooManyPrompts):
        ask(unit, amina)
    with pytest.raises(TooManyPrompts):  # nor is Amina's phone by others
        ask(unit, brian, phone=AMINA)


def test_there_is_no_mobile_money_everywhere(unit, amina):
    with pytest.raises(NoMobileMoney):
        asking.ask(
            unit, id=uuid4(), customer=amina.id, wallet=amina.wallet, country="ZA",
            amount=Money.load("KES 100.00"), channel="sms", phone="+27820000101",
        )  # fmt: skip


def test_an_order_without_a_last_word_becomes_a_case(unit, amina):
    from core import outcomes
    from core.partners import order_queue, orders

    ask(unit, amina)
    (taken,) = order_queue.take(unit, "mpesa", most=1)
    order_queue.note(unit, taken, Unclear("silence"))
    outcomes.tell_stuck(unit, taken.order)
    case = unit.one("select customer_id, category, sub_category from cases")
    assert tuple(case) == (amina.id, "Deposit", "stuck")
    assert orders.find(unit, taken.order.id).status == "unclear"


def test_done_and_refused_are_each_heard_once(unit, amina):
    asked = ask(unit, amina)
    answer(unit, "mpesa", Done("x", {"amount": "KES 500.00"}))
    deposit = asking.locked(unit, deposit=asked.id)
    assert not asking.end(unit, deposit, status="failed", code="late")
    assert alerts(unit) == ["deposit_booked"]
