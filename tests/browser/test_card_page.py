"""The page that shows a card's number: clean to look at, to read aloud, on a phone and by night."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, expect

from core.cards import cards, reveal, vault
from core.crm import customers
from core.store.engine import open_engine
from core.store.unit import open_unit
from tests.browser.looks import LOOKS
from tests.support import unsealed
from tests.support.keys import KEYS
from tests.support.town import AMINA, BRIAN

WHOSE = {"light": AMINA, "dark": BRIAN}
"""Numbers are shown only so often: each scheme looks at the card of another."""


@pytest.fixture
def amina(stack, bank_url) -> UUID:
    """The id of a customer who has two cards."""
    engine = open_engine(bank_url, name="wekeza-tests")
    with open_unit(
        engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid4, correlation=str(uuid4())
    ) as unit:
        found = customers.find_by_phone(unit, AMINA)
    engine.dispose()
    return found


@pytest.fixture
def link(stack, bank_url) -> Callable[[str], tuple[str, str]]:
    """Send somebody a link to their virtual card; return its path, and the number in fours."""

    def send(phone: str) -> tuple[str, str]:
        engine = open_engine(bank_url, name="wekeza-tests")
        with open_unit(
            engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid4, correlation=str(uuid4())
        ) as unit:
            who = customers.find_by_phone(unit, phone)
            (card,) = [one for one in cards.own_cards(unit, who) if one.type == "virtual"]
            reveal.send_link(unit, customer=who, card=card.id, channel="sms", address=phone)
            facts = unsealed.outbox(unit)[-1].payload["facts"]
            pan = vault.open_pan(unit, card.id)
        engine.dispose()
        token = reveal.token_of(KEYS, UUID(facts["reveal_id"]))
        return f"/reveal/{token}", " ".join(pan[at : at + 4] for at in range(0, 16, 4))

    return send


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_a_number_is_shown_once(page: Page, base_url, axe, picture, link, scheme, width) -> None:
    path, number = link(WHOSE[scheme])
    outside: list[str] = []
    page.on("request", lambda one: outside.append(one.url))
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{base_url}{path}")
    assert number not in page.content()
    clean(page, axe, picture, f"card-ask-{scheme}-{width}", width)
    page.get_by_role("button").click()
    expect(page.locator(".face")).to_contain_text(number)
    clean(page, axe, picture, f"card-shown-{scheme}-{width}", width)
    page.goto(f"{base_url}{path}")
    assert number not in page.content()
    clean(page, axe, picture, f"card-over-{scheme}-{width}", width)
    assert {urlsplit(url).netloc for url in outside} == {urlsplit(base_url).netloc}


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_cards_at_the_desk_are_clean(colleagues, axe, picture, amina, scheme, width) -> None:
    page = colleagues.page("supervisor", f"/desk/customers/{amina}", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/desk/customers/{amina}")
    expect(page.locator("#live[data-opened]")).to_be_attached()
    for folded in page.locator("main details").all():
        folded.evaluate("it => it.open = true")
    expect(page.locator(".one-card")).to_have_count(2)
    clean(page, axe, picture, f"customer-cards-{scheme}-{width}", width)


def clean(page: Page, axe, picture, name: str, width: int) -> None:
    picture(page, name)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
