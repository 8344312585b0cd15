"""What Meta puts on the wire when it calls the bank: batches in JSON, signed over their bytes."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.simulator.letter import HUB_SIGNATURE, Letter
from core import phone

ROUTE = "meta/whatsapp"


@dataclass(frozen=True, slots=True)
class MetaAccount:
    """The bank's account at Meta, and where it wants to be called."""

    base_url: str
    app_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    numbers: tuple[str, ...]
    """The ids of its numbers; the first is written to when nobody says which."""
    shown: tuple[str, ...]
    """The numbers themselves, in the same order, where they are known."""
    account: str


class MetaWire:
    """Writes letters as Meta does."""

    def __init__(self, account: MetaAccount) -> None:
        self.account = account

    def message(
        self,
        address: str,
        said: Mapping[str, Any],
        *,
        id: str,  # noqa: A002 - the provider's own word
        at: datetime,
        to: str = "",
    ) -> Letter:
        """Return a message to the bank. ``said`` has its ``type``, and what it says under that."""
        who = _who(address)
        sender = {"from": who["wa_id"]} if "wa_id" in who else {}
        sender["from_user_id"] = who["user_id"]
        one = {**sender, "id": id, "timestamp": str(int(at.timestamp())), **said}
        return self.batch([{"contacts": [who], "messages": [one]}], id=id, to=to)

    def receipt(
        self, address: str, status: str, *, id: str, at: datetime, to: str = "",  # noqa: A002
        code: str = "", ours: str = "",
    ) -> Letter:  # fmt: skip
        """Return the word on a message of the bank's: sent, delivered, read or failed."""
        told: dict[str, Any] = {
            "id": id,
            "status": status,
            "timestamp": str(int(at.timestamp())),
            "recipient_id": address.removeprefix("+"),
        }
        if ours:
            told["biz_opaque_callback_data"] = ours
        if code:
            title = f"Error {code}"
            details = {"details": "The twin was told so"}
            told["errors"] = [
                {"code": int(code), "title": title, "message": title, "error_data": details}
            ]
        return self.batch([{"contacts": [_who(address)], "statuses": [told]}], id=id, to=to)

    def batch(self, values: list[dict[str, Any]], *, id: str, to: str = "") -> Letter:  # noqa: A002
        """Return a call that brings several things at once."""
        number = to or next(iter(self.account.numbers), "")
        shown = dict(zip(self.account.numbers, self.account.shown, strict=False))
        metadata = {
            "display_phone_number": shown.get(number, "").removeprefix("+"),
            "phone_number_id": number,
        }
        changes = [
            {
                "field": "messages",
                "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
            }
            for value in values
        ]
        entry = {"id": self.account.account or "0", "changes": changes}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]})
        return Letter(
            ROUTE,
            id,
            f"{self.account.base_url}/webhooks/{ROUTE}",
            {},
            {
                HUB_SIGNATURE: sign(self.account.app_secret, body.encode()),
                "Content-Type": "application/json",
                "User-Agent": "facebookexternalua",
            },
            body=body,
        )


def _who(address: str) -> dict[str, Any]:
    """Return whom a call is about: by their id at this bank, and their number if they show it."""
    number = address.removeprefix("+")
    if number == address:
        return {"profile": {"name": "Phone"}, "user_id": address}
    user = f"{phone.country_of(address, 'KE')}.1349{number}"
    return {"profile": {"name": "Phone"}, "wa_id": number, "user_id": user}


def sign(app_secret: str, body: bytes) -> str:
    """Return the header that vouches for the bytes of a call."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def text(words: str) -> dict[str, Any]:
    """Return what a message of words says."""
    return {"type": "text", "text": {"body": words}}


def tap(payload: str, title: str, *, row: bool, reply_to: str, sender: str) -> dict[str, Any]:
    """Return what a tap on a button or a row of a list says, and which message it was under."""
    kind = "list_reply" if row else "button_reply"
    return {
        "context": {"from": sender, "id": reply_to},
        "type": "interactive",
        "interactive": {"type": kind, kind: {"id": payload, "title": title}},
    }


def picture(media: str, content_type: str, sha256: str) -> dict[str, Any]:
    """Return what a picture says: where it is asked for, and what it is."""
    return {
        "type": "image",
        "image": {"id": media, "mime_type": content_type, "sha256": sha256},
    }


def hidden(body: str, mask: Callable[[str], str]) -> str:
    """Return a call as it may be shown: whatever was written in it is masked."""
    return json.dumps(_hidden(json.loads(body), mask))


def _hidden(told: Any, mask: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever JSON there is
    if isinstance(told, list):
        return [_hidden(one, mask) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        name: mask(one) if name == "body" and isinstance(one, str) else _hidden(one, mask)
        for name, one in told.items()
    }
