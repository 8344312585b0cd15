"""The desk of compliance: clean in every look, live, and worked by two people."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect

from core.access import approvals, staff
from core.access.actors import SYSTEM, Actor
from core.aml import alert_list, casework, conclusions, filing, notes
from core.aml.alert_list import Asked
from core.aml.alerts import raise_alert
from core.approvals.catalog import KINDS
from core.store.engine import open_engine
from core.store.unit import open_unit
from tests.browser.colleagues import give_code
from tests.browser.looks import LOOKS
from tests.browser.test_desk_pages import is_wide
from tests.support.desk import acting
from tests.support.keys import KEYS

HOME = "/desk/compliance"


@pytest.fixture(scope="module")
def opened(stack, bank_url):
    """Open units on the bank of the running house."""
    engine = open_engine(bank_url, name="wekeza-tests")

    def unit():
        return open_unit(
            engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid4, correlation=str(uuid4())
        )

    yield unit
    engine.dispose()


def suspect(opened, key: str) -> str:
    """Raise an alert about a customer's payments; return where it is."""
    with opened() as unit:
        rows = unit.all(
            "select id, from_customer from transfers where from_customer ="
            " (select from_customer from transfers group by 1 order by count(*) desc, 1 limit 1)"
            " order by created_at limit 6"
        )
        raise_alert(
            unit, type="fan_out", severity="high", customer=rows[0].from_customer,
            transactions=[row.id for row in rows], facts={"recipients": "6"},
            source=f"typology fan_out {key}", key=key, why={rows[0].id: "to somebody new"},
        )  # fmt: skip
        [one] = [one for one in alert_list.page(unit, SYSTEM) if one.source.endswith(key)]
    return f"{HOME}/alerts/{one.id}"


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page_of_compliance_is_clean(colleagues, axe, picture, opened, scheme, width):
    alert = suspect(opened, f"{scheme} {width}")
    page = colleagues.page("compliance", alert)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.locator("svg.network")).to_be_visible()
    expect(page.locator("svg.times")).to_be_visible()
    look(page, axe, picture, f"alert-{scheme}-{width}")
    if page.get_by_role("button", name="Look into it").count():
        page.get_by_role("button", name="Look into it").click()
    else:
        page.locator("#state a.mono").first.click()
    expect(page.locator("h1")).to_contain_text("INV-")
    look(page, axe, picture, f"investigation-{scheme}-{width}")
    month = f"{datetime.now(UTC).replace(day=1) - timedelta(days=1):%Y-%m}"
    page.goto(f"{HOME}/reports")
    page.locator("#make-type").select_option("summary")
    page.locator("#period").fill(month)
    page.get_by_role("button", name="Prepare").click()
    expect(page.locator("#what")).to_contain_text("the same to the byte")
    look(page, axe, picture, f"report-{scheme}-{width}")
    for name in ("alerts?view=all", "investigations?view=all", "reports"):
        page.goto(f"{HOME}/{name}")
        look(page, axe, picture, f"{name.split('?')[0]}-{scheme}-{width}")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_a_held_payment_and_a_case_that_was_filed_are_clean(
    colleagues, axe, picture, opened, scheme, width
):
    page = colleagues.page("compliance", f"{HOME}/reviews")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.locator("tr[data-row] a").first.click()
    expect(page.get_by_role("button", name="Release it now")).to_be_visible()
    expect(page.locator("#known-title")).to_be_visible()
    look(page, axe, picture, f"held-{scheme}-{width}")
    case = looked_into(opened, f"filed {scheme} {width}")
    page.goto(f"{HOME}/investigations/{case}")
    page.locator("#file").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 letter"}
    )
    page.get_by_role("button", name="Keep the file").click()
    expect(page.get_by_role("link", name="letter.pdf")).to_be_visible()
    look(page, axe, picture, f"evidence-{scheme}-{width}")
    filed(opened, case)
    page.goto(f"{HOME}/investigations/{case}")
    expect(page.locator("#stand")).to_contain_text("FRC-2026-17")
    look(page, axe, picture, f"filed-{scheme}-{width}")


