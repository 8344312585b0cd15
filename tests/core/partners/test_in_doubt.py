"""Answers that leave an order in doubt, and which of them speak against the partner."""

import httpx
import pytest

from core.partners.airtime import AirtimeWholesaler
from core.partners.answers import Unclear
from core.partners.billers import BillerSwitch
from core.partners.cards import Cards, CardsAccount
from core.partners.liquidity_provider import LiquidityProvider
from core.partners.momo import Momo, MomoAccount
from core.partners.wire import Wire
from tests.core.partners.serving import Clock, order

BASE = "http://partner.test"
TOP_UP = order("airtime", partner="airtime", phone="+254712000009", amount="KES 100.00")
DEAL = order(
    "hedge", partner="lp", sell="KES 100.00", buy="USD 1.00", side="buy", value_date="2026-03-06"
)
COLLECT = order("collect", partner="momo", phone="+255712000003", amount="TZS 500.00")


def wholesaler(transport):
    return AirtimeWholesaler(BASE, username="us", api_key="key", secret="s", transport=transport)


def switch(transport):
    return BillerSwitch(BASE, secret="s", transport=transport)


def provider(transport):
    return LiquidityProvider("lp", Wire(BASE, transport=transport), secret="s")


def cards(transport):
    account = CardsAccount(base=BASE, key="k", webhook_key="w", back="b", mail="m")
    client = Cards(account, clock=Clock())
    client._wire = Wire(BASE, transport=transport)
    return client


def momo(transport):
    account = MomoAccount(base=BASE, api_key="k", organisation="us", callback="c", secret="s")
    client = Momo(account)
    client._wire = Wire(BASE, transport=transport)
    return client


DUPLICATE = {"responses": [{"errorMessage": "Duplicate request", "status": "Failed"}]}
OTHER_PHONE = {"data": {"phoneNumber": "+254700000000", "status": "Success"}}
OTHER_DEAL = {"clientDealId": "other", "status": "filled"}
OTHER_PAIR = {
    "clientDealId": DEAL.key, "status": "filled", "sell": "USD", "sold": "1.00", "buy": "KES",
    "bought": "100.00", "rate": "100", "valueDate": "2026-03-06",
}  # fmt: skip


@pytest.mark.parametrize(
    ("make", "ask", "about", "status", "said"),
    [
        (wholesaler, "send", TOP_UP, 200, DUPLICATE),
        (wholesaler, "query", TOP_UP, 200, OTHER_PHONE),
        (switch, "query", TOP_UP, 200, {"id": "other", "status": "completed"}),
        (provider, "query", DEAL, 200, OTHER_DEAL),
        (provider, "query", DEAL, 200, OTHER_PAIR),
        (cards, "query", COLLECT, 200, {"data": {"tx_ref": "other", "status": "successful"}}),
        (momo, "send", COLLECT, 409, {"errorCode": "duplicateRequest"}),
    ],
)
def test_an_answer_about_something_else_says_nothing_against_the_partner(
    make, ask, about, status, said
):
    assert not asked(make, ask, about, status, said).failure


@pytest.mark.parametrize("status", [200, 503])
@pytest.mark.parametrize("said", [{}, {"data": {}}])
@pytest.mark.parametrize(
    ("make", "about"),
    [
        (wholesaler, TOP_UP), (switch, TOP_UP), (provider, DEAL), (cards, COLLECT),
        (momo, COLLECT),
    ],
)  # fmt: skip
def test_an_answer_that_says_nothing_does(make, about, status, said):
    assert asked(make, "query", about, status, said).failure


def asked(make, ask, about, status, said) -> Unclear:
    client = make(httpx.MockTransport(lambda _: httpx.Response(status, json=said)))
    told = getattr(client, ask)(about, seconds=5)
    assert isinstance(told, Unclear)
    return told
