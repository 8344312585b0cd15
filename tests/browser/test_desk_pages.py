"""The desk's pages: clean to look at, to read aloud, on a phone and by night."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import LOOKS

PAGES = {
    "agent": ["/desk", "/desk/cases?tab=unassigned", "/desk/customers", "/desk/security"],
    "supervisor": ["/desk", "/desk/approvals", "/desk/approvals?tab=all"],
    "compliance": [
        "/desk",
        "/desk/audit?area=case",
        "/desk/compliance/reviews?view=all",
        "/desk/compliance/rules",
        "/desk/compliance/rules/1?days=30",
    ],
    "admin": ["/desk", "/desk/staff", "/desk/audit"],
    "auditor": ["/desk", "/desk/cases?tab=all"],
    "operations": ["/desk", "/desk/approvals?tab=decided", "/desk/tariffs?country=KE"],
}
DOOR = [
    "/desk/sign-in",
    "/desk/forgot",
    "/desk/join#a-secret",
    "/desk/reset",
    "/desk/second-factor",
]


def is_wide(page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("role", PAGES)
def test_every_page_is_clean(colleagues, axe, picture, role, scheme, width):
    page = colleagues.page(role)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES[role]:
        page.goto(path)
        expect(page.locator("#live[data-opened]")).to_be_attached()
        name = path.strip("/").replace("/", "-").replace("?", "-")
        picture(page, f"{role}-{name}-{scheme}-{width}")
        assert axe(page) == [], path
        assert not is_wide(page), path


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_case_and_customer_are_clean(colleagues, axe, picture, scheme, width):
    page = colleagues.page("supervisor", "/desk/cases?tab=open", color_scheme=scheme)
    page.locator("[data-row] a").first.click()
    addresses = [page.url]
    page.locator("#side a", has_text="Open").click()
    addresses.append(page.url)
    page.set_viewport_size({"width": width, "height": 900})
    for address in addresses:
        page.goto(address)
        expect(page.locator("#live[data-opened]")).to_be_attached()
        for folded in page.locator("main details").all():
            folded.evaluate("it => it.open = true")
        picture(page, f"{address.split('/')[-2]}-{scheme}-{width}")
        assert axe(page) == []
        assert not is_wide(page)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_door_is_clean(colleagues, axe, picture, scheme, width):
    for path in DOOR:
        page = colleagues.stranger(
            path, color_scheme=scheme, viewport={"width": width, "height": 844}
        )
        picture(page, f"door-{path.split('/')[-1].split('#')[0]}-{scheme}-{width}")
        assert axe(page) == [], path
        assert not is_wide(page), path


def test_a_page_that_is_not_there_is_a_page(colleagues, axe):
    page = colleagues.page("agent")
    for path, words in (("/desk/nothing", "Not here"), ("/desk/staff", "role does not allow")):
        page.goto(path)
        expect(page.locator("main")).to_contain_text(words)
        assert axe(page) == []


def test_axe_would_find_something(colleagues, axe):
    page = colleagues.page("agent")
    page.locator(".me button").evaluate(
        "it => { it.removeAttribute('aria-label'); it.removeAttribute('title'); }"
    )
    assert "button-name" in [found[0] for found in axe(page)]
