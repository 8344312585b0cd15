"""How Twilio's calls come in: its signature, and what its form fields mean."""

from collections.abc import Iterator
from typing import Literal, cast
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import RequestValidator

from channels.message import Answer, Channel, Heard, Hook, Inbound, Media, Receipt, Reply, Status
from channels.twilio_api import fate_of
from channels.whatsapp import scoped
from channels.wire import clean, phone, same

PROVIDER = "twilio"
LONGEST_TEXT = 4096  # what WhatsApp lets a person write; an SMS is shorter
MOST_MEDIA = 10

LADDER = {
    "accepted": Status.QUEUED,
    "scheduled": Status.QUEUED,
    "queued": Status.QUEUED,
    "sending": Status.SENDING,
    "sent": Status.SENT,
    "partially_delivered": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}

_ARRIVING = {"", "receiving", "received"}
_OPTS = {"STOP": "stop", "START": "start", "HELP": "help"}
_PREFIX = "whatsapp:"


class _Fields(dict[str, tuple[str, ...]]):
    """The form as the official validator reads repeated fields."""

    def getlist(self, name: str) -> tuple[str, ...]:
        return self[name]


class TwilioDoor:
    """The door of one Twilio number: checks who calls, reads what is said, acknowledges at once."""

    provider = PROVIDER
    channel: Channel = "sms"

    def __init__(self, *, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token) if auth_token else None

    def is_genuine(self, hook: Hook) -> bool:
        """Return whether Twilio signed this call with our token. Never raises on hostile input.

        The signature covers the public address, with or without its port, and every form field,
        known or not. A body that is no form counts only by the hash of its raw bytes that the
        signed address carries; without one nothing vouches for it. One old case stays refused:
        addresses whose query holds a bare ``'``, which the official validator for Python cannot
        check. None of ours does.
        """
        signature = hook.headers.get("x-twilio-signature", "")
        if self._validator is None or not signature:
            return False
        try:
            if "bodySHA256" in parse_qs(urlsplit(hook.url).query):
                return bool(self._validator.validate(hook.url, hook.body.decode(), signature))
            if not _is_form(hook):
                return False
            # Nearly always the address was signed as we wrote it; else the validator tries others.
            fields = _Fields(hook.form)
            as_written = self._validator.compute_signature(hook.url, fields)
            return same(signature, as_written) or bool(
                self._validator.validate(hook.url, fields, signature)
            )
        except ValueError:  # not UTF-8, a surrogate, a port that is no number
            return False

    def read(self, hook: Hook) -> list[Heard]:
        """Return what the call means: a message, a receipt, or nothing."""
        sid = _first(hook, "MessageSid", "SmsSid", "SmsMessageSid")
        status = _first(hook, "MessageStatus", "SmsStatus").lower()
        if not sid:
            return []
        if status in _ARRIVING:
            return list(self._inbound(hook, sid))
        return list(_receipt(hook, sid, status))

    def answer(self, reply: Reply | None, page: int = 0) -> Answer:  # noqa: ARG002
        """Return the empty acknowledgement: what we say goes out by itself, with receipts."""
        return Answer("<Response/>", "text/xml")

    def _inbound(self, hook: Hook, sid: str) -> Iterator[Inbound]:
        sender = hook.get("From").strip()
        whatsapp = self.channel == "whatsapp" or sender.startswith(_PREFIX)
        user_id = _scoped(hook.get("ExternalUserId")) if whatsapp else ""
        address = phone(sender.removeprefix(_PREFIX))
        if whatsapp:
            address = address or _scoped(sender) or user_id or phone(hook.get("WaId"))
        if not address:  # a short code or a name: nobody there to answer
            return
        opt = _OPTS.get(hook.get("OptOutType").upper(), "")
        yield Inbound(
            channel="whatsapp" if whatsapp else "sms",
            provider=PROVIDER,
            id=sid,
            address=address,
            to=clean(hook.get("To").strip().removeprefix(_PREFIX), 64),
            text=clean(hook.get("Body"), LONGEST_TEXT),
            choice=clean(_first(hook, "ButtonPayload", "ListId"), 256),
            media=tuple(_media(hook)),
            profile_name=clean(hook.get("ProfileName"), 128),
            opt=cast('Literal["", "stop", "start", "help"]', opt),
            user_id=user_id,
            reply_to=clean(hook.get("OriginalRepliedMessageSid"), 64),
        )


def _is_form(hook: Hook) -> bool:
    kind = hook.headers.get("content-type", "").partition(";")[0].strip().lower()
    return "json" not in kind and bool(hook.form or not hook.body)


def _first(hook: Hook, *names: str) -> str:
    return next((clean(value, 256) for name in names if (value := hook.get(name))), "")


def _scoped(text: str) -> str:
    """Return a WhatsApp business-scoped id such as ``KE.1349...``, or nothing when it is none."""
    return scoped(text.strip().removeprefix(_PREFIX))


def _media(hook: Hook) -> Iterator[Media]:
    count = hook.get("NumMedia", "0")
    number = int(count) if count.isascii() and count.isdecimal() and len(count) < 4 else 0
    for n in range(min(number, MOST_MEDIA)):
        url = clean(hook.get(f"MediaUrl{n}"), 2048)
        if url.startswith(("https://", "http://")):
            yield Media(url, clean(hook.get(f"MediaContentType{n}"), 128))


def _receipt(hook: Hook, sid: str, status: str) -> Iterator[Receipt]:
    rung = LADDER.get(status)
    if rung is Status.FAILED:
        code = clean(hook.get("ErrorCode"), 32) or status
        yield Receipt(PROVIDER, sid, rung, code, fate_of(code))
    elif rung:
        yield Receipt(PROVIDER, sid, rung)
