"""The team's pages as supervisors use them: clean by day and night, and on a phone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from core.access import staff
from core.crm import candidates
from core.insight import counting
from core.insight.days import day_of
from core.store.engine import open_engine
from core.store.unit import open_unit
from tests.browser.looks import LOOKS
from tests.browser.test_desk_pages import is_wide
from tests.support.keys import KEYS

TEAM = "/desk/team"
OLD = "2024-05-06"
PAGES = (
    "/analytics?by=channel",
    f"/analytics?first={OLD}&last={OLD}",
    f"/analytics?first={OLD}&last={OLD}&by=language&flow=send_money",
    "/people",
    "/hours",
    "/meanings",
    "/broadcasts",
)


@pytest.fixture(scope="module")
def told(stack, bank_url) -> UUID:
    """Words that were not understood, and today as it was counted; return who is an agent."""
    engine = open_engine(bank_url, name="wekeza-tests")

    def unit():
        return open_unit(
            engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid4, correlation=str(uuid4())
        )

    with unit() as one:
        for words, meant in (
            ("nataka doh ya soo mbili", "send_money"),
            ("the plastic thing", None),
        ):
            candidates.note(
                one,
                words,
                language="sw",
                guessed=("balance", "fees"),
                chosen=meant,
                source="clarify" if meant else "fallback",
            )
        counting.count(one, day_of(one.now))
        long_ago(one)
    with unit() as one:
        member = staff.by_email(one, "agent@wekeza.test")
    engine.dispose()
    assert member is not None
    return member.id


def long_ago(unit) -> None:
    """Count a day of which the bank keeps nothing else any more."""
    unit.run(
        "insert into analytics_traffic values (%(day)s, 'sms', 'sw', 50, 9, 6, 40, 3, 2)", day=OLD
    )
    unit.run("insert into analytics_messages values (%(day)s, 'sms', 'sw', 50, 61)", day=OLD)
    unit.run("insert into analytics_intents values (%(day)s, 'sms', 'sw', 'fees', 12)", day=OLD)
    unit.run(
        """
        insert into analytics_steps values (%(day)s, 'send_money', 3, 'sms', 'sw', 'amount', 30, 20,
            10, 0, 2, 0, 3, 0, 1, 0, 0, 0, 0, 0)
        """,
        day=OLD,
    )


def opened(page: Page, path: str) -> None:
    """Go to a page that is live, with all that it folds away open."""
    page.goto(path)
    expect(page.locator("#live[data-opened]")).to_be_attached()
    for folded in page.locator("main details").all():
        folded.evaluate("it => it.open = true")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page_of_the_team_is_clean(colleagues, axe, picture, told, scheme, width):
    page = colleagues.page("supervisor", TEAM)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for path in (*(f"{TEAM}{one}" for one in PAGES), f"{TEAM}/people/{told}", "/desk/canned"):
        opened(page, path)
        name = path.removeprefix("/desk/").replace("/", "-").split("?")[0]
        picture(page, f"team-{name}-{scheme}-{width}")
        assert axe(page) == [], path
        assert not is_wide(page), path


def test_a_colleague_goes_away_and_comes_back(colleagues, told):
    page = colleagues.page("agent", f"{TEAM}/hours")
    page.get_by_role("button", name="I am away").click()
    expect(page.locator("main .pill", has_text="away")).to_be_visible()
    lead = colleagues.page("supervisor", f"{TEAM}/people")
    row = lead.locator("tr", has_text="Joyce Wairimu")
    expect(row).to_contain_text("away")
    row.get_by_role("link").click()
    lead.get_by_label("Card", exact=True).check()
    lead.get_by_role("button", name="Keep it").first.click()
    expect(lead.get_by_label("Card", exact=True)).to_be_checked()
    lead.get_by_label("Card", exact=True).uncheck()  # others of this bank hand her any case
    lead.get_by_role("button", name="Keep it").first.click()
    expect(lead.get_by_label("Card", exact=True)).not_to_be_checked()
    page.get_by_role("button", name="I am back").click()
    expect(page.get_by_role("button", name="I am back")).to_have_count(0)


def test_words_are_judged(colleagues, told):
    page = colleagues.page("supervisor", f"{TEAM}/meanings")
    row = page.locator("li.row", has_text="the plastic thing")
    row.get_by_role("button", name="Learn it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what the words mean")
    row.get_by_role("combobox").select_option("card_status")
    row.get_by_role("button", name="Learn it").click()
    expect(page.locator("li.row", has_text="the plastic thing")).to_have_count(0)
    page.get_by_role("link", name="To be learnt").click()
    expect(page.locator("li.row", has_text="the plastic thing")).to_contain_text("About a card")


def test_a_broadcast_is_asked_for_and_refused_by_somebody_else(colleagues, axe):
    page = colleagues.page("operations", f"{TEAM}/broadcasts")
    ends = datetime.now(ZoneInfo("Africa/Nairobi")) + timedelta(days=2)
    page.get_by_label("What we call it").fill("Free cards")
    for language in ("English", "Kiswahili", "Français"):
        page.get_by_label(f"Words in {language}").fill("{name}, cards are free.")
    page.get_by_label("Affluent", exact=True).check()
    page.get_by_label("Nothing leaves after").fill(ends.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Why").fill("The March offer")
    page.get_by_role("button", name="Ask for it").click()
    row = page.locator("li.row", has_text="Free cards").first
    expect(row).to_contain_text("waits for approval")
    path = row.get_by_role("link", name="See the request").get_attribute("href")
    checker = colleagues.page("compliance", path or "")
    expect(checker.locator("main")).to_contain_text("Message to many customers")
    assert axe(checker) == []
    checker.locator("#decision").fill("Not at the end of a month")
    if checker.locator("#code").count():
        checker.locator("#code").fill("000000")  # who rejects needs none
    checker.get_by_role("button", name="Reject").click()
    expect(checker.locator("main")).to_contain_text("Rejected")
    page.reload()
    expect(page.locator("li.row", has_text="Free cards").first).to_contain_text("not approved")
