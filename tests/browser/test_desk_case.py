"""A case at the desk: taken, talked about live, by keyboard, by two at once."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import Hand

BRIAN = "+254712000002"


@pytest.fixture
def brian(desk):
    """Brian's phone on the simulator's page: nobody else's story is told on it."""
    desk.set_viewport_size({"width": 1500, "height": 1150})
    desk.goto("/")
    expect(desk.locator("#live[data-opened]")).to_be_visible()
    return Hand(desk, BRIAN)


def open_case(colleagues, role: str, tab: str = "unassigned"):
    page = colleagues.page(role, f"/desk/cases?tab={tab}")
    page.locator("[data-row] a").first.click()
    expect(page.locator("#live[data-opened]")).to_be_attached()
    return page


def test_by_keyboard_alone(colleagues):
    page = colleagues.page("supervisor", "/desk/cases?tab=unassigned")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("[data-row].at a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#thread")).to_be_visible()
    expect(page.locator("#live[data-opened]")).to_be_attached()
    page.keyboard.press("m")
    expect(page.locator(".said")).to_contain_text("The case is yours")
    page.keyboard.press("n")
    page.keyboard.type("jem? no keys in here")
    expect(page.locator("#note-words")).to_have_value("jem? no keys in here")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".entry.note .words")).to_have_text("jem? no keys in here")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.get_by_label("Single-letter keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("n")
    expect(page.locator("#note-words")).not_to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#help")).not_to_be_visible()


def test_a_draft_survives_a_push_and_another_screen(colleagues):
    page = open_case(colleagues, "supervisor")
    field = page.locator("#reply-words")
    with page.expect_response("**/draft/reply"):
        field.fill("Dear customer, I am looking into")
    field.press("End")
    other = colleagues.page("supervisor", page.url)
    other.locator("#priority").select_option("Low")
    other.locator("form", has=other.locator("#priority")).get_by_role("button").click()
    expect(page.locator("#summary .pill", has_text="Low")).to_be_visible()
    expect(field).to_have_value("Dear customer, I am looking into")
    expect(field).to_be_focused()
    page.reload()
    expect(field).to_have_value("Dear customer, I am looking into")


def test_colleagues_see_each_other_and_replies_that_cross_are_asked_about(colleagues):
    theirs = open_case(colleagues, "agent", tab="mine")
    mine = colleagues.page("supervisor", theirs.url)
    expect(mine.locator("#present")).to_contain_text("Joyce Wairimu has this case open")
    expect(theirs.locator("#present")).to_contain_text("Daniel Mutiso has this case open")
    theirs.locator("#reply-words").press_sequentially("We ")
    expect(mine.locator("#present")).to_contain_text("Joyce Wairimu is typing")
    # What crosses is not seen in time.
    mine.route("**/fresh", lambda route: route.fulfill(status=204))
    theirs.locator("#reply-words").fill("We have found it.")
    theirs.get_by_role("button", name="Send to the customer").click()
    expect(theirs.locator(".entry.agent .words").last).to_have_text(re.compile("We have found it"))
    mine.locator("#reply-words").fill("We look for it.")
    mine.get_by_role("button", name="Send to the customer").click()
    expect(mine.locator(".crossing")).to_contain_text("Joyce Wairimu answered")
    expect(mine.locator("#reply-words")).to_have_value("We look for it.")
    mine.unroute("**/fresh")
    mine.get_by_role("button", name="Send mine, too").click()
    expect(theirs.locator(".entry.agent .words", has_text="We look for it.")).to_have_count(1)


def test_a_chat_is_live_in_both_directions(colleagues, brian):
    brian.write("whatsapp", "agent")
    brian.write("whatsapp", "I need help with a payment")
    page = colleagues.page("supervisor", "/desk/cases?tab=unassigned")
    page.locator("[data-row]", has_text="B***n K***u").locator("a").last.click()
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#pane-reply")).to_contain_text("Goes to +254 7** *** 002 by WhatsApp")
    expect(page.locator("#reach")).to_contain_text("WhatsApp window")
    page.locator("#reply-words").fill("Which payment is it?")
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.locator("#reply-words")).to_have_value("")
    expect(brian.last("whatsapp")).to_contain_text("Which payment is it?")
    expect(page.locator(".entry.agent .ticks.read")).to_be_visible()
    brian.phone.locator("#p254712000002-pane-whatsapp [name=text]").fill("The one to Amina")
    brian.phone.locator("#p254712000002-pane-whatsapp .go").click()
    expect(page.locator(".entry.customer .words").last).to_have_text("The one to Amina")
    page.locator("[data-key=e]").click()
    expect(page.locator("#summary")).to_contain_text("Resolved")
    expect(brian.last("whatsapp")).to_contain_text("Did this solve it?")
    brian.tap("Yes")
