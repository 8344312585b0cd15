"""Two browsers: a customer in the middle of a payment, a person at the desk, and the bot again."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser.hands import Hand
from tests.browser.looks import LOOKS
from tests.browser.test_desk_pages import is_wide
from tests.support.keys import KEYS

AMINA, BRIAN = "+254712000001", "+254712000002"
PINS = {AMINA: "4321"}


@pytest.fixture
def amina(desk):
    """Amina's phone on the simulator's page, in a browser of its own, in no story and no chat."""
    desk.set_viewport_size({"width": 1500, "height": 1150})
    desk.goto("/")
    expect(desk.locator("#live[data-opened]")).to_be_visible()
    hand = Hand(desk, AMINA)
    for way_out in ("menu", "cancel"):
        hand.write("whatsapp", way_out)
    yield hand
    for way_out in ("menu", "cancel"):  # nobody after her finds her with a person
        hand.write("whatsapp", way_out)


def answer(page, words: str) -> None:
    """Answer the customer from the desk."""
    page.locator("#reply-words").fill(words)
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.locator("#reply-words")).to_have_value("")


def says(hand: Hand, words: str) -> None:
    """Write to a person: nothing is said back by itself."""
    pane = hand.open("whatsapp")
    pane.locator("[name=text]").fill(words)
    pane.locator(".go").click()


def solve(page, hand: Hand) -> None:
    """Resolve the case; its customer agrees that it is, and says how content they are."""
    page.locator("[data-key=e]").click()
    expect(page.locator("#summary")).to_contain_text("Resolved")
    expect(hand.last("whatsapp")).to_contain_text("Did this solve it?")
    hand.tap("Yes")
    hand.write("whatsapp", "5")
    expect(page.locator("#clocks")).to_contain_text("of 5")


def test_a_person_mends_a_payment_and_the_bot_finishes_it(desk, amina, colleagues, minor, picture):
    before = minor(AMINA), minor(BRIAN)
    amina.write("whatsapp", "send 640 0712000002")
    amina.write("whatsapp", "agent")
    told = amina.write("whatsapp", "I typed too much, and it will not take another amount")
    number = re.search(r"C-\d{3}-\d{3}-\d", told)[0]

    page = colleagues.page("agent", viewport={"width": 1500, "height": 1500})
    page.locator("#find").fill(number)
    page.keyboard.press("Enter")
    known = page.locator("#known")
    expect(known).to_contain_text("Send money")
    expect(known).to_contain_text("KES 640.00")
    expect(known).to_contain_text("+254 7** *** 002")
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#clocks")).to_contain_text("First answer")
    answer(page, "How much is it to be?")
    expect(amina.last("whatsapp")).to_contain_text("How much is it to be?")
    says(amina, "460, please")
    expect(page.locator(".entry.customer .words").last).to_have_text("460, please")
    expect(page.locator("#clocks")).to_contain_text("In time")

    back = page.locator("#back")
    back.locator("summary").click()
    back.get_by_label("Amount").fill("9000000")
    says(amina, "Are you there?")
    expect(page.locator(".entry.customer .words").last).to_have_text("Are you there?")
    expect(back.get_by_label("Amount")).to_have_value("9000000")
    page.on("dialog", lambda asked: asked.accept())
    back.get_by_role("button", name="Hand back").click()
    expect(back.get_by_role("alert")).to_contain_text("The bank does not take that answer")
    expect(back.get_by_label("Amount")).to_have_value("9000000")
    picture(page, "hand-back")
    back.get_by_label("Amount").fill("460")
    back.get_by_role("button", name="Hand back").click()
    expect(page.locator(".said.good")).to_contain_text("Handed back")
    expect(page.locator("#summary")).to_contain_text("Waiting for customer")
    expect(amina.last("whatsapp")).to_contain_text("KES 460.00")
    assert (minor(AMINA), minor(BRIAN)) == before

    amina.tap("Yes")
    paid = amina.write("whatsapp", PINS[AMINA])
    assert "460.00" in paid
    assert (minor(AMINA), minor(BRIAN)) == (before[0] - 460_00, before[1] + 460_00)
    page.reload()
    expect(page.locator("#known")).to_contain_text("They have gone on with it since")
    expect(page.locator("#back")).to_have_count(0)
    solve(page, amina)


def test_a_canned_reply_is_typed_by_its_shortcut_or_picked(colleagues):
    page = colleagues.page("agent", "/desk/cases?tab=mine")
    page.locator("[data-row] a").first.click()
    expect(page.locator("#live[data-opened]")).to_be_attached()
    field = page.locator("#reply-words")
    field.fill("")
    field.press_sequentially("/hello ")
    expect(field).to_have_value(re.compile(r"Wekeza"))
    expect(field).not_to_have_value(re.compile(r"[/{]"))
    field.fill("")
    page.locator(".canned summary").click()
    page.get_by_label("Find one").fill("hello")
    shown = page.locator("#canned-list li:visible")
    expect(shown).to_have_count(1)
    with page.expect_response("**/draft/reply"):
        shown.get_by_role("button").click()
    expect(field).to_have_value(re.compile(r"Wekeza"))
    with page.expect_response("**/draft/reply"):
        field.fill("")


@pytest.fixture
def proposed(engine):
    """Have something proposed to Amina, as the nightly work does."""
    with engine.begin() as connection:
        connection.execute(
            text(
                """
                insert into next_best_actions (id, customer_id, action_type, title, description,
                    confidence_score, strength, facts, recommended_date, expires_at, created_at,
                    updated_at)
                select gen_random_uuid(), c.id, k.action_type, k.title,
                    'A card is active since 1 May and was never paid with.', 0.61, 0.8, '{}',
                    now(), now() + interval '9 days', now(), now()
                from customers c, next_action_types k
                where c.phone_index = :phone and k.action_type = 'use_card'
                on conflict (customer_id, action_type) where not is_completed do nothing
                """
            ),
            {"phone": KEYS.token(AMINA, kind="address")},
        )


def test_what_came_of_a_proposal_is_recorded_on_the_customers_page(colleagues, proposed):
    page = colleagues.page("agent")
    page.locator("#find").fill(AMINA)
    page.keyboard.press("Enter")
    one = page.locator(".proposals .row", has_text="never paid with")
    expect(one).to_contain_text("% sure")
    one.locator("summary").click()
    one.get_by_label("Note").fill("She will try it at the market")
    one.get_by_role("button", name="Accepted").click()
    expect(page.locator(".said.good")).to_contain_text("Recorded")
    expect(one).to_have_count(0)
    expect(page.locator("main")).to_contain_text("“She will try it at the market”")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_a_case_that_the_bot_opened_is_clean(
    desk, amina, colleagues, proposed, axe, picture, scheme, width
):
    amina.write("whatsapp", "send 640 0712000002")
    amina.write("whatsapp", "agent")
    told = amina.write("whatsapp", "This is terrible, nobody answers me and my money is lost")
    number = re.search(r"C-\d{3}-\d{3}-\d", told)[0]
    page = colleagues.page("supervisor", color_scheme=scheme)
    page.locator("#find").fill(number)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take it").click()
    says(amina, "I am so angry, this is the worst bank, where is my money")
    expect(page.locator("#mood")).to_contain_text("A guess of the machine")
    page.set_viewport_size({"width": width, "height": 900})
    for folded in page.locator("main details").all():
        folded.evaluate("it => it.open = true")
    picture(page, f"case-of-the-bot-{scheme}-{width}")
    assert axe(page) == []
    assert not is_wide(page)
    solve(page, amina)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_complaints_are_clean(colleagues, axe, scheme, width):
    page = colleagues.page("compliance", "/desk/complaints", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    assert axe(page) == []
    assert not is_wide(page)
