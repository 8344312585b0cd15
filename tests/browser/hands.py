"""A person's hands on the phones of the page."""

import re

from playwright.sync_api import Locator, Page, expect

from flows.words import Words

CODE = "*384*100#"


class Hand:
    """Holds one phone of the page."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.key = "p" + address.lstrip("+")
        self.phone = page.locator(f"#{self.key}")

    def open(self, channel: str) -> Locator:
        """Turn to a channel and return what it shows."""
        self.phone.locator(f"#{self.key}-tab-{channel}").click()
        return self.phone.locator(f"#{self.key}-pane-{channel}")

    # The keypad phone.

    def dial(self) -> str:
        """Press Call on a phone at rest and return the first screen."""
        pane = self.open("ussd")
        expect(pane.locator(".typed")).to_have_value(CODE)
        return self._green(1)

    def press(self, keys: str) -> str:
        """Type an answer, press Send, and return the next screen."""
        hops = int(self.words.get_attribute("data-hops") or 0)
        self.phone.locator(".typed").fill(keys)
        return self._green(hops + 1)

    def _green(self, hops: int) -> str:
        self.phone.locator(".call").click()
        expect(self.phone.locator(f".words[data-hops='{hops}']")).to_be_visible()
        expect(self.phone.locator(".dots")).to_have_count(0)
        return self.screen

    @property
    def words(self) -> Locator:
        return self.phone.locator(".lcd .words")

    @property
    def screen(self) -> str:
        return self.words.inner_text()

    def hang_up(self) -> None:
        """Put the handset down."""
        self.phone.locator(".hang").click()
        expect(self.phone.locator(".words[data-open='0']")).to_be_visible()

    def speak(self, language: str) -> None:
        """Choose a language on the keypad phone, as anybody does."""
        self.dial()
        self.press("lugha")  # a story's words are known in every language
        self.press({"en": "1", "sw": "2", "fr": "3"}[language])
        if self.words.get_attribute("data-open") == "1":
            self.hang_up()

    # WhatsApp and SMS.

    def write(self, channel: str, text: str) -> str:
        """Write to the bank and return its next message."""
        pane = self.open(channel)
        count = self._heard(channel).count()
        pane.locator("[name=text]").fill(text)
        pane.locator(".go").click()
        return self._next(channel, count)

    def tap(self, label: str) -> str:
        """Tap a button or a list row under the bank's last message; return its next message."""
        last = self._heard("whatsapp").last
        count = self._heard("whatsapp").count()
        if last.locator("summary").count():
            last.locator("summary").click()
        last.get_by_role("button", name=re.compile(f"^{re.escape(label)}")).click()
        return self._next("whatsapp", count)

    def photo(self) -> str:
        """Send a picture over WhatsApp and return the bank's next message."""
        count = self._heard("whatsapp").count()
        self.open("whatsapp").get_by_role("button", name="Photo").click()
        return self._next("whatsapp", count)

    def last(self, channel: str) -> Locator:
        """Return the bank's last message."""
        return self._heard(channel).last

    def _heard(self, channel: str) -> Locator:
        return self.phone.locator(f"#{self.key}-{channel} .bubble.theirs")

    def _next(self, channel: str, count: int) -> str:
        expect(self._heard(channel)).to_have_count(count + 1)
        return self._heard(channel).last.locator("p").inner_text()


def says(language: str, channel: str, page: str, block: str, **facts: object) -> str:
    """Return the bank's words as a phone shows them: WhatsApp's stars are bold there."""
    words = Words(language, channel).say(page, block, facts)
    return words.replace("*", "") if channel == "whatsapp" else words


def label(language: str, channel: str, page: str, block: str) -> str:
    """Return the words of a button or a row."""
    return Words(language, channel).say(page, block)
