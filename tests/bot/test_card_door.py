"""The scheme over HTTP: signed, of now, answered once, and the same decisions as at the switch."""

import json
import random

import pytest

from bot import app as applications
from bot.card_door import signed
from bot.simulator.twin.acquirer import json_of
from core.cards import clearing
from tests.bot.test_card_switch import MACHINE, PIN, Plastic

KEY = "demo-scheme-webhook-key"


@pytest.fixture
def plastic(house):
    return Plastic(house)


@pytest.fixture
def call(settings, house):
    client = applications.build(settings, house).test_client()

    def post(kind, told, *, key=KEY, scheme="scheme", late=0, headers=None):
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        moment = int(house.now().timestamp()) - late
        return client.post(
            f"/webhooks/cards/{scheme}/{kind}", data=body,
            headers=signed(key, moment, body) if headers is None else headers,
        )  # fmt: skip

    return post


def test_a_life_of_a_payment(call, plastic):
    asked = json_of(plastic.sale("500.00", way="online"))
    first = call("authorise", asked)
    assert first.status_code == 200
    assert first.json == {
        "id": asked["id"], "code": "00", "approved": True, "approval": first.json["approval"],
        "amount": {"minor": 50_000, "currency": "KES"},
    }  # fmt: skip
    assert call("authorise", asked).json == first.json
    assert plastic.balance() == ("19500.00", "500.00")
    assert call("reverse", json_of(plastic.sale("400.00"))).json["code"] == "00"
    assert call("clear", json_of(plastic.sale("400.00"))).json["code"] == "00"
    assert call("clear", json_of(plastic.sale("100.00", what="refund"))).json["code"] == "00"
    advised = json_of(plastic.sale("50.00", "R2", decided="00"))
    assert call("advise", advised).json["approved"]
    assert plastic.balance() == ("19650.00", "50.00")


def test_a_decline_tells_the_scheme_its_code_alone(call, plastic):
    answer = call("authorise", json_of(plastic.sale("90000.00"))).json
    assert (answer["code"], answer["approved"]) == ("51", False)
    assert set(answer) == {"id", "code", "approved"}


def test_a_pin_in_its_block(call, plastic):
    def cash(pin, ref):
        facts = {"what": "cash", "way": "atm", "shop": MACHINE, "pin_block": plastic.block(pin)}
        return call("authorise", json_of(plastic.sale("10.00", ref, **facts))).json["code"]

    assert (cash("0000", "C1"), cash(PIN, "C2")) == ("55", "00")


def test_what_is_not_signed_is_refused(call, plastic, house):
    told = json_of(plastic.sale("1.00"))
    moment = int(house.now().timestamp())
    right = signed(KEY, moment, json.dumps(told).encode())
    assert call("authorise", told, key="other").status_code == 403
    assert call("authorise", told, late=301).status_code == 403
    assert call("authorise", told, late=-301).status_code == 403
    assert call("authorise", told, headers={}).status_code == 403
    other = {**right, "X-Scheme-Timestamp": str(moment + 1)}
    assert call("authorise", told, headers=other).status_code == 403
    assert call("authorise", json_of(plastic.sale("2.00")), headers=right).status_code == 403
    assert call("authorise", told, headers=right).json["code"] == "00"


def test_what_is_not_there(call, plastic):
    told = json_of(plastic.sale("1.00"))
    assert call("authorise", told, scheme="other").status_code == 404
    assert call("steal", told).status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"id": ""}, {"id": 7}, {"id": "x" * 61}, {"transaction": None}, {"card": "4242"},
        {"card": {"number": "424242"}}, {"card": {"number": "4" * 16, "expiry": "28-11"}},
        {"card": {"number": "4" * 16, "pin_block": "00"}}, {"amount": {"minor": -1}},
        {"amount": {"minor": 1.5, "currency": "KES"}}, {"amount": {"minor": 1, "currency": "JPY"}},
        {"amount": {"minor": True, "currency": "KES"}}, {"way": "post"}, {"way": None},
        {"kind": "gift"}, {"merchant": []}, {"rate": "x"}, {"rate": "-1"}, {"rate": "NaN"},
        {"paid": {"minor": 1}}, {"card": {"number": "4" * 16, "code_result": "maybe"}},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_meant_names_its_field(call, plastic, changed):
    answer = call("authorise", json_of(plastic.sale("1.00")) | changed)
    assert answer.status_code == 400
    assert plastic.pan not in answer.text


def test_no_body_ends_the_door(call, plastic):
    chance = random.Random(8583)
    good = json.dumps(json_of(plastic.sale("1.00"))).encode()
    for n in range(60):
        raw = bytearray(good) if n % 2 else bytearray(chance.randbytes(80))
        for _ in range(3):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        assert call("authorise", bytes(raw)).status_code in {200, 400}
    assert call("authorise", b"[]").status_code == 400
    assert call("authorise", b"[" * 5000).status_code == 400


def test_a_merchants_words_are_shown_as_words_alone(call, plastic, house):
    told = json_of(plastic.sale("1.00"))
    told["merchant"] |= {
        "name": "Café\u202e http://x.co 4242424242424242", "city": "Call 0712345678",
        "country": "kenya", "mcc": "abc",
    }  # fmt: skip
    assert call("authorise", told).json["code"] == "00"
    with house.unit() as unit:
        row = unit.one(
            "select merchant, merchant_city, merchant_country::text as country, mcc"
            ' from card_transactions order by "timestamp" desc limit 1'
        )
    assert tuple(row)[1:] == ("Call", "ZZ", "0000")
    assert row.merchant == "Cafe 4242", "no link, and of a card only what may be shown"


def test_a_report_settles_what_agrees(call, plastic, house):
    cleared = json_of(plastic.sale("500.00", kind="clear"))
    call("clear", cleared)
    report = {
        "id": "2026-03-04-KES", "day": "2026-03-04",
        "net": {"minor": 60_000, "currency": "KES"},
        "lines": [{"id": cleared["id"], "minor": 50_000}, {"id": "unheard", "minor": 10_000}],
    }  # fmt: skip
    answer = call("settle", report)
    assert answer.json == {"matched": 50_000, "unknown": ["unheard"]}
    assert call("settle", report).json["matched"] == 50_000
    with house.unit() as unit:
        assert clearing.standing(unit) == []
    odd = report | {"id": "x", "net": {"minor": 1, "currency": "KES"}}
    assert call("settle", odd).status_code == 400
    assert call("settle", report | {"lines": [7]}).status_code == 400
    assert call("settle", report | {"day": "soon"}).status_code == 400
