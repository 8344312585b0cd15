"""What is sent through Twilio in tests, and what it answers."""

from collections.abc import Callable
from typing import Any

import pytest

from channels.message import Notice, Option, Outgoing, Reply, SendFailed

SID = "AC" + "0b" * 16
TOKEN = "c0ffee00c0ffee00c0ffee00c0ffee00"
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
CALLBACK = "https://bank.example/webhooks/twilio/status"
YES_NO = (Option("yes", "Yes"), Option("no", "No"))
NOTICE = Notice("money_received", "sw", "Umepokea {{1}} kutoka {{2}}.", ("KES 500.00", "Amina"))


class Book:
    """The kept ids, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def find(self, key: str) -> str | None:
        return self.kept.get(key)

    def keep(self, key: str, sid: str) -> None:
        self.kept[key] = sid


def taken(number: int = 1) -> dict[str, Any]:
    return {"sid": f"SM{number:032x}", "status": "queued", "num_segments": "1", "error_code": None}


def refused(code: int, status: int = 400) -> dict[str, Any]:
    return {"code": code, "message": "about +254712000001", "more_info": "x", "status": status}


def to(reply: Reply, **rest: Any) -> Outgoing:
    return Outgoing("m1", "+254712000001", reply, **rest)


def caught(send: Callable[[], object]) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        send()
    return failed.value
