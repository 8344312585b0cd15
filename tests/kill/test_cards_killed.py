"""A process dies while a card is asked for or made: it is made once, paid once, and numbered once.

The scheme's wire is real: its twin answers over HTTP. After the crash the scheduler does what it
always does; whatever was unclear is asked after.
"""

import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from bot.house import House
from bot.simulator.twin import scheme as served
from bot.simulator.twin.stand import Stand
from core.cards import cards, issuing, lifecycle, vault
from core.ledger import book, verify
from core.money import Money
from core.partners import orders
from core.partners.mishaps import Mishaps
from core.store.outbox import register_senders
from tests.core.people import Someone, someone
from tests.support import crashes, unsealed, without_redis
from tests.support.card_scheme import Kept
from tests.support.crashes import KILLED
from tests.support.outbox_rows import ALL
from tests.support.servers import Servers
from tests.support.town import Clock

HELD, FEE = Money(200_000, "KES"), Money(5_000, "KES")


class Firm:
    """The scheme's server, and how often it was asked to make a card."""

    def __init__(self, clock: Clock) -> None:
        self.sends = 0
        settings = without_redis.Settings(_env_file=None, demo_mode=True)
        stand = Stand("scheme", settings, Mishaps("7"), Kept(), clock, lambda: "0" * 32)
        twin = Flask("twin")
        twin.register_blueprint(served.make(stand))

        @twin.before_request
        def count() -> None:
            self.sends += request.method == "POST" and request.path == "/scheme/v1/cards"

        self._server = make_server("127.0.0.1", 0, twin, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/scheme"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def firm(clock: Clock) -> Iterator[Firm]:
    """The scheme, on a port of its own."""
    shop = Firm(clock)
    yield shop
    shop.close()


@pytest.fixture
def house(
    servers: Servers, clean_database: str, clock: Clock, pepper: bytes, tmp_path, firm: Firm
) -> Iterator[House]:
    """A house whose cards are made by the firm."""
    with without_redis.opened(
        servers, clean_database, clock, data_dir=tmp_path, pepper=pepper, scheme_base=firm.url
    ) as house:
        yield house


@pytest.fixture
def amina(house: House) -> Someone:
    with house.unit() as unit:
        register_senders(unit, ALL)
        return someone(unit, holds=str(HELD))


def ask(house: House, amina: Someone) -> UUID:
    with house.unit() as unit:
        asked = issuing.request(
            unit, id=house.new_id(), customer=amina.id, wallet=amina.wallet, type="virtual",
            channel="sms",
        )  # fmt: skip
        unit.wakes.clear()
    return asked.card.id


@pytest.mark.parametrize(
    "at", ["order.before_asking", "order.answered", "order.noted", "order.after_commit"]
)
def test_whenever_it_dies_one_card_is_made_and_numbered_once(house, amina, firm, clock, at):
    card = ask(house, amina)
    work = (house.settings, "ask partners", "scheme")
    assert crashes.exit_code(*work, now=clock.now, at=at) == KILLED
    crashes.come_to_rest(house, clock, "scheme")
    with house.unit() as unit:
        (order,) = orders.listed(unit)
        found = cards.by_id(unit, card)
        assert (order.status, found.status) == ("done", "active")
        assert [one.after for one in lifecycle.history(unit, found)] == ["active", "requested"]
        pan = vault.open_pan(unit, card)
        assert vault.by_pan(unit, pan) == found and found.last4 == pan[-4:]
        assert unit.value("select count(*) from card_vault") == 1
        assert book.balance(unit, amina.wallet).available == HELD - FEE
        assert [one.payload["alert"] for one in unsealed.outbox(unit)] == ["card_ready"]
        assert verify.verify(unit) == []
    assert firm.sends == 1


@pytest.mark.parametrize("at", ["card.fee_taken", "card.ordered"])
def test_fee_card_and_order_are_written_together_or_not_at_all(house, amina, clock, at):
    facts = (amina.id, amina.wallet, house.new_id())
    code = crashes.exit_code(house.settings, "ask for a card", *facts, now=clock.now, at=at)
    assert code == KILLED
    with house.unit() as unit:
        assert orders.listed(unit) == []
        assert cards.own_cards(unit, amina.id, ended=True) == []
        assert book.balance(unit, amina.wallet).available == HELD
        assert verify.verify(unit) == []


def test_a_renewal_that_dies_is_done_again_whole(house, amina, clock):
    card = ask(house, amina)
    crashes.come_to_rest(house, clock, "scheme")
    with house.unit() as unit:
        clock.pass_(days=(cards.by_id(unit, card).expires_on - clock.now.date()).days - 20)
    died = crashes.exit_code(house.settings, "renew cards", now=clock.now, at="card.ordered")
    assert died == KILLED
    with house.unit() as unit:
        assert [one.id for one in cards.own_cards(unit, amina.id)] == [card]
    crashes.do(house, "renew cards")
    crashes.do(house, "renew cards")
    crashes.come_to_rest(house, clock, "scheme")
    with house.unit() as unit:
        (new,) = cards.own_cards(unit, amina.id)
        assert (new.occasion, new.status, new.replaces) == ("renewal", "active", card)
        assert cards.by_id(unit, card).status == "replaced"
        assert book.balance(unit, amina.wallet).available == HELD - FEE
        assert verify.verify(unit) == []
