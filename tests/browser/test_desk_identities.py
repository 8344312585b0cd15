"""The desk of identities: clean in every look, live, and worked by keyboard."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from bot.database import DEMO_PICTURE
from core.access import approvals
from core.access.actors import SYSTEM
from core.access.audit import Customer
from core.approvals.catalog import KINDS
from core.demo import identities
from core.kyc import pages, requests
from core.kyc.declared import Declared
from core.kyc_review import raising
from core.store.engine import open_engine
from core.store.files import Files
from core.store.unit import open_unit
from tests.browser.looks import LOOKS
from tests.browser.test_desk_pages import is_wide
from tests.support.keys import KEYS

QUEUE = "/desk/compliance/kyc"


@pytest.fixture(scope="module")
def begun(stack, bank_url):
    """The demo's pictures on the disk, and a request that waits for its pictures."""
    engine = open_engine(bank_url, name="wekeza-tests")
    with open_unit(
        engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid4, correlation=str(uuid4())
    ) as unit:
        identities.draw(unit, Files(stack.home, pages.FOLDER, KEYS), DEMO_PICTURE.read_bytes())
        amina = unit.value("select id from customers order by created_at, id limit 1")
        given = Declared(kind="passport", country="KE", name="Amina Otieno", number="AK0123456")
        asked = requests.ask(
            unit, customer=amina, tier=2, given=given, channel="ussd", by=Customer(amina)
        )
        row = unit.one(
            "select user_id, request_id from kyc_documents where status = 'approved'"
            " and type = 'national_id' order by created_at, doc_id limit 1"
        )
        approvals.register(KINDS)
        facts = {"tier": "3", "request": str(row.request_id)}
        tier = approvals.request(
            unit, SYSTEM, raising.KIND, facts=facts, customer=row.user_id, reason="both fit"
        )
    engine.dispose()
    return SimpleNamespace(id=asked.id, spelt=asked.spelt, tier=tier.id)


def unfold(page):
    expect(page.locator("#live[data-opened]")).to_be_attached()
    for folded in page.locator("main details").all():
        folded.evaluate("it => it.open = true")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page_of_identities_is_clean(colleagues, axe, picture, begun, scheme, width):
    page = colleagues.page("compliance", QUEUE)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.locator("tr[data-row] a", has_text="National ID").first.click()
    expect(page.locator("h1")).to_have_text("National ID")
    if page.get_by_role("button", name="Take it").count():
        page.get_by_role("button", name="Take it").click()
        expect(page.locator(".said.good")).to_be_visible()
    document = page.url.split("?")[0]
    for name, path in {
        "queue": QUEUE,
        "decided": f"{QUEUE}?view=decided",
        "document": document,
        "upload": "/desk/kyc",
        "request": f"/desk/kyc/{begun.id}",
    }.items():
        page.goto(path)
        unfold(page)
        if name == "document":
            expect(page.locator(".shots img")).to_have_count(2)
            for shot in page.locator(".shots img").all():
                expect(shot).to_have_js_property("complete", True)
                assert shot.evaluate("it => it.naturalWidth") > 0
        picture(page, f"identities-{name}-{scheme}-{width}")
        assert axe(page) == [], name
        assert not is_wide(page), name
    page.goto(f"/desk/kyc/tier/{begun.tier}")
    page.locator("#why").fill("To decide about it")
    page.get_by_role("button", name="Show the documents").click()
    expect(page.locator(".shots img")).to_have_count(3)
    unfold(page)
    picture(page, f"identities-tier-{scheme}-{width}")
    assert axe(page) == []
    assert not is_wide(page)


def test_a_document_is_worked_by_keyboard_and_seen_live(colleagues, begun):
    acting = colleagues.page("compliance", QUEUE)
    acting.keyboard.press("j")
    expect(acting.locator("tr.at a")).to_be_focused()
    watching = colleagues.page("compliance", f"{QUEUE}?view=waiting")
    before = watching.locator("tr[data-row]").count()
    acting.locator("tr[data-row] a", has_text="Face").first.click()
    expect(acting.locator("h1")).to_have_text("Face")
    if acting.get_by_role("button", name="Take it").count():
        acting.keyboard.press("m")
        expect(acting.locator(".said")).to_contain_text("yours to look at")
    acting.keyboard.press("e")
    approve = acting.get_by_role("button", name="Approve")
    expect(approve).to_be_focused()
    acting.locator("#approve-reason").fill("It is her")
    approve.click()
    expect(acting.locator(".said")).to_contain_text("Approved")
    expect(watching.locator("tr[data-row]")).to_have_count(before - 1)


def test_an_agent_takes_in_a_picture(colleagues, begun):
    page = colleagues.page("agent", "/desk/kyc")
    page.get_by_role("textbox", name="Code").fill(begun.spelt)
    page.get_by_role("button", name="Find").click()
    expect(page.locator("h1")).to_have_text(begun.spelt)
    page.locator("#file-1").set_input_files(str(DEMO_PICTURE))
    page.get_by_role("button", name="Take it in").first.click()
    expect(page.locator(".said")).to_contain_text("Taken in")
    expect(page.get_by_text("Passport, page with the portrait")).to_have_count(0)
