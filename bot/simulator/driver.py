"""A phone without a face: dials, presses, writes and taps through the real signed webhooks.

For the command line, tests and benchmarks. Replies on USSD come back in the call; replies on
WhatsApp and SMS arrive at the twin, where ``heard`` reads them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, sleep, time
from typing import Any, Literal, Self
from uuid import uuid4

import httpx

from bot.simulator import meta_wire
from bot.simulator.wire import Accounts, Letter, Wire, screen, sms_provider

CODE = "*384*100#"
PATIENCE = 15.0  # seconds, as Twilio waits
LOOK_AGAIN = 0.05


class NotAnswered(Exception):
    """The bank's answer is none that the phone company could use."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a USSD handset shows."""

    text: str
    ends: bool


class Phone:
    """One customer's phone on one channel."""

    def __init__(
        self,
        channel: Literal["ussd", "sms", "whatsapp"],
        address: str,
        base_url: str,
        settings: Any,  # noqa: ANN401 - any object with the settings' names
        *,
        client: httpx.Client | None = None,
        new_id: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self.channel = channel
        self.address = address
        self.wire = Wire(Accounts.of(settings))
        self.provider = sms_provider(address, self.wire.accounts.sms_routes)
        self.last: Letter | None = None
        self._base_url = base_url.rstrip("/")
        self._public = self.wire.accounts.base_url
        self._twin = f"http://127.0.0.1:{getattr(settings, 'twin_port', 0)}"
        self._http = client or httpx.Client(timeout=PATIENCE)
        self._mine = client is None
        self._new_id = new_id
        self._session = ""
        self._code = CODE
        self._typed: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection, unless it was lent."""
        if self._mine:
            self._http.close()

    def dial(self, code: str = CODE) -> Screen:
        """Open a USSD session and return its first screen."""
        self._session, self._code, self._typed = f"ATUid_{self._new_id()}", code, []
        return self._hop()

    def press(self, keys: str) -> Screen:
        """Answer the screen shown and return the next one."""
        self._typed.append(keys)
        return self._hop()

    def say(self, text: str) -> int:
        """Write to the bank and return the HTTP status it acknowledged with."""
        return self.post(self._written(text)).status_code

    def tap(self, payload: str, title: str, *, row: bool = False, reply_to: str = "") -> int:
        """Tap a WhatsApp button, or a row of a list, and return the HTTP status."""
        if self._by_meta:
            said = meta_wire.tap(payload, title, row=row, reply_to=reply_to, sender="")
            return self.post(self._by_wire(said)).status_code
        extra = {"OriginalRepliedMessageSid": reply_to} if reply_to else {}
        if row:
            extra |= {"ListId": payload, "ListTitle": title, "MessageType": "interactive"}
        else:
            extra |= {"ButtonPayload": payload, "ButtonText": title, "MessageType": "button"}
        sid = f"SM{self._new_id()}"
        return self.post(self.wire.whatsapp(self.address, title, id=sid, extra=extra)).status_code

    def do(self, act: str, **order: str) -> int:
        """Have the twin do something with this phone, as its page does; return the HTTP status.

        It then knows that somebody wrote, and lets the bank answer freely for a day, as WhatsApp
        does. 0 is returned when the call never arrived.
        """
        url = f"{self._twin}/twin/phones/{self.address}/{act}"
        answer = self._http.post(url, json={**order, "wait": True})
        return int(answer.json()["status"]) if answer.is_success else answer.status_code

    def hang_up(self) -> None:
        """End the session as the gateway tells it."""
        letter = self.wire.ussd_end(
            self.address,
            session=self._session,
            code=self._code,
            status="Incomplete",
            hops=len(self._typed) + 1,
            milliseconds=0,
            ended_at="",
        )
        self.post(letter)

    def again(self) -> httpx.Response:
        """Deliver the last call a second time, to the byte."""
        if self.last is None:
            raise NotAnswered("nothing was sent yet")
        return self.post(self.last)

    def post(self, letter: Letter) -> httpx.Response:
        """Make a webhook call and return the bank's answer as it came."""
        self.last = letter
        url = letter.url.replace(self._public, self._base_url, 1)
        if letter.body:
            return self._http.post(url, content=letter.body, headers=dict(letter.headers))
        return self._http.post(url, data=dict(letter.form), headers=dict(letter.headers))

    def heard(self, *, after: int = 0, seconds: float = 0.0) -> list[dict[str, Any]]:
        """Return the bank's messages on this phone beyond the first ``after``.

        Waits up to ``seconds`` for at least one. Each has ``id``, ``text``, ``choices`` (with
        ``payload`` and ``title``), ``status`` and ``at``.
        """
        until = monotonic() + seconds
        while True:
            url = f"{self._twin}/twin/phones/{self.address}"
            thread = self._http.get(url).json()["threads"][self.channel]
            said = [bubble for bubble in thread if not bubble["mine"]][after:]
            if said or monotonic() >= until:
                return said
            sleep(LOOK_AGAIN)

    @property
    def _by_meta(self) -> bool:
        return self.channel == "whatsapp" and self.wire.accounts.whatsapp_provider == "meta"

    def _by_wire(self, said: Mapping[str, Any]) -> Letter:
        ident = f"wamid.{self._new_id().upper()}"
        at = datetime.fromtimestamp(time(), UTC)
        return self.wire.meta.message(self.address, said, id=ident, at=at)

    def _written(self, text: str) -> Letter:
        if self._by_meta:
            return self._by_wire(meta_wire.text(text))
        if self.channel == "whatsapp":
            return self.wire.whatsapp(self.address, text, id=f"SM{self._new_id()}")
        if self.provider == "twilio":
            return self.wire.twilio_sms(self.address, text, id=f"SM{self._new_id()}")
        return self.wire.at_sms(self.address, text, id=self._new_id(), sent_at="")

    def _hop(self) -> Screen:
        letter = self.wire.ussd(
            self.address, session=self._session, code=self._code, text="*".join(self._typed)
        )
        answer = self.post(letter)
        shown = screen(answer.text) if answer.status_code == 200 else None
        if shown is None:
            raise NotAnswered(f"HTTP {answer.status_code}")
        return Screen(*shown)
