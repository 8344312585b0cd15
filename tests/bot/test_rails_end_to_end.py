"""Money over a rail, from the customer's wallet to the switch and back by the webhook's door."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot import payments
from bot.house import House
from bot.simulator.twin.rails import written
from core.deposits import suspense
from core.iso.messages import CreditTransfer, Party
from core.ledger import book
from core.money import Money
from core.partners.mishaps import Mishaps
from core.partners.rails.direct import DirectReach
from core.partners.rails.pesalink import PesaLink
from core.partners.rails.signing import signed
from core.partners.rails.twin import Switch
from core.partners.rails.twin_rules import PESALINK
from core.settlement import sending, store
from core.settlement.destinations import Destination
from tests.core.people import Someone, someone
from tests.core.settlement import house as till
from worker import partner_orders

SECRET = "between the two"
US = Party("Wekeza Bank", bic="WEKZKENA")
PATH = "/webhooks/payments/pesalink"


@dataclass
class Town:
    """A house with one rail, whose switch shares its clock, and the door it is called at."""

    house: House
    switch: Switch
    door: FlaskClient
    brian: Someone

    def pay(self, account: str, amount: str = "KES 1500.00") -> UUID:
        to = Destination(
            kind="bank", bank_id="KE-68", account_no=account, name="Chao", confirmed=True
        )
        with self.house.unit() as unit:
            begun = till.start(unit, self.brian, amount, to=to)
        self.send()
        return begun

    def send(self) -> None:
        """Do what the scheduler does: send what is due, ask what is owed."""
        for _ in range(3):
            with self.house.unit() as unit:
                for one in store.due(unit, most=10):
                    sending.send_due(unit, one)
            partner_orders.work(self.house, "pesalink")

    def hear(self, *, times: int = 1) -> int:
        """Deliver what the switch has to tell by now, by the webhook's door; return how much."""
        now = self.house.clock()
        told = list(self.switch.news(until=now))
        for _, news in told:
            body = written(news)
            headers = signed(SECRET, at=now, method="POST", path=PATH, body=body)
            for _ in range(times):
                answer = self.door.post(PATH, data=body, headers=headers)
                assert answer.status_code == 200
        partner_orders.work(self.house, "pesalink")
        return len(told)

    def pass_by(self, **span: float) -> None:
        self.house.clock.now += timedelta(**span)

    def status(self, settlement: UUID) -> str:
        with self.house.unit() as unit:
            return till.status(unit, settlement)

    def holds(self) -> str:
        with self.house.unit() as unit:
            return str(book.balance(unit, self.brian.wallet).posted)

    def clearing(self) -> dict[str, int]:
        with self.house.unit() as unit:
            return till.clearing(unit)


@pytest.fixture
def town(house: House) -> Town:
    switch = Switch(replace(PESALINK, at_once=0), seed="3")
    reach = DirectReach(switch, clock=house.clock, mishaps=Mishaps("3"))
    rail = PesaLink(reach, us=US, secret=SECRET, clock=house.clock)
    furnished = replace(house, partners={"pesalink": rail})
    with furnished.unit() as unit:
        till.funded(unit)
        brian = someone(unit, "+254712000077", holds="KES 8000.00", names=("Brian", "Kamau"))
    app = Flask("door")
    app.register_blueprint(payments.payments)
    app.extensions["house"] = furnished
    return Town(furnished, switch, app.test_client(), brian)


def test_a_payment_is_settled_when_the_switch_says_so(town):
    begun = town.pay("0180293487123")
    assert town.status(begun) in {"sent", "accepted"}
    assert town.clearing() == {"clearing_pesalink": 150000} or town.clearing() == {
        "clearing_pesalink": -150000
    }
    town.pass_by(seconds=10)
    assert town.hear(times=3) == 1
    assert town.status(begun) == "settled"
    assert town.clearing() == {}


def test_a_payment_without_an_answer_stays_in_clearing_until_the_query_answers(town):
    begun = town.pay("0180293487504")
    assert town.status(begun) == "sent"
    assert len(town.clearing()) == 1
    town.pass_by(minutes=1)
    town.send()
    assert town.status(begun) == "settled"
    assert town.clearing() == {}


def test_a_payment_that_never_arrived_is_sent_again_and_only_then(town):
    begun = town.pay("0180293487505")
    for _ in range(3):
        town.pass_by(seconds=61)
        town.send()
    town.pass_by(minutes=10)
    town.send()
    assert town.status(begun) == "settled"
    assert len(town.switch.payments) == 1


def test_money_that_comes_back_is_in_the_wallet_again_with_its_reason(town):
    before = town.holds()
    begun = town.pay("0180293487431")
    town.pass_by(seconds=10)
    town.hear()
    assert town.status(begun) == "settled"
    town.pass_by(minutes=2)
    assert town.hear(times=2) == 1
    assert town.status(begun) == "returned"
    with town.house.unit() as unit:
        one = store.find(unit, begun)
    assert one is not None and one.reason_code == "AC04"
    assert one.returned == one.amount
    assert Money.load(town.holds()) <= Money.load(before), "what the slip cost stays with the bank"
    assert town.clearing() == {}


def test_a_lying_callback_changes_nothing(town):
    begun = town.pay("0180293487510")
    town.pass_by(seconds=10)
    town.hear()
    assert town.status(begun) == "settled"


def incoming(town: Town, account: str, number: str = "PLT0001") -> None:
    now = town.house.clock()
    payer = Party("Njeri Wanjala", "0110223344556", "KCBLKENX", "01")
    told = CreditTransfer(
        number, f"E-{number}", Money(250000, "KES"), payer, Party("", account, US.bic),
        now.date(), now, "Rent",
    )  # fmt: skip
    town.switch.transfer_in(told, now=now)


def test_a_bank_transfer_reaches_the_wallet_it_names_once(town):
    before = Money.load(town.holds())
    incoming(town, town.brian.account_no)
    assert town.hear(times=3) == 1
    assert Money.load(town.holds()) == before + Money(250000, "KES")


def test_a_bank_transfer_for_nobody_is_parked_and_goes_back(town):
    incoming(town, "999999999999", "PLT0002")
    town.hear()
    with town.house.unit() as unit:
        parked = unit.value("select status from incoming_payments where number = 'PLT0002'")
        assert parked == "parked"
        unit.run("update incoming_payments set return_at = %(now)s", now=unit.now)
        assert suspense.return_due(unit, most=10) == 1
    town.send()
    with town.house.unit() as unit:
        assert unit.value("select status from incoming_payments") == "returned"
    (back,) = town.switch.given_back.values()
    assert back.original == "PLT0002" and back.reason == "AC01"


def test_what_is_not_the_switchs_is_not_let_in(town):
    body = b"<a/>"
    assert town.door.post(PATH, data=body).status_code == 403
    headers = signed(SECRET, at=town.house.clock(), method="POST", path=PATH, body=body)
    assert town.door.post(PATH, data=body, headers=headers).status_code == 400
    assert town.door.post(f"/webhooks/payments/{uuid4().hex}", data=body).status_code == 404
