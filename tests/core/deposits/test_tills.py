"""Agents of the bank: cash in, cash out against a code, the float, limits, commissions."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from core.access import codes
from core.access.codes import CodeSpent, WrongCode
from core.deposits import agents, cash_codes, tills
from core.deposits.agents import NotAnAgent, TillLimit
from core.deposits.cash_codes import CashCodeOpen, NoCashCode
from core.deposits.tills import OwnTill
from core.ledger import book
from core.money import Money
from core.screening.importing import take_in
from core.screening.standings import screen_customer
from tests.core.deposits.conftest import BRIAN
from tests.core.deposits.partner import held
from tests.core.deposits.test_asking import alerts, balance, told
from tests.core.people import PEPPER, someone
from tests.core.screening import lists

KES_500, KES_1000 = Money.load("KES 500.00"), Money.load("KES 1000.00")
HERE = {"channel": "ussd", "address": BRIAN}


@pytest.fixture
def brian(unit, brian):
    agents.appoint(
        unit,
        customer=brian.id,
        country="KE",
        most_at_once=Money.load("KES 50000.00"),
        most_a_day=Money.load("KES 60000.00"),
    )
    fund_float(unit, brian, "KES 5000.00")
    return brian


def fund_float(unit, brian, amount):
    money = Money.load(amount)
    account = agents.agent_of(unit, brian.id).float_account
    cash = book.system_account(unit, "cash", money.currency)
    leg = [book.Leg(cash, account, money)]
    book.post(unit, id=uuid4(), type="deposit", legs=leg, wallet=account)


def float_of(unit, brian):
    account = agents.agent_of(unit, brian.id).float_account
    return book.balance(unit, account).available


def cash_in(unit, brian, amina, amount=KES_500, *, effect=None, channel="ussd"):
    return tills.cash_in(
        unit, id=effect or uuid4(), agent=brian.id, customer=amina.id, wallet=amina.wallet,
        amount=amount, channel=channel,
    )  # fmt: skip


def set_aside(unit, amina, amount=KES_500, *, effect=None):
    made_for = effect or uuid4()
    cash_codes.make(
        unit, id=made_for, customer=amina.id, wallet=amina.wallet, country="KE", amount=amount,
        channel="whatsapp",
    )  # fmt: skip
    return made_for


def enter(unit, code, digits=None):
    right = digits is None or digits == codes.reveal(PEPPER, str(code))
    return codes.use(unit, code_id=code, right=right, **HERE)


def pay_out(unit, brian, code, *, effect=None):
    return tills.cash_out(unit, id=effect or uuid4(), agent=brian.id, code=code, **HERE)


def test_cash_in_is_the_customers_at_once_and_earns(unit, brian, amina):
    served = cash_in(unit, brian, amina)
    assert balance(unit, amina) == Money.load("KES 2500.00")
    assert served.commission == Money.load("KES 2.00")  # 40 hundredths of a per cent
    assert served.float_left == float_of(unit, brian) == Money.load("KES 4502.00")
    assert held(unit, "commission") == Money.load("KES -2.00")
    assert alerts(unit) == ["cash_in_received", "till_cash_in_received"]


def test_the_same_effect_serves_once(unit, brian, amina):
    effect = uuid4()
    first = cash_in(unit, brian, amina, effect=effect)
    assert cash_in(unit, brian, amina, effect=effect) == first
    assert balance(unit, amina) == Money.load("KES 2500.00")


def test_only_agents_have_a_till(unit, brian, amina):
    with pytest.raises(NotAnAgent):
        cash_in(unit, amina, brian)
    agents.set_status(unit, agents.agent_of(unit, brian.id).id, "suspended")
    with pytest.raises(NotAnAgent):
        cash_in(unit, brian, amina)


def test_an_agent_does_not_serve_themselves(unit, brian):
    with pytest.raises(OwnTill):
        cash_in(unit, brian, brian)


def test_no_more_than_the_float_holds(unit, brian, amina):
    with pytest.raises(book.InsufficientFunds):
        cash_in(unit, brian, amina, Money.load("KES 5000.01"))


def test_limits_of_the_till(unit, brian, amina):
    fund_float(unit, brian, "KES 100000.00")
    with pytest.raises(TillLimit) as refused:
        cash_in(unit, brian, amina, Money.load("KES 50001.00"))
    assert refused.value.facts["scope"] == "once"
    cash_in(unit, brian, amina, Money.load("KES 50000.00"))
    with pytest.raises(TillLimit) as refused:
        cash_in(unit, brian, amina, Money.load("KES 10001.00"))
    assert refused.value.facts == {
        "scope": "day",
        "limit": "KES 60000.00",
        "left": "KES 10000.00",
    }
    unit.now += timedelta(days=1)
    cash_in(unit, brian, amina, Money.load("KES 10001.00"))


def test_cash_is_paid_for_a_code(unit, brian, amina):
    before = held(unit, "fees")
    code = set_aside(unit, amina)
    assert told(unit)[-1][0] == "cash_code"
    fee = cash_codes.fee_of(unit, KES_500, country="KE")
    assert balance(unit, amina) == Money.load("KES 1500.00") - fee
    found = cash_codes.present(unit, customer=amina.id, **HERE)
    assert (found.id, found.amount) == (code, KES_500)
    with pytest.raises(NoCashCode):
        pay_out(unit, brian, code)  # nobody has shown it
    enter(unit, code)
    served = pay_out(unit, brian, code)
    assert balance(unit, amina) == Money.load("KES 1500.00") - fee
    assert held(unit, "fees") - before == fee
    assert float_of(unit, brian) == Money.load("KES 5500.00") + served.commission
    assert held(unit, "unclaimed").minor == 0
    assert alerts(unit)[1:] == ["cash_out_paid", "till_cash_out_paid"]
    with pytest.raises(NoCashCode):
        pay_out(unit, brian, code)


def test_paying_out_twice_for_one_effect_pays_once(unit, brian, amina):
    code, effect = set_aside(unit, amina), uuid4()
    cash_codes.present(unit, customer=amina.id, **HERE)
    enter(unit, code)
    first = pay_out(unit, brian, code, effect=effect)
    assert pay_out(unit, brian, code, effect=effect) == first


def test_a_code_has_three_tries_wherever(unit, brian, amina):
    code = set_aside(unit, amina)
    cash_codes.present(unit, customer=amina.id, **HERE)
    with pytest.raises(WrongCode):
        enter(unit, code, "000000")
    # Another agent is no way around it.
    elsewhere = {"channel": "ussd", "address": "+254712000077"}
    cash_codes.present(unit, customer=amina.id, **elsewhere)
    with pytest.raises(WrongCode):
        codes.use(unit, code_id=code, right=False, **elsewhere)
    with pytest.raises(CodeSpent):
        codes.use(unit, code_id=code, right=False, **elsewhere)
    assert cash_codes.sweep(unit, most=10) == 1
    assert balance(unit, amina) == Money.load("KES 2000.00")
    assert alerts(unit)[-1] == "cash_code_spent"
    with pytest.raises(NoCashCode):
        cash_codes.present(unit, customer=amina.id, **HERE)


def test_a_code_ends_after_half_an_hour(unit, brian, amina):
    code = set_aside(unit, amina)
    cash_codes.present(unit, customer=amina.id, **HERE)
    enter(unit, code)
    unit.now += timedelta(minutes=31)
    with pytest.raises(NoCashCode):
        pay_out(unit, brian, code)
    book.expire(unit)
    assert cash_codes.sweep(unit, most=10) == 1
    assert balance(unit, amina) == Money.load("KES 2000.00")
    assert alerts(unit)[-1] == "cash_code_expired"


def test_one_code_at_a_time_which_its_owner_may_give_up(unit, amina):
    set_aside(unit, amina)
    with pytest.raises(CashCodeOpen):
        set_aside(unit, amina)
    assert cash_codes.give_up(unit, customer=amina.id)
    assert not cash_codes.give_up(unit, customer=amina.id)
    assert balance(unit, amina) == Money.load("KES 2000.00")
    set_aside(unit, amina)


def test_a_float_is_topped_up_from_the_agents_own_wallet(unit, brian):
    served = tills.top_up(
        unit, id=uuid4(), agent=brian.id, wallet=brian.wallet, amount=KES_500, channel="sms"
    )
    assert served.float_left == Money.load("KES 5500.00")
    assert balance(unit, brian).minor == 0


def test_a_float_is_no_wallet(unit, brian, amina):
    from core.transfers.send import send_money
    from core.wallets.wallets import own_wallets

    assert [one.id for one in own_wallets(unit, brian.id)] == [brian.wallet]
    assert unit.value("select count(*) from wallets where user_id = %(id)s", id=brian.id) == 1
    send_money(unit, id=uuid4(), payer=amina.id, payee=brian.id, amount=KES_500, channel="sms")
    assert float_of(unit, brian) == Money.load("KES 5000.00")


def test_cash_for_somebody_who_is_blocked_is_refused_as_for_any_wallet(unit, brian):
    take_in(unit, "ofac-sdn", lists.sdn())
    names, born = ("Mwambao Idrisa", "Kasimu Zuberi"), date(1958, 2, 12)
    zuberi = someone(unit, "+254712000009", names=names, born=born)
    screen_customer(unit, zuberi.id, why="joined")
    with pytest.raises(book.AccountFrozen) as refused:
        cash_in(unit, brian, zuberi)
    assert refused.value.facts == {"side": "credit", "status": "frozen"}
    assert float_of(unit, brian) == Money.load("KES 5000.00")
