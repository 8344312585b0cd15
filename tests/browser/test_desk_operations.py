"""The desk of operations: clean in every look, live, and worked by keyboard."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from core.store.engine import open_engine
from core.store.unit import open_unit
from tests.browser.looks import LOOKS
from tests.browser.test_desk_pages import is_wide
from tests.support import operations
from tests.support.keys import KEYS
from tests.support.operations import Morning

HOME = "/desk/operations"


@pytest.fixture(scope="module")
def morning(stack, bank_url) -> Morning:
    """A morning at the demo bank, told once for this file."""
    engine = open_engine(bank_url, name="wekeza-tests")
    with open_unit(
        engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid4, correlation=str(uuid4())
    ) as unit:
        told = operations.tell(unit)
    engine.dispose()
    return told


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page_of_operations_is_clean(colleagues, axe, picture, morning, scheme, width):
    page = colleagues.page("operations", HOME)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for name, path in {
        "home": "/desk",
        "positions": "",
        "decisions": "/decisions",
        "decision": "/decisions?kind=quote&outcome=chosen",
        "payouts": "/payouts?status=all",
        "payout": f"/payouts/{morning.returned}",
        "clearing": "/clearing",
        "breaks": "/breaks",
        "break": "/breaks",
        "receipts": "/receipts",
        "receipt": f"/receipts/{morning.parked}",
        "orders": "/orders?tab=all",
    }.items():
        page.goto(path if name == "home" else HOME + path)
        if name in {"decision", "break"}:
            page.locator("tr[data-row] a").first.click()
        expect(page.locator("#live[data-opened]")).to_be_attached()
        for folded in page.locator("main details").all():
            folded.evaluate("it => it.open = true")
        picture(page, f"operations-{name}-{scheme}-{width}")
        assert axe(page) == [], name
        assert not is_wide(page), name


def test_a_page_of_operations_is_live_and_worked_by_keyboard(colleagues, morning):
    watching = colleagues.page("supervisor", HOME)
    state = watching.locator("#state-lp_sahel")
    expect(state).to_contain_text("prices are taken")
    acting = colleagues.page("operations", HOME)
    acting.locator("summary", has_text="Switch off Sahel FX").click()
    acting.locator("#why-lp_sahel").fill("Prices look wrong")
    acting.get_by_role("button", name="Switch off").locator("visible=true").click()
    expect(acting.locator(".said")).to_contain_text("Switched off")
    expect(state).to_contain_text("switched off by hand")
    acting.goto(f"{HOME}/payouts?status=failed")
    acting.keyboard.press("j")
    expect(acting.locator("tr.at a")).to_be_focused()
    acting.keyboard.press("Enter")
    expect(acting.locator("#facts")).to_contain_text("account closed")
