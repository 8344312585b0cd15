"""The desk of screening: clean in every look, and narrow on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import LOOKS
from tests.browser.test_desk_pages import is_wide

HITS = "/desk/compliance/hits"


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page_of_screening_is_clean(colleagues, axe, picture, scheme, width):
    page = colleagues.page("compliance", HITS)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for name, path in {
        "hits": HITS,
        "hit": HITS,
        "lists": "/desk/compliance/lists",
        "version": "/desk/compliance/lists",
    }.items():
        page.goto(path)
        if name in {"hit", "version"}:
            page.locator("tr[data-row] a").first.click()
        expect(page.locator("#live[data-opened]")).to_be_attached()
        for folded in page.locator("main details").all():
            folded.evaluate("it => it.open = true")
        picture(page, f"screening-{name}-{scheme}-{width}")
        assert axe(page) == [], name
        assert not is_wide(page), name
