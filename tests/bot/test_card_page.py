"""The page that shows a card's number: once, to who was sent the link, and kept nowhere."""

import re
from dataclasses import replace

import pytest

from bot import app as web
from core.cards import cards, reveal, reveal_store, vault
from core.crm import customers
from core.partners.mishaps import Plan
from core.partners.scheme_twin import cvv_of
from core.store import delivery
from core.store.outbox import NOT_SAID
from core.store.words import opened_payload
from tests.support.card_scheme import with_scheme
from tests.support.town import AMINA
from worker.dress import dress


@pytest.fixture
def town(house):
    return with_scheme(house)


@pytest.fixture
def http(town, settings):
    return web.build(settings, town.house).test_client()


@pytest.fixture
def card(house):
    """Amina's open virtual card."""
    with house.unit() as unit:
        amina = customers.find_by_phone(unit, AMINA)
        (found,) = [one for one in cards.own_cards(unit, amina) if one.type == "virtual"]
    return found


@pytest.fixture
def pan(house, card) -> str:
    with house.unit() as unit:
        return vault.open_pan(unit, card.id)


def sent(house, card, *, channel: str = "whatsapp"):
    """Send the link, and return it as the provider is handed it, with what the log keeps."""
    with house.unit() as unit:
        reveal.send_link(unit, customer=card.customer, card=card.id, channel=channel, address=AMINA)
    with house.unit() as unit:
        sender = unit.value("select sender from outbox order by id desc limit 1")
        parcels = delivery.lease(unit, sender=sender, most=50, hold=house.now() - house.now())
    dressed = dress(house, parcels[-1])
    (link,) = re.findall(r"https?://\S+", dressed.outgoing.reply.text)
    return link, dressed


@pytest.fixture
def link(house, card) -> str:
    address, _ = sent(house, card)
    return "/reveal/" + address.rpartition("/")[2]


def test_the_link_is_in_the_message_and_not_in_its_log(house, card):
    link, dressed = sent(house, card)
    assert link.startswith(f"{house.settings.public_base_url}/reveal/")
    assert link not in dressed.content and NOT_SAID in dressed.content
    assert card.last4 in dressed.content


@pytest.mark.parametrize("language", ["en", "sw", "fr"])
def test_the_link_is_worded_in_every_language(house, card, language):
    with house.unit() as unit:
        customers.set_language(unit, card.customer, language)
    link, _ = sent(house, card, channel="sms")
    answer = (
        web.build(house.settings, house)
        .test_client()
        .get("/reveal/" + link.rpartition("/")[2], headers={"Accept-Language": "de"})
    )
    assert answer.status_code == 200 and f'lang="{language}"' in answer.text


def test_a_look_opens_nothing_and_a_press_opens_once(http, link, pan, card, house):
    for _ in range(2):  # messengers look at links by themselves
        looked = http.get(link)
        assert looked.status_code == 200 and pan[-4:] not in looked.text
    shown = http.post(link)
    assert shown.status_code == 200
    for words in (
        " ".join(pan[at : at + 4] for at in range(0, 16, 4)),
        card.expires_on.strftime("%m/%y"), cvv_of(card.scheme_id),
    ):  # fmt: skip
        assert words in shown.text
    for again in (http.post(link), http.get(link)):
        assert again.status_code == 410 and pan[-4:] not in again.text
    with house.unit() as unit:
        told = unit.value(
            "select count(*) from audit_log where action = 'card.shown' and customer_id = %(id)s",
            id=card.customer,
        )
        kept = unit.one("select opened_at, shown_at from card_reveals")
    assert told == 1 and kept.opened_at and kept.shown_at


def test_the_page_is_kept_by_nobody_and_runs_nothing(http, link):
    for answer in (http.get(link), http.post(link), http.get("/reveal/none")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "script" not in policy
        assert "<script" not in answer.text and "http" not in re.sub(r'href="/', "", answer.text)


def test_a_link_that_is_too_late_is_over(http, link, clock, pan):
    clock.pass_(minutes=5)
    assert http.get(link).status_code == http.post(link).status_code == 410


@pytest.mark.parametrize("path", ["/reveal/x", "/reveal/" + "a" * 24])
def test_made_up_links_open_nothing_and_are_slowed_down(http, path):
    assert http.get(path).status_code == 410
    for _ in range(30):
        answer = http.post(path)
    assert answer.status_code == 429


def test_where_the_scheme_is_silent_nothing_is_shown(http, link, town, pan):
    town.stand.mishaps.plan = Plan(down=True)
    answer = http.post(link)
    assert answer.status_code == 503 and pan[-4:] not in answer.text
    assert http.post(link).status_code == 410, "one link is one try"


def test_where_no_scheme_is_set_up_nothing_is_shown(settings, house, link):
    bare = web.build(settings, replace(house, answerers={})).test_client()
    assert bare.post(link).status_code == 503


def test_a_card_that_is_blocked_meanwhile_is_not_shown(http, link, house, card):
    with house.unit() as unit:
        reveal_store.end(unit, card.id)
    assert http.post(link).status_code == 410


def test_the_customer_is_told_that_the_number_was_shown(http, link, house, card):
    http.post(link)
    with house.unit() as unit:
        last = unit.one("select payload, message_id from outbox order by id desc limit 1")
        payload = opened_payload(unit, last.payload, last.message_id)
    assert payload["alert"] == "card_shown" and payload["facts"] == {"card": card.last4}
