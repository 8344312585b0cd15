"""The page that confirms a receipt: clean to look at, to read aloud, on a phone and by night."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from core.documents import receipt
from core.money import Money
from core.store.engine import open_engine
from core.store.unit import open_unit
from tests.browser.looks import LOOKS
from tests.support.keys import KEYS


@pytest.fixture(scope="module")
def code(stack, bank_url) -> str:
    """The code of a receipt of the demo bank's first payment: other tests undo later ones."""
    engine = open_engine(bank_url, name="wekeza-tests")
    with open_unit(
        engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid4, correlation=str(uuid4())
    ) as unit:
        paid = unit.one("select * from transfers order by created_at limit 1")
        made = receipt.code_of(
            unit,
            reference=paid.reference,
            amount=Money(paid.amount, paid.currency),
            when=unit.value(
                'select "timestamp" from transactions where transaction_id = %(id)s', id=paid.id
            ),
        )
        unit.run(
            "insert into receipt_codes values (%(code)s, %(id)s, %(wallet)s, %(now)s)"
            " on conflict do nothing",
            code=made,
            id=paid.id,
            wallet=paid.from_wallet,
            now=unit.now,
        )
    engine.dispose()
    return made


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("state", ["ask", "valid", "slip", "unknown"])
def test_it_is_clean(page: Page, base_url, axe, picture, code, scheme, width, state) -> None:
    path = {
        "ask": "/verify",
        "valid": f"/verify/{code}",
        "slip": f"/verify/{code[:-1]}",
        "unknown": "/verify/WR00000000003",
    }[state]
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{base_url}{path}")
    picture(page, f"verify-{state}-{scheme}-{width}")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_code_is_typed_and_confirmed(page: Page, base_url, code) -> None:
    page.goto(f"{base_url}/verify")
    page.get_by_label("The code of the receipt").fill(receipt.in_fours(code).lower())
    page.get_by_role("button", name="Check").click()
    expect(page.locator("h1")).to_have_text("This receipt is genuine")
    expect(page.locator("dl")).to_contain_text("*")
