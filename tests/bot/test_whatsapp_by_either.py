"""The bank as it runs, with both providers of WhatsApp: each answers on its own number."""

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from tests.support.stack import SCHEDULER, TWIN, WEB, WORKER, Stack, run_stack

AMINA, BRIAN = "+254712000001", "+254712000002"
PATIENCE = 60.0


@pytest.fixture
def stack(tmp_path, bank_database: str, servers, redis_url: str, pepper: bytes) -> Iterator[Stack]:
    """The whole bank, which speaks first by Meta."""
    with run_stack(
        [WEB, WORKER, SCHEDULER, TWIN], home=tmp_path, database_url=servers.app_url(bank_database),
        redis_url=redis_url, pepper=pepper, WHATSAPP_PROVIDER="meta",
    ) as running:  # fmt: skip
        yield running


def phone(stack: Stack, address: str) -> dict[str, Any]:
    return httpx.get(f"{stack.twin}/twin/phones/{address}", timeout=30).json()


def act(stack: Stack, address: str, act: str, **order: Any) -> None:
    url = f"{stack.twin}/twin/phones/{address}/{act}"
    assert httpx.post(url, json={**order, "wait": True}, timeout=30).status_code == 202


def until(stack: Stack, address: str, count: int, status: str = "queued") -> list[dict[str, Any]]:
    """Wait until so many messages of the bank's are on a phone, with this status or beyond."""
    end, rungs = monotonic() + PATIENCE, ("queued", "sent", "delivered", "read")
    while monotonic() < end:
        thread = phone(stack, address)["threads"]["whatsapp"]
        said = [one for one in thread if not one["mine"]]
        if len(said) >= count and rungs.index(said[-1]["status"]) >= rungs.index(status):
            return said
        sleep(0.1)
    raise AssertionError(f"{phone(stack, address)}\n{stack.logged()[-4000:]}")


def test_both_providers_carry_the_same_bank(stack: Stack) -> None:
    act(stack, BRIAN, "carrier", provider="twilio")
    for address in (AMINA, BRIAN):
        act(stack, address, "say", channel="whatsapp", text="MENU")
    menus = [until(stack, address, 1, "read")[0] for address in (AMINA, BRIAN)]
    assert [menu["id"][:2] for menu in menus] == ["wa", "SM"]
    assert [choice["title"] for choice in menus[0]["choices"]] == [
        choice["title"] for choice in menus[1]["choices"]
    ]
    for address, menu in zip((AMINA, BRIAN), menus, strict=True):
        act(stack, address, "tap", message=menu["id"], payload=menu["choices"][1]["payload"])
        assert "KES" in until(stack, address, 2)[1]["text"]
        shown = phone(stack, address)
        mine = [one for one in shown["threads"]["whatsapp"] if one["mine"]]
        assert shown["typing"] == 2 and {one["status"] for one in mine} == {"read"}
