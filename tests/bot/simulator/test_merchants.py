"""Merchants' twin: pays with a card over the switch and over HTTP, goes on with it, and settles."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from bot import app as applications
from bot.simulator.twin import merchants
from bot.simulator.twin.stand import Stand
from core.cards import clearing
from core.partners.mishaps import Mishaps
from tests.bot.test_card_switch import PIN, Plastic, port  # noqa: F401 - a fixture

Town = tuple[Plastic, object]


@pytest.fixture
def plastic(house) -> Plastic:
    return Plastic(house)


@pytest.fixture
def bank(settings, house) -> Iterator[str]:
    """The bank's web, on a port of its own."""
    server = make_server("127.0.0.1", 0, applications.build(settings, house), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(settings, house, bank, port):  # noqa: F811 - the fixture that is imported
    """The merchants' twin, which reaches the bank by both doors."""
    reached = settings.model_copy(update={"card_switch_port": port, "public_base_url": bank})
    stand = Stand(
        "merchants", reached, Mishaps("7"), None, house.now, lambda: house.new_id().hex[::-1]
    )
    twin = Flask("twin")
    twin.register_blueprint(merchants.make(stand))
    return twin.test_client()


@pytest.mark.parametrize("door", ["iso", "json"])
def test_a_sale_is_paid_captured_refunded_and_settled(house, shop, plastic, door):
    card = {"number": plastic.pan, "expiry": plastic.expiry, "door": door}
    paid = shop.post("/merchants/sales", json={**card, "amount": "KES 500", "shop": "naivas"})
    assert paid.json["code"] == "00" and paid.json["captured"] == "00", paid.json
    assert plastic.balance() == ("19500.00", "0.00")
    back = shop.post(
        f"/merchants/sales/{paid.json['ref']}/refund", json={"amount": "KES 100", "door": door}
    )
    assert back.json["code"] == "00"
    assert plastic.balance() == ("19600.00", "0.00")
    assert shop.post("/merchants/settle", json={}).json == {"matched": 40_000, "unknown": []}
    with house.unit() as unit:
        assert clearing.standing(unit) == []


def test_a_sale_that_waits_is_raised_and_taken_back(shop, plastic):
    card = {"number": plastic.pan, "expiry": plastic.expiry, "capture": False}
    paid = shop.post("/merchants/sales", json={**card, "amount": "KES 500", "shop": "stanley"})
    ref = paid.json["ref"]
    assert plastic.balance() == ("19500.00", "500.00")
    shop.post(f"/merchants/sales/{ref}/raise", json={"amount": "KES 200"})
    assert plastic.balance() == ("19300.00", "700.00")
    shop.post(f"/merchants/sales/{ref}/reverse", json={})
    assert plastic.balance() == ("20000.00", "0.00")


def test_cash_and_a_shop_abroad(shop, plastic):
    card = {"number": plastic.pan, "expiry": plastic.expiry}
    wrong = shop.post(
        "/merchants/sales", json={**card, "amount": "KES 100", "way": "atm", "pin": "0000"}
    )
    assert (wrong.json["code"], wrong.json["words"]) == ("55", "Wrong PIN")
    right = shop.post(
        "/merchants/sales",
        json={**card, "amount": "KES 100", "way": "atm", "pin": PIN, "shop": "atm"},
    )
    assert right.json["code"] == "00"
    abroad = {**card, "amount": "KES 1652", "shop": "books", "way": "online"}
    assert shop.post("/merchants/sales", json=abroad).json["captured"] == "00"
    assert plastic.balance() == ("18248.00", "0.00")


def test_the_page(shop, plastic):
    assert "NAIVAS WESTLANDS" in shop.get("/merchants").text
    form = {
        "number": plastic.pan, "expiry": plastic.expiry, "amount": "KES 90000", "way": "chip",
        "shop": "naivas",
    }  # fmt: skip
    page = shop.post("/merchants/pay", data=form)
    assert "Not enough funds" in page.text and plastic.pan not in page.text
    assert shop.post("/merchants/pay", data=form | {"number": "12"}).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "500"}, {"amount": "KES x"}, {"shop": "x"}, {"expiry": "28"}, {"card": "x"}],
)
def test_what_pays_nothing(shop, plastic, wrong):
    told = {"number": plastic.pan, "expiry": plastic.expiry, "amount": "KES 1"} | wrong
    assert shop.post("/merchants/sales", json=told).status_code == 400
    assert shop.post("/merchants/sales/none/capture", json={}).status_code == 400
