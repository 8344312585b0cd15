"""The door of the partners: who may knock, what is kept, and that nothing is decided there."""

from dataclasses import replace
from uuid import UUID

import pytest

from bot import app as apps
from core.partners import orders
from core.store.unit import Unit
from tests.support.firm import Firm
from worker import partner_orders

ROUTE = "/webhooks/payments/trial/open%20sesame"


@pytest.fixture
def firm() -> Firm:
    return Firm(done=False)


@pytest.fixture
def town(house, firm):
    return replace(house, partners={"trial": firm})


@pytest.fixture
def client(town):
    return apps.build(house=town).test_client()


@pytest.fixture
def order(town) -> UUID:
    """One that the partner has taken and not yet done."""
    with town.unit() as unit:
        made = orders.owe(
            unit, partner="trial", action="pay", subject="trial", subject_id=UUID(int=1), body={}
        )
        unit.wakes.clear()
    partner_orders.work(town, "trial", most=1)
    return made


@pytest.fixture(autouse=True)
def owner(monkeypatch):
    from core import outcomes
    from core.partners.answers import Heard, nothing

    monkeypatch.setitem(outcomes.HEARD, "trial", Heard(done=nothing, refused=nothing))


def count(unit: Unit) -> int:
    return unit.value("select count(*) from payment_notices")


def test_news_is_kept_once_answered_the_same_and_makes_us_ask(client, town, firm, order):
    firm.done = True
    answers = [client.post(ROUTE, data=b"n1 ref-1") for _ in range(2)]
    assert {(one.status_code, one.text) for one in answers} == {(200, firm.thanks)}
    with town.unit() as unit:
        assert count(unit) == 1
        assert orders.find(unit, order).status == "accepted", "the door decides nothing"
    assert partner_orders.work(town, "trial") == 1
    with town.unit() as unit:
        assert orders.find(unit, order).status == "done"


def test_news_is_put_too(client, town, order):
    """Mobile money of the GSMA puts what came of a request where it was told to."""
    posted, put = (call(ROUTE, data=b"n1 ref-1") for call in (client.post, client.put))
    assert (put.status_code, put.text) == (posted.status_code, posted.text) == (200, Firm.thanks)
    with town.unit() as unit:
        assert count(unit) == 1
    assert client.put("/webhooks/payments/trial/wrong", data=b"n2 ref-1").status_code == 403
    assert client.get(ROUTE).status_code == 405


def test_lies_change_nothing(client, town, order):
    assert client.post(ROUTE, data=b"n2 ref-1").status_code == 200
    partner_orders.work(town, "trial", most=1)
    with town.unit() as unit:
        assert orders.find(unit, order).status == "accepted"


def test_whoever_does_not_know_the_secret_is_shut_out(client, town):
    for route in ("/webhooks/payments/trial", "/webhooks/payments/trial/wrong"):
        assert client.post(route, data=b"n1 ref-1").status_code == 403
    with town.unit() as unit:
        assert count(unit) == 0


def test_a_partner_that_is_not_there_has_no_door(client):
    assert client.post("/webhooks/payments/nobody/x").status_code == 404


def test_too_large_a_call_is_not_read(client):
    assert client.post(ROUTE, data=b"x" * 300_000).status_code == 413


def test_a_form_is_read_too(client, town, firm):
    heard = {}
    firm.hear = lambda call: heard.update(form=dict(call.form), body=call.body) or []
    assert client.post(ROUTE, data={"a": "1"}).status_code == 200
    assert heard == {"form": {"a": ("1",)}, "body": b"a=1"}
