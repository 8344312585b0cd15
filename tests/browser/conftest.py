"""A browser, and the whole bank as it runs: web, worker and twin as processes of their own."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, expect
from sqlalchemy import create_engine, make_url, text

from core.demo import bank
from tests.browser.colleagues import Colleagues
from tests.support.keys import KEYS
from tests.support.servers import Servers
from tests.support.stack import SCHEDULER, TWIN, WEB, WORKER, Stack, run_stack

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
expect.set_options(timeout=30_000)  # a busy machine is no fault


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing: apt-get install chromium, or set CHROMIUM")
        pytest.skip("no chromium: apt-get install chromium, or set CHROMIUM")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGS, "headless": True}


@pytest.fixture(scope="session")
def bank_url(servers: Servers, worker_name: str, pepper: bytes) -> Iterator[str]:
    """A demo bank of today, for the browser tests of this process."""
    name = f"browser_{worker_name}"
    servers.create(name)
    with servers.app(name) as engine:
        bank.load(engine, keys=KEYS, now=datetime.now(UTC), pepper=pepper)
    yield servers.app_url(name)
    servers.drop(name)


@pytest.fixture(scope="session")
def stack(
    servers: Servers, bank_url: str, worker_name: str, pepper: bytes, tmp_path_factory
) -> Iterator[Stack]:
    """The whole house."""
    servers.redis.start()
    number = int(worker_name.removeprefix("gw")) if worker_name.startswith("gw") else 0
    with run_stack(
        [WEB, WORKER, SCHEDULER, TWIN],
        home=tmp_path_factory.mktemp("stack"),
        database_url=bank_url,
        redis_url=servers.redis.url.replace("db=0", f"db={15 - number % 8}"),
        pepper=pepper,
        DATABASE_ADMIN_URL=servers.admin_url(make_url(bank_url).database),
    ) as running:
        yield running


@pytest.fixture(scope="session")
def base_url(stack: Stack) -> str:
    return stack.url


@pytest.fixture
def desk(stack: Stack, page: Page) -> Iterator[Page]:
    """The simulator's page, live, with nothing on the phones. It must stay clean to the end."""
    with httpx.Client(base_url=stack.twin) as twin:
        twin.post("/twin/reset", json={})
        twin.post("/twin/pace", json={"sent": 0.02, "delivered": 0.1, "read": 0.3})
    said: list[str] = []
    outside: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    def look(request: Request) -> None:
        if urlsplit(request.url).hostname != "127.0.0.1" and not request.url.startswith("data:"):
            outside.append(request.url)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", look)
    page.set_default_timeout(60_000)
    yield page
    assert said == []
    assert outside == []


@pytest.fixture
def axe() -> Callable[[Page], list]:
    """Ask axe what is wrong with a page. Evaluated, not injected: the page's policy is strict."""

    def run(page: Page) -> list:
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        return [
            (v["id"], v["impact"], [n["html"][:160] for n in v["nodes"]])
            for v in found["violations"]
        ]

    return run


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keep a picture of the page, for people to look at, when ``PICTURES`` names a folder."""
    folder = os.environ.get("PICTURES")

    def take(page: Page, name: str) -> None:
        if folder is None:
            return
        Path(folder).mkdir(exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True, animations="disabled")

    return take


@pytest.fixture(scope="session")
def _colleagues(browser, stack: Stack) -> Colleagues:
    return Colleagues(browser, stack.url)


@pytest.fixture
def colleagues(_colleagues: Colleagues) -> Iterator[Colleagues]:
    """The demo's staff at the desk. Their pages must stay clean to the end."""
    yield _colleagues
    _colleagues.close()


@pytest.fixture
def engine(bank_url):
    """The bank's database, past everything the pages show."""
    engine = create_engine(make_url(bank_url).set(drivername="postgresql+psycopg"))
    yield engine
    engine.dispose()


@pytest.fixture
def minor(engine):
    """Look into the ledger: what the entries of somebody's home wallet add up to."""

    def look(phone: str) -> int:
        with engine.connect() as connection:
            return connection.execute(
                text(
                    "select coalesce(sum(e.amount), 0) from customers c"
                    " join ledger_entries e on e.account_id = c.default_wallet"
                    " where c.phone_index = :phone"
                ),
                {"phone": KEYS.token(phone, kind="address")},
            ).scalar_one()

    return look
