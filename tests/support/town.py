"""A small town that banks at Wekeza: a house on a test's own servers, and customers who talk to it.

The hub is walked as the doors walk it. What it owes by WhatsApp and SMS is read from the outbox,
as a phone would show it; the network is the business of other tests.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot import hub
from bot.house import House
from channels.layout import ussd_screen
from channels.message import Channel, Inbound, Option, Reply
from core.store import contacts
from core.store.words import opened_payload

AMINA, BRIAN, NEEMA, FATOU = "+254712000001", "+254712000002", "+255712000003", "+221770000004"
PIN = "4321"
PROVIDERS = {"ussd": "africastalking", "sms": "twilio", "whatsapp": "twilio"}


class Clock:
    """A time that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **how_much: float) -> None:
        """Let time pass."""
        self.now += timedelta(**how_much)


@dataclass
class Phone:
    """A customer's phone on one channel."""

    house: House
    channel: Channel
    address: str
    session: str = ""
    presses: list[str] = field(default_factory=list)
    count: int = 0
    last: Reply | None = None
    heard: Inbound | None = None
    seen: int = 0

    def dial(self) -> str:
        """Open a USSD session and return the first screen."""
        self.count += 1
        self.session = f"session-{self.address}-{self.count}"
        self.presses = []
        return self._deliver(self._inbound("", opens=True))

    def press(self, keys: str) -> str:
        """Press keys and send them."""
        self.presses.append(keys)
        return self._deliver(self._inbound(keys))

    def say(self, text: str) -> str:
        """Write a message (or press keys) and return what comes back."""
        return self.press(text) if self.channel == "ussd" else self._deliver(self._inbound(text))

    def tap(self, key: str) -> str:
        """Tap a button of the last prompt."""
        assert self.last is not None
        return self.tap_payload(f"{key}@{self.last.turn}")

    def tap_payload(self, payload: str) -> str:
        """Tap a button, perhaps of an earlier prompt."""
        return self._deliver(replace(self._inbound(""), choice=payload))

    def again(self) -> str:
        """Have the last message delivered a second time."""
        assert self.heard is not None
        return self._deliver(self.heard)

    def _inbound(self, text: str, *, opens: bool = False) -> Inbound:
        self.count += 1
        return Inbound(
            channel=self.channel,
            provider=PROVIDERS[self.channel],
            id=f"{self.channel}-{self.address}-{self.count}",
            address=self.address,
            to="21000",
            text=text,
            session=self.session,
            opens=opens,
        )

    def _deliver(self, inbound: Inbound) -> str:
        self.heard = inbound
        said = hub.hear(self.house, inbound)
        if self.channel == "ussd":
            assert said.reply is not None
            self.last = said.reply
            return ussd_screen(said.reply, said.page)
        replies = self.inbox()[self.seen :]
        self.seen += len(replies)
        return "\n".join(replies)

    def inbox(self) -> list[str]:
        """Return every reply owed to this phone so far, as its texts and options."""
        return [shown(asdict(reply)) for reply in self.replies()]

    def replies(self) -> list[Reply]:
        """Return every reply owed to this phone so far; the last one is what it shows."""
        with self.house.unit() as unit:
            rows = unit.all(
                """
                select payload, message_id from outbox
                where contact = %(contact)s and channel = %(channel)s
                order by id
                """,
                contact=contacts.token(unit, self.address),
                channel=self.channel,
            )
            owed = [opened_payload(unit, row.payload, row.message_id) for row in rows]
        kept = [_reply(one["reply"]) for one in owed if "reply" in one]
        if kept:
            self.last = kept[-1]
        return kept


def _reply(facts: dict[str, Any]) -> Reply:
    options = {name: tuple(Option(**o) for o in facts[name]) for name in ("options", "nav")}
    return Reply(**{**facts, **options})


def shown(reply: dict[str, Any]) -> str:
    """Return a kept reply as a person reads it."""
    options = (f"{n}. {o['label']}" for n, o in enumerate(reply["options"], start=1))
    return "\n".join([reply["text"], *options])
