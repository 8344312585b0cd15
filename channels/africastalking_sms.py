"""SMS, carried by Africa's Talking: messages, delivery reports and opt-outs in, messages out."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from channels.africastalking_api import MessagingApi, fate_of
from channels.gsm7 import lightest, segments
from channels.layout import LONGEST_SMS, clip, numbered
from channels.message import (
    Answer,
    Channel,
    Fate,
    Heard,
    Hook,
    Inbound,
    OptOut,
    Outgoing,
    Pace,
    Receipt,
    Reply,
    Sent,
    Status,
)
from channels.wire import AllowList, clean, phone, same

PROVIDER = "africastalking"
LONGEST_TEXT = 1600

LADDER = {
    "sent": Status.SENT,
    "submitted": Status.SENT,
    "buffered": Status.SENT,
    "success": Status.DELIVERED,
    "rejected": Status.FAILED,
    "failed": Status.FAILED,
    "absentsubscriber": Status.FAILED,
    "expired": Status.FAILED,
}


class AfricasTalkingSms:
    """A short code for what customers write, and a sender name for what the bank says unasked.

    Replies come from the short code, so that they can be answered; notices from the sender name.
    Either may be empty and the other then stands in.
    """

    provider = PROVIDER
    channel: Channel = "sms"

    def __init__(
        self,
        *,
        username: str,
        api_key: str,
        sender: str,
        shortcode: str,
        secret: str,
        api_base: str = "",
        allowed: Sequence[str] = (),
        rate: float = 10.0,
    ) -> None:
        self.number = shortcode or sender
        self.key = f"{PROVIDER}:sms:{self.number}"
        self.rate, self.pace = rate, Pace()
        self._sender = sender or shortcode
        self._secret = secret
        self._allowed = AllowList(allowed)
        self._api = MessagingApi(username=username, api_key=api_key, api_base=api_base)

    def is_genuine(self, hook: Hook) -> bool:
        """Return whether the caller knows the secret path and calls from where it should."""
        return same(hook.secret, self._secret) and self._allowed.allows(hook.remote)

    def read(self, hook: Hook) -> list[Heard]:
        """Return a message, a delivery report or an opt-out, told apart by their fields."""
        if "from" in hook.form:
            return list(_inbound(hook))
        if "status" in hook.form:
            return list(_receipt(hook))
        address = phone(hook.get("phoneNumber"))
        return [OptOut(PROVIDER, "sms", address)] if address and "senderId" in hook.form else []

    def answer(self, reply: Reply | None, page: int = 0) -> Answer:  # noqa: ARG002
        """Return the empty acknowledgement; without it the provider repeats itself for hours."""
        return Answer("")

    def send(self, message: Outgoing) -> Sent:
        """Hand the message to Africa's Talking, in GSM-7 when it can be spelt so.

        :raises SendFailed: if it was not taken
        """
        text = clip(lightest(numbered(message.reply)), LONGEST_SMS)
        sender = self._sender if message.notice else self.number
        provider_id = self._api.send(to=message.to, text=text, sender=sender)
        # Taken yet nameless: no report will match it, but sending it again would repeat it.
        return Sent(provider_id or f"none:{message.id}", segments(text))


def _inbound(hook: Hook) -> Iterator[Inbound]:
    sid, address = clean(hook.get("id"), 128), phone(hook.get("from"))
    if sid and address:
        yield Inbound(
            channel="sms",
            provider=PROVIDER,
            id=sid,
            address=address,
            to=clean(hook.get("to"), 32),
            text=clean(hook.get("text"), LONGEST_TEXT),
            sent_at=sent_at(hook.get("date")),
        )


def _receipt(hook: Hook) -> Iterator[Heard]:
    sid, status = clean(hook.get("id"), 128), hook.get("status").lower()
    rung = LADDER.get(status)
    if not sid or rung is None:
        return
    if rung is not Status.FAILED:
        yield Receipt(PROVIDER, sid, rung)
        return
    code = clean(hook.get("failureReason"), 64) or clean(hook.get("status"), 64)
    fate = fate_of(code)
    yield Receipt(PROVIDER, sid, rung, code, fate)
    if fate is Fate.OPTED_OUT and (address := phone(hook.get("phoneNumber"))):
        yield OptOut(PROVIDER, "sms", address)


def sent_at(text: str) -> datetime | None:
    """Return the provider's date, such as ``2026-05-03T06:04:45Z`` or ``2026-05-03 06:04:45``.

    Both forms are seen from the same provider; the one without a zone is taken as UTC too.
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d.{0,16}", text.strip(), re.ASCII):
        return None
    try:
        date = datetime.fromisoformat(text.strip())
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
