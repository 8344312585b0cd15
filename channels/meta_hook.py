"""How Meta's calls come in: its handshake, its signature, and batches of what happened."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from channels import meta_said
from channels.message import (
    Answer,
    Channel,
    Heard,
    Hook,
    Inbound,
    Moved,
    OptOut,
    Receipt,
    Reply,
    Status,
)
from channels.meta_api import Fault
from channels.whatsapp import scoped
from channels.wire import clean, phone, same

PROVIDER = "meta"
LARGEST_CALL = 3 * 1024 * 1024
"""Bytes: what Meta may put into one call."""
LONGEST_CHALLENGE = 256
_SIGNED = "sha256="
_MILLISECONDS = 10**11
"""A time beyond this many is told in thousandths of a second, as Meta does now and then."""
_SILENT = frozenset({"reaction", "revoke", "edit", "call_permission_reply"})
"""Kinds that say nothing which calls for an answer."""

LADDER = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "played": Status.READ,  # of a voice message
    "failed": Status.FAILED,
}


class MetaDoor:
    """The door of every number of one app: checks who calls, and reads the batch it brings."""

    provider = PROVIDER
    channel: Channel = "whatsapp"

    def __init__(
        self, *, app_secret: str, verify_token: str, numbers: Sequence[str], api: str
    ) -> None:
        self._secret, self._token = app_secret.encode(), verify_token
        self._numbers = frozenset(numbers)
        self._api = api

    def greet(self, hook: Hook) -> Answer | None:
        """Return what Meta wants to hear when the address is entered; None for anybody else.

        The challenge is the caller's own, so it goes back as plain text and never as a page.
        """
        asked = (hook.get("hub.mode"), hook.get("hub.challenge"))
        if asked[0] != "subscribe" or not same(hook.get("hub.verify_token"), self._token):
            return None
        return Answer(clean(asked[1], LONGEST_CHALLENGE))

    def is_genuine(self, hook: Hook) -> bool:
        """Return whether Meta signed these very bytes with our app's secret. Never raises."""
        given = hook.headers.get("x-hub-signature-256", "")
        if not self._secret or not given.startswith(_SIGNED) or len(hook.body) > LARGEST_CALL:
            return False
        right = hmac.new(self._secret, hook.body, hashlib.sha256).hexdigest()
        return same(given, _SIGNED + right)

    def read(self, hook: Hook) -> list[Heard]:
        """Return everything a call brings for our numbers, in its order; never raises."""
        return [heard for value in self._values(hook.json()) for heard in self._heard(value)]

    def answer(self, reply: Reply | None, page: int = 0) -> Answer:  # noqa: ARG002
        """Return the empty acknowledgement: what we say goes out by itself, with receipts."""
        return Answer("")

    def _values(self, said: object) -> Iterator[dict[str, Any]]:
        if not isinstance(said, dict) or said.get("object") != "whatsapp_business_account":
            return
        for entry in _dicts(said.get("entry")):
            for change in _dicts(entry.get("changes")):
                value = _dict(change.get("value"))
                if _text(_dict(value.get("metadata")).get("phone_number_id")) in self._numbers:
                    yield value

    def _heard(self, value: dict[str, Any]) -> Iterator[Heard]:
        to = _text(_dict(value.get("metadata")).get("phone_number_id"))
        contacts = _dicts(value.get("contacts"))
        for message in _dicts(value.get("messages")):
            yield from self._message(message, contacts, to)
        for status in _dicts(value.get("statuses")):
            yield from _receipt(status)
        for wish in _dicts(value.get("user_preferences")):
            address = phone(_text(wish.get("wa_id"))) or scoped(_text(wish.get("user_id")))
            if wish.get("value") == "stop" and address:
                yield OptOut(PROVIDER, "whatsapp", address)

    def _message(
        self, message: dict[str, Any], contacts: Sequence[dict[str, Any]], to: str
    ) -> Iterator[Heard]:
        ident, kind = _text(message.get("id")), _text(message.get("type"))
        contact = _whose(message, contacts)
        user_id = scoped(_text(message.get("from_user_id")) or _text(contact.get("user_id")))
        address = phone(_text(message.get("from"))) or scoped(_text(message.get("from")))
        address = address or phone(_text(contact.get("wa_id"))) or user_id
        if not ident or not address or message.get("group_id"):
            return
        if kind == "system":
            if _dict(message.get("system")).get("type") == "user_changed_number":
                yield Moved(PROVIDER, "whatsapp", ident, address)
            return
        if kind in _SILENT or _dict(message.get("interactive")).get("type") in _SILENT:
            return
        said = meta_said.said(kind, message, api=self._api)
        yield Inbound(
            channel="whatsapp",
            provider=PROVIDER,
            id=ident,
            address=address,
            to=to,
            text=said.text,
            choice=said.choice,
            media=said.media,
            profile_name=clean(_text(_dict(contact.get("profile")).get("name")), 128),
            sent_at=_when(message.get("timestamp")),
            user_id=user_id,
            reply_to=clean(_text(_dict(message.get("context")).get("id")), 256),
        )


def _whose(message: dict[str, Any], contacts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the contact that a message of a batch is from."""
    sender, user = message.get("from"), message.get("from_user_id")
    for contact in contacts:
        if (sender and contact.get("wa_id") == sender) or (user and contact.get("user_id") == user):
            return contact
    return contacts[0] if len(contacts) == 1 else {}


def _receipt(status: dict[str, Any]) -> Iterator[Receipt]:
    ident, rung = _text(status.get("id")), LADDER.get(_text(status.get("status")).lower())
    if not ident or rung is None:
        return
    ours = clean(_text(status.get("biz_opaque_callback_data")), 64)
    if rung is not Status.FAILED:
        yield Receipt(PROVIDER, ident, rung, ours=ours)
        return
    errors = _dicts(status.get("errors"))
    fault = Fault.of(errors[0] if errors else None)
    yield Receipt(PROVIDER, ident, rung, clean(fault.code, 32), fault.fate, ours)


def _when(told: object) -> datetime | None:
    text = str(told)
    if not (text.isascii() and text.isdecimal()) or len(text) > 14:
        return None
    count = int(text)
    seconds = count / 1000 if count > _MILLISECONDS else count
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _MILLISECONDS else None


def _dict(told: object) -> dict[str, Any]:
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def _dicts(told: object) -> list[dict[str, Any]]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _text(told: object) -> str:
    """Return a text that a database can keep; nothing of anything that is none."""
    return clean(told, 512) if isinstance(told, str) else ""
