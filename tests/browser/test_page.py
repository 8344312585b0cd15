"""The page itself: clean, live, and honest about what goes wrong."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.hands import Hand
from tests.browser.looks import LOOKS

AMINA, BRIAN, STRANGER = "+254712000001", "+254712000002", "+254799000123"


def show(desk, path: str = "/") -> None:
    desk.goto(path)
    expect(desk.locator("#live[data-opened]")).to_be_visible()


def filled(desk) -> tuple[Hand, Hand]:
    """Something of everything on the page."""
    amina, brian = Hand(desk, AMINA), Hand(desk, BRIAN)
    amina.dial()
    brian.write("whatsapp", "menu")
    expect(desk.locator("#xray .steps")).to_be_visible()
    desk.locator("#xray details summary").first.click()
    return amina, brian


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing(desk, axe, picture, scheme, width):
    desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    desk.set_viewport_size({"width": width, "height": 1000})
    show(desk)
    filled(desk)
    picture(desk, f"page-{scheme}-{width}")
    assert axe(desk) == []


def test_axe_would_find_something(desk, axe):
    show(desk)
    button = desk.locator(".go:visible").first
    button.evaluate("button => { button.removeAttribute('aria-label'); button.textContent = '' }")
    assert "button-name" in [found[0] for found in axe(desk)]


@pytest.mark.parametrize("width", [390, 320])
def test_no_sideways_scroll_on_a_phone(desk, width):
    desk.set_viewport_size({"width": width, "height": 844})
    show(desk)
    filled(desk)
    wide = desk.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide[0] <= wide[1]


def test_the_tour_ticks_itself(desk):
    show(desk)
    amina = Hand(desk, AMINA)
    done = desk.locator("#tour li.done")
    expect(done).to_have_count(0)
    amina.dial()
    expect(done).to_have_count(1)
    for keys in ("1", "0712000002", "500", "1", "4321"):
        amina.press(keys)
    expect(done).to_have_count(3)  # sent, and read by Brian
    amina.phone.locator("#p254712000001-pane-ussd").get_by_role("button", name="Send twice").click()
    expect(done).to_have_count(4)
    expect(desk.locator("#xray .pill.duplicate")).to_be_visible()
    amina.phone.locator("#p254712000001-pane-ussd").get_by_role(
        "button", name="Bad signature"
    ).click()
    expect(done).to_have_count(5)
    expect(desk.locator("#xray .pill.refused")).to_be_visible()
    desk.get_by_role("button", name="Clear phones").click()
    expect(done).to_have_count(0)
    expect(desk.locator(".bubble")).to_have_count(0)


def test_a_dropped_session_is_offered_again(desk):
    show(desk)
    amina = Hand(desk, AMINA)
    amina.dial()
    amina.press("1")
    amina.press("0712000002")
    amina.phone.get_by_role("button", name="Drop the session").click()
    expect(amina.words).to_contain_text("dropped")
    amina.phone.locator(".call").click()
    expect(amina.phone.locator(".words[data-hops='1']")).to_be_visible()
    expect(amina.words).to_contain_text("1.")
    amina.hang_up()


def test_a_lost_answer_is_told_on_the_next_dial(desk):
    show(desk)
    amina = Hand(desk, AMINA)
    amina.dial()
    for keys in ("1", "0712000002", "10", "1"):
        amina.press(keys)
    amina.phone.get_by_role("button", name="Lose the answer").click()
    expect(amina.phone.locator(".lcd .warn")).to_be_visible()
    amina.press("4321")
    expect(amina.words).to_contain_text("dropped")
    assert "KES 10.00" in amina.dial()
    amina.hang_up()


def test_a_provider_that_is_down_is_seen(desk):
    show(desk)
    brian = Hand(desk, BRIAN)
    desk.get_by_label("Twilio", exact=True).check()
    expect(desk.locator("#faults input[name=twilio]:checked")).to_be_visible()
    pane = brian.open("whatsapp")
    pane.locator("[name=text]").fill("hello")
    pane.locator(".go").click()
    expect(desk.locator("#xray .pill.unheard")).to_be_visible()
    desk.get_by_label("Twilio", exact=True).uncheck()


def test_a_stranger_may_join_the_table(desk):
    show(desk)
    desk.locator("#add-phone").fill(STRANGER)
    desk.get_by_role("button", name="Add").click()
    expect(desk.locator("#live[data-opened]")).to_be_visible()
    hand = Hand(desk, STRANGER)
    assert "Wekeza" in hand.dial()
    expect(hand.phone).to_contain_text("Unknown number")
    hand.hang_up()


def test_a_picture_is_sent(desk):
    show(desk)
    brian = Hand(desk, BRIAN)
    brian.open("whatsapp").get_by_role("button", name="Photo").click()
    picture = brian.phone.locator("img.photo")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100


def test_the_keyboard_works_on_the_handset_and_the_tabs(desk):
    show(desk)
    amina = Hand(desk, AMINA)
    tab = amina.phone.get_by_role("tab", name="Keypad")
    tab.focus()
    desk.keyboard.press("ArrowLeft")
    expect(amina.phone.get_by_role("tab", name="SMS")).to_be_focused()
    desk.keyboard.press("ArrowRight")
    amina.phone.locator(".lcd").focus()
    desk.keyboard.press("Enter")
    expect(amina.phone.locator(".words[data-hops='1']")).to_contain_text("1.")
    amina.phone.locator(".lcd").focus()
    desk.keyboard.type("2")
    expect(amina.phone.locator(".typed")).to_have_value("2")
    amina.phone.locator("[data-key='7']").click()
    amina.phone.locator("[data-erase]").click()
    desk.keyboard.press("Escape")
    amina.phone.locator(".call").click()
    expect(amina.phone.locator(".words[data-hops='2']")).to_be_visible()
    amina.hang_up()


def test_a_stream_goes_on_where_it_broke_off(desk, stack):
    show(desk)
    brian = Hand(desk, BRIAN)
    brian.write("whatsapp", "menu")
    desk.evaluate("document.getElementById('bus')._htmx.sse.reader.cancel()")
    with httpx.Client(base_url=stack.twin) as twin:
        twin.post(f"/twin/phones/{BRIAN}/say", json={"channel": "whatsapp", "text": "hello again"})
    expect(desk.locator("#live[data-opened='2']")).to_be_visible()
    mine = brian.phone.locator(".bubble.mine", has_text="hello again")
    expect(mine).to_have_count(1)


def test_other_sites_cannot_press_the_buttons(stack):
    url = f"{stack.url}/simulator/clear"
    assert httpx.post(url, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert httpx.post(url).status_code == 204
    assert httpx.get(f"{stack.url}/simulator/stream?from=nonsense").status_code == 400
    assert httpx.post(f"{stack.url}/simulator/phones/+254712000001/fly").status_code == 404


def test_outside_the_window_the_bank_sends_its_template(desk):
    """Free words bounce with 63016; the approved template follows and is read."""
    show(desk)
    amina, brian = Hand(desk, AMINA), Hand(desk, BRIAN)
    brian.write("whatsapp", "menu")
    brian.open("whatsapp").get_by_role("button", name="+24 h").click()
    amina.dial()
    for keys in ("1", "0712000002", "15", "1", "4321"):
        amina.press(keys)
    thread = brian.phone.locator("#p254712000002-whatsapp")
    note = thread.locator(".bubble.theirs", has_text="KES 15.00").last
    expect(note.locator(".ticks.read")).to_be_visible(timeout=20_000)


def test_the_demo_begins_anew(desk):
    show(desk)
    amina = Hand(desk, AMINA)
    amina.write("whatsapp", "menu")
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("button", name="Reset demo").click()
    expect(desk.locator(".bubble")).to_have_count(0, timeout=30_000)
    expect(desk.locator("#live[data-opened]")).to_be_visible()
    amina.dial()
    asked = amina.press("2")
    balance = asked if "KES" in asked else amina.press("4321")
    assert "KES 12,400.00" in balance
    if amina.words.get_attribute("data-open") == "1":
        amina.hang_up()
    assert "Amina" in amina.write("whatsapp", "menu")
