"""Brian withdraws to Equity in a conversation, and hears in his language what becomes of it.

The hub is walked as the doors walk it; the rails are the real clients on the twin's switches, and
the scheduler's chores send and ask. Between the steps every cent stands where `ledger verify` says.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot import hub
from bot.house import House
from core.crm import customers
from core.iso.messages import Party
from core.ledger import book
from core.partners import hearing
from core.partners.rails.direct import DirectReach
from core.partners.rails.eft import Eft
from core.partners.rails.enquiry import AccountDirectory, AccountEnquiry
from core.partners.rails.pesalink import PesaLink
from core.partners.rails.rtgs import Rtgs
from core.partners.rails.twin import Switch
from core.partners.rails.twin_rules import RULES
from core.store.words import opened_payload
from flows.words import Words
from tests.support import without_redis
from tests.support.town import BRIAN, PIN, Clock, Phone
from worker import partner_orders, settlements

NIGHT = datetime(2026, 3, 4, 20, 30, tzinfo=UTC)  # Wednesday 23:30 in Nairobi
US = Party("Wekeza Bank", "1000200300", "WEKZKENA", "99")
CLIENTS = (PesaLink, Rtgs, Eft)


@dataclass
class Night:
    """Brian, his phone, the house and the rails, on one clock."""

    house: House
    clock: Clock
    phone: Phone
    reaches: dict[str, DirectReach]

    def withdraws(self, account: str, amount: str, *, named: bool = False) -> str:
        """Walk the conversation to the end; return what the bank said last.

        ``named``: nobody says whose the account is, and Brian does.
        """
        self.phone.say("withdraw")
        for said in ("Equity", account):
            self.phone.say(said)
        self._hears_from_outside()
        for said in (*(("2", "Brian Kamau") if named else ("1",)), amount, "1", PIN):
            answer = self.phone.say(said)
        self.whole()
        return answer

    def goes_on(self, **span: float) -> None:
        """Let time pass and the scheduler come by: send, ask, hear what switches tell."""
        self.clock.pass_(**span)
        for _ in range(2):
            settlements.send(self.house)
            for name, reach in self.reaches.items():
                partner_orders.work(self.house, name)
                for _, told in reach.news(until=self.clock()):
                    with self.house.unit() as unit:
                        hearing.keep(unit, name, told, body=b"<Document/>")
        settlements.close_windows(self.house)
        self.whole()

    def stands(self) -> tuple[str, str]:
        """Return how the payment made last stands, and on which rail."""
        with self.house.unit() as unit:
            row = unit.one('select status, rail from settlements order by "timestamp" desc limit 1')
        return row.status, row.rail

    def has(self) -> str:
        """Return what is in his wallet that nothing is set aside of."""
        with self.house.unit() as unit:
            wallet = unit.value(
                'select wallet_id from settlements order by "timestamp" desc limit 1'
            )
            return str(book.balance(unit, wallet).available)

    def heard(self, language: str) -> str:
        """Return the last notice, in words."""
        with self.house.unit() as unit:
            rows = unit.all("select payload, message_id from outbox order by id")
            owed = [opened_payload(unit, row.payload, row.message_id) for row in rows]
        last = [one for one in owed if "alert" in one][-1]
        facts = {"country": "KE", **last["facts"]}
        return Words(language, "sms").say("alerts", last["alert"], facts)

    def whole(self) -> None:
        with self.house.unit() as unit:
            assert book.verify(unit) == []

    def _hears_from_outside(self) -> None:
        with self.house.unit() as unit:
            asked = unit.all("select provider, provider_id from inbox where state = 'calling'")
        for one in asked:
            hub.answer_call(self.house, one.provider, one.provider_id)
        self.phone.inbox()


@pytest.fixture
def night(servers, bank_database, bank_engine, pepper, tmp_path):
    settings = without_redis.settings_of(
        servers.app_url(bank_database), data_dir=tmp_path, pepper=pepper, sms_rate=1000
    )
    clock = Clock(NIGHT)
    with without_redis.furnished(settings, bank_engine, clock) as furnished:
        reaches = {
            client.name: DirectReach(Switch(replace(RULES[client.name], at_once=100)), clock=clock)
            for client in CLIENTS
        }
        rails = {
            client.name: client(reaches[client.name], us=US, clock=clock) for client in CLIENTS
        }
        directory = AccountDirectory([rails["pesalink"]])
        house = replace(furnished, partners=rails, answerers={AccountEnquiry: directory})
        phone = Phone(house, "whatsapp", BRIAN)
        yield Night(house, clock, phone, reaches)


def test_by_night_pesalink_takes_it_and_he_hears_that_it_arrived(night):
    said = night.withdraws("0180293412123", "1500")
    assert "On its way" in said and "in minutes" in said
    night.goes_on(seconds=2)
    night.goes_on(seconds=60)
    assert night.stands() == ("settled", "KE-PESALINK")
    assert night.heard("en").startswith("Your KES 1,500.00 has arrived")


def test_what_equity_sends_back_is_refunded_with_the_reason_in_his_language(night):
    with night.house.unit() as unit:
        brian = customers.find_by_phone(unit, BRIAN)
        customers.set_language(unit, brian, "sw")
    night.withdraws("0180293412431", "1500")
    had = night.has()
    night.goes_on(seconds=2)
    night.goes_on(seconds=30)
    assert night.stands()[0] == "settled"
    night.goes_on(minutes=3)
    night.goes_on(seconds=30)
    assert night.stands()[0] == "returned"
    assert float(night.has().split()[1]) == float(had.split()[1]) + 1500
    assert "zimerudi: akaunti imefungwa" in night.heard("sw")


def test_a_time_out_stays_in_clearing_until_the_status_query_answers(night):
    night.withdraws("0180293412504", "1500", named=True)
    settlements.send(night.house)
    partner_orders.work(night.house, "pesalink")
    assert night.stands() == ("sent", "KE-PESALINK")
    with night.house.unit() as unit:
        stands = unit.one("select kind, amount from clearing_explained_settlements")
        assert tuple(stands) == ("clearing_pesalink", 150_000)
    night.whole()
    night.goes_on(seconds=90)
    assert night.stands() == ("settled", "KE-PESALINK")
    with night.house.unit() as unit:
        assert unit.all("select * from clearing_explained_settlements") == []


def test_an_account_that_is_not_there_is_refused_before_any_money_moves(night):
    night.phone.say("withdraw")
    for said in ("Equity", "0180293412404"):
        night.phone.say(said)
    night._hears_from_outside()
    assert "no such account" in " ".join(night.phone.inbox()[-1:])
    with night.house.unit() as unit:
        assert unit.value("select count(*) from settlements") == 0


def test_when_equity_is_not_online_eft_takes_it_in_its_window(night):
    night.withdraws("0180293412413", "1500")
    night.goes_on(seconds=2)
    night.goes_on(seconds=60)
    assert night.stands() == ("queued", "KE-EFT")
    assert "takes longer" in night.heard("en")
    night.clock.now = datetime(2026, 3, 5, 10, 30, 5, tzinfo=UTC)
    night.goes_on(seconds=1)
    assert night.stands()[0] in ("sent", "accepted")


def test_one_that_cannot_be_sent_holds_up_no_other(night):
    night.withdraws("0180293412123", "1500")
    with night.house.unit() as unit:
        unit.run("update settlements set account_no = 'broken'")
    night.phone.say("withdraw")
    for said in ("1", "1", "700", "1", PIN):
        night.phone.say(said)
    night.goes_on(seconds=2)
    night.goes_on(seconds=30)
    with night.house.unit() as unit:
        rows = unit.all('select status, due_at from settlements order by "timestamp", amount desc')
    assert [row.status for row in rows] == ["held", "settled"]
    assert rows[0].due_at > night.clock()
