"""The demo's staff at the desk, each in a browser of their own."""

import time
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from core.access.mfa import STEP_SECONDS, code_at
from core.demo.staff import MFA_SECRET, PASSWORD


class Colleagues:
    """Signs staff in, once for all tests that do not say otherwise."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._kept: dict[str, dict] = {}
        self._open: list[tuple[Page, list[str], list[str]]] = []

    def page(self, role: str, path: str = "/desk", *, fresh: bool = False, **how) -> Page:
        """Open a page of the desk as somebody; ``how`` is what a browser context takes."""
        state = None if fresh else self._kept.get(role)
        context = self._browser.new_context(
            base_url=self._url, reduced_motion="reduce", storage_state=state,
            **{"viewport": {"width": 1500, "height": 900}, **how},
        )  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(60_000)
        self._watch(page)
        page.goto(path)
        if "/desk/sign-in" in page.url:
            sign_in(page, role)
            self._kept[role] = context.storage_state()
            page.goto(path)
        expect(page.locator("#live[data-opened]")).to_be_attached()
        return page

    def stranger(self, path: str, **how) -> Page:
        """Open a page of the desk as nobody."""
        page = self._browser.new_context(
            base_url=self._url, reduced_motion="reduce", **how
        ).new_page()
        self._watch(page)
        page.goto(path)
        return page

    def close(self) -> None:
        """Close every page; none may have complained, or asked anybody else for anything."""
        seen, self._open = self._open, []
        for page, _, _ in seen:
            page.context.close()
        for _, said, outside in seen:
            assert said == []
            assert outside == []

    def _watch(self, page: Page) -> None:
        said: list[str] = []
        outside: list[str] = []
        # A refusal is an answer, though browsers log it as an error.
        page.on(
            "console",
            lambda m: (
                said.append(m.text)
                if m.type in {"error", "warning"} and "status of 4" not in m.text
                else None
            ),
        )
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: (
                outside.append(request.url)
                if urlsplit(request.url).hostname != "127.0.0.1"
                and not request.url.startswith("data:")
                else None
            ),
        )
        self._open.append((page, said, outside))


def sign_in(page: Page, role: str) -> None:
    """Sign in at the page that asks for it, with the second factor where there is one."""
    page.get_by_label("E-mail").fill(f"{role}@wekeza.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    if "/desk/second-factor" in page.url:
        give_code(page)


def give_code(page: Page, button: str = "Continue") -> None:
    """Type a code of the authenticator that was not used yet: each counts once."""
    for ahead in (0, 1, 1, 1):
        page.locator("#code").fill(fresh_code(ahead))
        page.get_by_role("button", name=button).click()
        if not page.get_by_role("alert").count():
            return
        page.wait_for_timeout(STEP_SECONDS * 500)
    raise AssertionError("no code was taken")


def fresh_code(ahead: int = 0) -> str:
    """Return what the demo's authenticators show now, or so many half minutes later."""
    return code_at(MFA_SECRET, int(time.time()) + ahead * STEP_SECONDS)
