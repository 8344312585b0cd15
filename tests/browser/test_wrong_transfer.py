"""Money went to a wrong person: from a chat over two desks it comes back, and the log tells."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser.colleagues import give_code
from tests.browser.hands import Hand, label

AMINA, BRIAN = "+254712000001", "+254712000002"
ID_CARD = Path(__file__).resolve().parents[2] / "bot" / "static" / "id-card.png"


@pytest.fixture
def an_hour_passes(engine):
    """Let every second factor have been proven an hour earlier than it was."""

    def age() -> None:
        with engine.begin() as connection:
            connection.execute(
                text("update staff_sessions set mfa_at = mfa_at - interval '1 hour'")
            )

    return age


def words(block: str) -> str:
    return label("en", "whatsapp", "report", block)


def test_it_comes_back(desk, colleagues, minor, an_hour_passes, picture):
    desk.set_viewport_size({"width": 1500, "height": 1150})
    desk.goto("/")
    expect(desk.locator("#live[data-opened]")).to_be_visible()
    amina, brian = Hand(desk, AMINA), Hand(desk, BRIAN)
    before = minor(AMINA), minor(BRIAN)

    for way_out in ("menu", "cancel"):
        amina.write("whatsapp", way_out)
    amina.dial()
    for keys in ("1", "0712000002", "777", "1", "4321"):
        amina.press(keys)
    assert minor(AMINA) == before[0] - 77700

    amina.write("whatsapp", "report")
    amina.tap(words("topic_payment"))
    amina.tap("KES 777.00")
    amina.tap(words("wrong_wrong_person"))
    amina.write("whatsapp", "I typed a wrong number")
    told = amina.photo()
    number = re.search(r"C-\d{3}-\d{3}-\d", told)[0]

    agent = colleagues.page("agent", viewport={"width": 1500, "height": 1480})
    agent.locator("#find").fill(number)
    agent.keyboard.press("Enter")
    expect(agent.locator("#summary")).to_contain_text(number)
    expect(agent.locator("#thread")).to_contain_text("I typed a wrong number")
    expect(agent.locator("#side")).to_contain_text("KES 777.00")
    agent.get_by_role("button", name="Take it").click()
    photo = agent.get_by_role("link", name="Picture")
    expect(photo).to_be_visible()
    shown = agent.request.get(photo.get_attribute("href"))
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    assert shown.body() == ID_CARD.read_bytes()
    agent.locator("#reply-words").fill("I am asking for your money back.")
    agent.get_by_role("button", name="Send to the customer").click()
    expect(amina.last("whatsapp")).to_contain_text("I am asking for your money back.")
    expect(agent.locator(".entry.agent .ticks.read")).to_be_visible()
    amina.phone.locator("#p254712000001-pane-whatsapp [name=text]").fill("Thank you!")
    amina.phone.locator("#p254712000001-pane-whatsapp .go").click()
    expect(agent.locator(".entry.customer .words").last).to_have_text("Thank you!")

    supervisor = colleagues.page("supervisor")
    agent.locator("summary", has_text="Recall a payment").click()
    agent.locator("#why-recall").fill("The customer typed a wrong number")
    agent.locator("form", has=agent.locator("#why-recall")).get_by_role("button").click()
    expect(agent.locator(".said")).to_contain_text("Somebody else must approve it")
    expect(agent.locator("#side")).to_contain_text("Waiting")
    expect(amina.last("whatsapp")).to_contain_text("for your KES 777.00 back")
    picture(agent, "wrong-transfer-case")

    an_hour_passes()
    row = supervisor.locator("[data-row]", has_text="KES 777.00")
    row.get_by_role("link").click()
    expect(supervisor.locator("main")).to_contain_text("The customer typed a wrong number")
    picture(supervisor, "wrong-transfer-approval")
    supervisor.locator("#decision").fill("Both names checked")
    supervisor.locator("#code").fill("000000")
    supervisor.get_by_role("button", name="Approve").click()
    expect(supervisor.get_by_role("alert")).to_contain_text("not the code")
    expect(supervisor.locator("#decision")).to_have_value("Both names checked")
    assert minor(AMINA) == before[0] - 77700
    give_code(supervisor, "Approve")
    expect(supervisor.locator(".said.good")).to_contain_text("Approved, and done")

    expect(agent.locator("#side")).to_contain_text("Approved")
    brian.open("whatsapp")
    expect(brian.last("whatsapp")).to_contain_text("We gave KES 777.00 back")
    expect(amina.last("whatsapp")).to_contain_text("KES 777.00 came back to you")
    assert (minor(AMINA), minor(BRIAN)) == before
    agent.locator("[data-key=e]").click()
    expect(agent.locator("#summary")).to_contain_text("Resolved")
    expect(amina.last("whatsapp")).to_contain_text("We think your case")

    log = colleagues.page("compliance", f"/desk/audit?case={number}")
    steps = [
        "took a case",
        "saw a file",
        "answered the customer",
        "asked for an approval",
        "approved",
    ]
    for step in steps:
        expect(log.locator("tbody th", has_text=re.compile(f"^{step}$"))).to_have_count(1)
    log.get_by_role("button", name="Verify the chain").click()
    expect(log.locator("#verified")).to_contain_text("The log is whole", timeout=30_000)
    expect(log.locator("tbody tr")).not_to_have_count(0)
    expect(log.locator("#f-case")).to_have_value(number)
    picture(log, "wrong-transfer-audit")
