"""A customer's cards at the desk: masked, blocked by one, unblocked by two, read out by code."""

import re
from pathlib import Path
from typing import get_args
from uuid import UUID

import jinja2
import pytest
import time_machine

from bot import app as web
from core.access import codes
from core.cards import cards, desk, reveal, vault
from core.crm import customers
from core.partners.mishaps import Plan
from core.partners.scheme_twin import cvv_of
from tests.bot.callers import Town
from tests.support import unsealed
from tests.support.card_scheme import with_scheme
from tests.support.town import AMINA, BRIAN

PAGE = "/desk/customers/<uuid:customer_id>"
CARD = f"{PAGE}/cards/<uuid:card_id>"


@pytest.fixture
def scheme(house):
    return with_scheme(house)


@pytest.fixture
def town(scheme, settings, clock):
    with time_machine.travel(clock.now, tick=False):
        yield Town(web.build(settings, scheme.house))


@pytest.fixture
def agent(town):
    return town.someone("agent")


def card_of(house, phone: str, kind: str = "virtual") -> cards.Card:
    with house.unit() as unit:
        who = customers.find_by_phone(unit, phone)
        (found,) = [one for one in cards.own_cards(unit, who) if one.type == kind]
    return found


@pytest.fixture
def card(house) -> cards.Card:
    return card_of(house, AMINA)


@pytest.fixture
def pan(house, card) -> str:
    with house.unit() as unit:
        return vault.open_pan(unit, card.id)


def place(card: cards.Card) -> dict[str, object]:
    return {"customer_id": card.customer, "card_id": card.id}


def seen(town, who, card) -> str:
    return town.call("GET", PAGE, who, place=place(card)).text


def now_of(house, card) -> cards.Card:
    with house.unit() as unit:
        return cards.by_id(unit, card.id)


def code(house, card) -> str:
    """Return the code that the customer is sent, as the worker makes it."""
    with house.unit() as unit:
        reveal.send_code(unit, customer=card.customer, card=card.id)
        facts = unsealed.outbox(unit)[-1].payload["facts"]
    return codes.reveal(house.settings.pin_pepper, facts["code_id"])


WHY = {"why": "suspected_fraud", "reason": "paid twice within a minute, far apart"}


def test_the_page_tells_of_cards_without_their_numbers(town, agent, card, pan):
    page = seen(town, agent, card)
    for words in ("Virtual", f"•••• {card.last4}", "Active", "On its way", "EE20260304KE"):
        assert words in page
    assert pan not in page and pan[:12] not in page and card.scheme_id not in page
    brian = card_of(town.house, BRIAN)
    assert "Paused by its customer" in seen(town, agent, brian)


@pytest.mark.parametrize(
    ("role", "acts", "reads"),
    [("agent", True, True), ("supervisor", True, True), ("compliance", True, False),
     ("operations", False, False), ("auditor", False, False)],
)  # fmt: skip
def test_each_role_is_offered_what_it_may_do(town, card, role, acts, reads):
    page = seen(town, town.someone(role), card)
    assert f"•••• {card.last4}" in page
    assert ("Block it now" in page) == acts
    assert ("Read the number to the customer" in page) == reads


def test_an_agent_blocks_a_card_at_once(town, agent, card):
    assert town.outcome("POST", f"{CARD}/block", agent, place=place(card), form=WHY) == "done"
    blocked = now_of(town.house, card)
    assert (blocked.status, blocked.status_by) == ("blocked", agent.id)
    page = seen(town, agent, card)
    assert "Blocked" in page and "Suspected fraud" in page and "Ask to unblock" in page
    assert "Block it now" in page, "the one on its way"
    outcome = town.outcome("POST", f"{CARD}/block", agent, place=place(card), form=WHY)
    assert outcome == "card_move_refused"