def test_times_are_the_readers_own(colleagues, opened):
    """Deadlines, and the ends of the picture, are told in the zone of whoever reads them."""
    alert = suspect(opened, "zones")
    told = []
    for zone in ("Africa/Nairobi", "America/New_York"):
        page = colleagues.page("compliance", alert, timezone_id=zone)
        expect(page.locator("svg.network")).to_be_visible()
        told.append(page.locator("#state time, .times-ends time").all_inner_texts())
    here, there = told
    assert len(here) == len(there) >= 4
    assert not [one for one, other in zip(here, there, strict=True) if one == other]


def looked_into(opened, key: str) -> UUID:
    """Raise an alert about a customer nobody looks into yet, and look into it; return the case."""
    with opened() as unit:
        halima = member(unit, "compliance")
        customer = unit.value(
            "select id from customers where id <> all (%(known)s) order by id limit 1",
            known=[one.customer for one in alert_list.page(unit, SYSTEM, Asked(view="all"))],
        )
        raise_alert(
            unit, type="structuring", severity="critical", customer=customer, transactions=[],
            facts={"in 24 hours": "KES 1,960,000.00"}, source=f"typology structuring {key}",
            key=key,
        )  # fmt: skip
        [one] = [one for one in alert_list.page(unit, SYSTEM) if one.source.endswith(key)]
        case = casework.take(unit, halima, one.id)
        notes.write(unit, halima, case, "Ten of one kind, each just below the line.")
        casework.suspect(unit, halima, case)
    return case


def filed(opened, case: UUID) -> None:
    """Have two people conclude that a case is reported, and the report filed."""
    approvals.register(KINDS)
    with opened() as unit:
        halima, deputy = member(unit, "compliance"), member(unit, "deputy")
        asked = conclusions.request(unit, halima, case, "reported", reason="clear enough")
        assert approvals.approve(unit, deputy, asked.id).status == "approved"
        filing.filed(unit, deputy, case, number="FRC-2026-17", at=unit.now)


def member(unit, mailbox: str) -> Actor:
    """Return one of the demo's compliance as they act now."""
    found = staff.by_email(unit, f"{mailbox}@wekeza.test")
    return acting(unit, found.id, found.role)


def look(page, axe, picture, name: str) -> None:
    expect(page.locator("#live[data-opened]")).to_be_attached()
    for folded in page.locator("main details").all():
        folded.evaluate("it => it.open = true")
    picture(page, f"compliance-{name}")
    assert axe(page) == [], name
    assert not is_wide(page), name


def test_one_looks_into_it_another_decides_and_the_page_is_live(colleagues, opened):
    alert = suspect(opened, "live")
    watching = colleagues.page("deputy", f"{HOME}/alerts?view=all")
    page = colleagues.page("compliance", alert)
    if page.get_by_role("button", name="Look into it").count():
        page.get_by_role("button", name="Look into it").click()
    else:
        page.locator("#state a.mono").first.click()
    row = watching.locator("tr[data-row]", has=watching.locator(f'a[href="{alert}"]'))
    expect(row).to_contain_text("Looked into")
    page.locator("#words").fill("All of one evening, to people never paid before.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#stand")).to_contain_text("Looked into")
    case = page.url.split("?")[0]
    page.get_by_text(re.compile("^ ?Monitored:")).click()
    page.locator("#why").fill("It may be a chama; look again if it goes on.")
    page.get_by_role("button", name="Ask that it ends").click()
    expect(page.get_by_text("A colleague must decide")).to_be_visible()
    approval = page.url.split("?")[0]
    deputy = colleagues.page("deputy", case)
    expect(deputy.locator("#stand")).to_contain_text("asks that it ends")
    deputy.goto(approval)
    deputy.locator("#decision").fill("agreed")
    if deputy.locator("#code").count():
        give_code(deputy, "Approve")
    else:
        deputy.get_by_role("button", name="Approve").click()
    expect(deputy.locator(".said.good").first).to_contain_text("Approved")
    page.goto(case)
    expect(page.locator("#stand")).to_contain_text("Monitored until")
    expect(row).to_contain_text("Monitored")
