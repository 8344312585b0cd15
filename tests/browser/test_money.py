"""Amina sends Brian money on the page, on every channel and in every language."""

import json
import re

import pytest
import redis
from playwright.sync_api import expect
from sqlalchemy import create_engine, make_url, text

from core.money import Money
from flows.words import Words
from tests.browser.hands import Hand, says
from tests.support.keys import KEYS

AMINA, BRIAN = "+254712000001", "+254712000002"
SENT = Money(50000, "KES")
LANGUAGES = ("en", "sw", "fr")


def spoken(everyday: str) -> pytest.MarkDecorator:
    """Each channel in one language; `make soak` hears it in the others as well."""
    return pytest.mark.parametrize(
        "language",
        [
            pytest.param(one, marks=[] if one == everyday else [pytest.mark.soak])
            for one in LANGUAGES
        ],
    )


@pytest.fixture
def purse(bank_url):
    """Look into a home wallet, past everything the page shows."""
    engine = create_engine(make_url(bank_url).set(drivername="postgresql+psycopg"))

    def look(phone: str) -> Money:
        with engine.connect() as connection:
            row = connection.execute(
                text(
                    "select a.posted, a.currency from customers c"
                    " join ledger_accounts a on a.account_id = c.default_wallet"
                    " where c.phone_index = :phone"
                ),
                {"phone": KEYS.token(phone, kind="address")},
            ).one()
        return Money(row.posted, row.currency)

    yield look
    engine.dispose()


@pytest.fixture
def phones(desk):
    """The page with both phones, live."""

    def show(width: int = 1500, height: int = 1150, **_):
        desk.set_viewport_size({"width": width, "height": height})
        desk.goto("/")
        expect(desk.locator("#live[data-opened]")).to_be_visible()
        return Hand(desk, AMINA), Hand(desk, BRIAN)

    return show


def written(amount: Money, language: str) -> str:
    wallet = {"label": "", "available": amount, "held": Money(0, amount.currency)}
    return says(language, "sms", "balance", "shown", wallets=[wallet]).splitlines()[-1]


def assert_moved(purse, before) -> None:
    assert purse(AMINA) == before[0] - SENT
    assert purse(BRIAN) == before[1] + SENT


def read_on_whatsapp(brian: Hand, purse, before) -> None:
    """Brian, who reads English, finds the money and its sum on his WhatsApp."""
    brian.open("whatsapp")
    note = brian.last("whatsapp")
    expect(note).to_contain_text("KES 500.00")
    expect(note).to_contain_text(written(before[1] + SENT, "en"))
    expect(note.locator(".ticks.read")).to_be_visible()
    assert_moved(purse, before)


@spoken("sw")
def test_by_ussd(phones, purse, picture, language):
    amina, brian = phones()
    if language != "en":
        amina.speak(language)
    before = purse(AMINA), purse(BRIAN)
    menu = amina.dial()
    title = Words(language, "ussd").say("send_money", "title")
    assert f"1. {title}" in menu
    assert amina.press("1").startswith(says(language, "ussd", "send_money", "recipient"))
    assert "KES" in amina.press("0712000002")
    review = amina.press("500")
    assert written(SENT, language) in review
    assert "B***n K***u" in review
    assert amina.press("1").strip()
    assert "4321" not in amina.press("4321")
    assert written(before[0] - SENT, language) in amina.screen
    read_on_whatsapp(brian, purse, before)
    xray = amina.page.locator("#xray")
    expect(xray.locator("tfoot")).to_contain_text("KES 0 = balanced")
    expect(xray.locator(".rung.on", has_text="read")).to_be_visible()
    expect(xray.locator(".story .current")).to_contain_text("sent")
    picture(amina.page, f"ussd-{language}")
    if language != "en":
        amina.speak("en")


@spoken("en")
def test_by_whatsapp_buttons(phones, purse, picture, language):
    amina, brian = phones()
    if language != "en":
        amina.speak(language)
    before = purse(AMINA), purse(BRIAN)
    amina.write("whatsapp", "menu")
    asked = amina.tap(Words(language, "whatsapp").say("send_money", "title"))
    assert says(language, "whatsapp", "send_money", "recipient") in asked
    amina.write("whatsapp", "0712000002")
    review = amina.write("whatsapp", "500")
    assert written(SENT, language) in review
    picture(amina.page, f"whatsapp-{language}-review")
    amina.tap(Words(language, "whatsapp").say("send_money", "review_yes"))
    done = amina.write("whatsapp", "4321")
    assert written(before[0] - SENT, language) in done
    mine = amina.phone.locator(".bubble.mine p").last
    expect(mine).to_have_text("****")
    read_on_whatsapp(brian, purse, before)
    picture(amina.page, f"whatsapp-{language}")
    if language != "en":
        amina.speak("en")


@spoken("fr")
def test_by_sms(phones, purse, picture, language):
    amina, brian = phones()
    if language != "en":
        amina.speak(language)
    before = purse(AMINA), purse(BRIAN)
    command = {"en": "SEND", "sw": "TUMA", "fr": "ENVOYER"}[language]
    review = amina.write("sms", f"{command} 500 0712000002")
    assert written(SENT, language) in review
    amina.write("sms", "1")
    done = amina.write("sms", "4321")
    assert written(before[0] - SENT, language) in done
    read_on_whatsapp(brian, purse, before)
    picture(amina.page, f"sms-{language}")
    if language != "en":
        amina.speak("en")


def test_a_pin_is_seen_nowhere(phones, stack, servers):
    """Neither on the phones, nor in what the page is told, nor in a log."""
    amina, _ = phones()
    amina.write("whatsapp", "balance")
    amina.write("sms", "balance")
    for channel in ("whatsapp", "sms"):
        amina.write(channel, "4321")
    amina.page.reload()
    expect(amina.page.locator("#live[data-opened]")).to_be_visible()
    alone = re.compile(r"(?<![\w.:-])4321(?![\w-])")
    for place in ("#phones", "#xray"):
        html = amina.page.locator(place).inner_html()
        assert [html[m.start() - 200 : m.end() + 80] for m in alone.finditer(html)] == []
    assert not alone.search(stack.logged())
    with redis.Redis.from_url(stack.redis_url) as client:
        events = [json.loads(fields[b"event"]) for _, fields in client.xrange("ui:events")]
    assert events
    assert not alone.search(json.dumps(events, ensure_ascii=False))