def test_unblocking_is_decided_by_somebody_else(town, agent, card):
    town.call("POST", f"{CARD}/block", agent, place=place(card), form=WHY)
    ask = {"reason": "the customer explained it"}
    asked = town.call("POST", f"{CARD}/unblock", agent, place=place(card), form=ask)
    assert asked.status_code == 303
    with town.house.unit() as unit:
        approval: UUID = unit.value("select id from approvals where kind = 'card_unblock'")
    lead = town.someone("supervisor")
    path = "/desk/approvals/<uuid:approval_id>"
    page = town.call("GET", path, lead, place={"approval_id": approval}).text
    assert "Unblock a card" in page and card.last4 in page
    town.call(
        "POST", f"{path}/approve", lead, place={"approval_id": approval}, form={"reason": "agreed"}
    )
    assert now_of(town.house, card).status == "active"


def test_a_card_is_closed_for_good(town, agent, card):
    assert town.outcome("POST", f"{CARD}/close", agent, place=place(card), form=WHY) == "done"
    assert now_of(town.house, card).status == "closed"
    assert "Closed" in seen(town, agent, card)


@pytest.mark.parametrize(
    ("form", "code"),
    [({"why": "suspected_fraud", "reason": "no"}, "reason_needed"),
     ({"why": "whim", "reason": "it is what I want"}, "reason_needed")],
)  # fmt: skip
def test_a_reason_is_needed(town, agent, card, form, code):
    for act in ("block", "close"):
        got = town.outcome("POST", f"{CARD}/{act}", agent, place=place(card), form=form)
        assert got == code
    assert now_of(town.house, card) == card


def test_a_card_of_somebody_else_is_not_there(town, agent, card):
    other = {"customer_id": card_of(town.house, BRIAN).customer, "card_id": card.id}
    for act in ("block", "close", "unblock"):
        got = town.outcome("POST", f"{CARD}/{act}", agent, place=other, form=WHY)
        assert got == "no_such_card"


def enter(town, who, card, digits: str):
    return town.call("POST", f"{PAGE}/cards/reveal", who, place=place(card), form={"code": digits})


def test_a_number_is_read_out_once_to_who_has_the_code(town, agent, card, pan):
    digits = code(town.house, card)
    shown = enter(town, agent, card, f" {digits} ")
    assert shown.status_code == 200 and shown.headers["Cache-Control"] == "no-store"
    fours = " ".join(pan[at : at + 4] for at in range(0, 16, 4))
    assert fours in shown.text and cvv_of(card.scheme_id) in shown.text
    assert fours not in seen(town, agent, card)
    again = enter(town, agent, card, digits)
    assert again.status_code >= 400 and fours not in again.text
    assert "saw a card&#39;s number" in seen(town, agent, card)


def test_wrong_codes_are_counted_although_nothing_else_happens(town, agent, card, pan):
    right = code(town.house, card)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for left in ("2", "1"):
        answer = enter(town, agent, card, wrong)
        assert answer.status_code >= 400 and f"Tries left: {left}" in answer.text
    for digits in (wrong, right):
        answer = enter(town, agent, card, digits)
        assert "That code is over" in answer.text and pan[-8:-4] + " " + pan[-4:] not in answer.text


def test_a_code_of_another_customer_opens_nothing(town, agent, card):
    brian = card_of(town.house, BRIAN)
    digits = code(town.house, card)
    assert "That code is over" in enter(town, agent, brian, digits).text


def test_where_the_scheme_is_silent_nothing_is_shown(town, agent, card, scheme):
    digits = code(town.house, card)
    scheme.stand.mishaps.plan = Plan(down=True)
    answer = enter(town, agent, card, digits)
    assert answer.status_code >= 400 and "does not answer" in answer.text


ROOT = Path(__file__).parents[3]


def test_every_status_and_why_is_worded():
    pages = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "templates"))
    plain = pages.get_template("console/words.html").module
    of_cards = pages.get_template("console/words_cards.html").module
    assert set(get_args(cards.Status)) == set(plain.card_statuses)
    assert set(desk.WHYS) == set(of_cards.whys)
    said = {
        why
        for file in (ROOT / "core" / "cards").glob("*.py")
        if "lifecycle" in (told := file.read_text("utf-8"))
        for why in re.findall(r'(?:why=|WHY = )"(\w+)"', told)
    } | {"reported_lost", "reported_stolen"}
    assert said - set(of_cards.events) - set(of_cards.whys) - set(of_cards.plain) == set()
