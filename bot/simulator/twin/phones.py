"""Every phone of the demo, in memory: its threads, its USSD session, and what it may not show."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any

from bot.simulator.wire import HIDDEN, Letter

KEPT_BUBBLES = 80
MOST_PHONES = 20_000
MOST_WATCHED = 200
MOST_WRITTEN = 20_000
CHANNELS = ("whatsapp", "sms", "ussd")
# A status only moves forward; a failure ends it unless the message was already delivered.
LADDER = ("queued", "sent", "delivered", "read", "failed")


@dataclass(frozen=True, slots=True)
class Choice:
    """A button or a list row under a message."""

    payload: str
    title: str
    hint: str = ""


@dataclass(slots=True)
class Bubble:
    """One message on a phone. ``text`` may be a secret: only ``view`` decides what is shown."""

    id: str
    channel: str
    text: str = field(repr=False)
    at: datetime
    mine: bool = False
    """Written on the phone, not by the bank."""
    status: str = "queued"
    code: str = ""
    sender: str = ""
    choices: Sequence[Choice] = ()
    button: str = ""
    media: str = ""
    document: str = ""
    """Where the file is that came with it."""
    hidden: bool = False
    """Might be a secret: shown only as far as the bank says, by ``Phones.reveal``."""
    provider: str = ""

    def view(self) -> dict[str, Any]:
        """Return the bubble as the page may show it."""
        return {
            "id": self.id,
            "channel": self.channel,
            "mine": self.mine,
            "text": HIDDEN if self.hidden else self.text,
            "at": self.at.isoformat(),
            "status": self.status,
            "code": self.code,
            "choices": [
                {"payload": c.payload, "title": c.title, "hint": c.hint} for c in self.choices
            ],
            "button": self.button,
            "media": self.media,
            "document": self.document,
            "hidden": self.hidden,
        }

    def climb(self, status: str) -> bool:
        """Move the status forward and return whether it moved."""
        if LADDER.index(status) <= LADDER.index(self.status) or (
            status == "failed" and self.status in {"delivered", "read"}
        ):
            return False
        self.status = status
        return True


@dataclass(slots=True)
class Session:
    """One USSD session. What was typed stays here: it may hold a PIN."""

    id: str
    code: str
    began: datetime
    heard: datetime
    typed: list[str] = field(default_factory=list, repr=False)
    text: str = ""
    open: bool = True
    waiting: bool = True
    note: str = ""
    hops: int = 0

    def view(self) -> dict[str, Any]:
        """Return the session as the handset shows it."""
        return {
            "id": self.id,
            "code": self.code,
            "text": self.text,
            "open": self.open,
            "waiting": self.waiting,
            "note": self.note,
            "hops": self.hops,
            "began": self.began.isoformat(),
            "heard": self.heard.isoformat(),
        }


@dataclass(slots=True)
class Phone:
    """One handset with its three threads."""

    address: str
    threads: Mapping[str, deque[Bubble]] = field(
        default_factory=lambda: {name: deque(maxlen=KEPT_BUBBLES) for name in CHANNELS}
    )
    session: Session | None = None
    last: dict[str, Letter] = field(default_factory=dict, repr=False)
    wrote_at: datetime | None = None
    """When it last wrote on WhatsApp: free words reach it for 24 hours after."""
    opted_out: set[str] = field(default_factory=set)
    typing: int = 0
    """How often it was shown that the bank writes an answer."""
    provider: str = ""
    """Who carries its WhatsApp; empty for the company the bank speaks through by default."""
    loses_next: bool = False
    """The next USSD answer will not reach it: the line drops while the bank works."""

    def view(self) -> dict[str, Any]:
        """Return the phone as the page shows it."""
        return {
            "address": self.address,
            "threads": {
                name: [bubble.view() for bubble in thread] for name, thread in self.threads.items()
            },
            "session": self.session.view() if self.session else None,
            "loses_next": self.loses_next,
            "opted_out": sorted(self.opted_out),
            "typing": self.typing,
            "provider": self.provider,
        }

    def find(self, ident: str) -> Bubble | None:
        """Return the bubble with this provider's id, newest first."""
        for thread in self.threads.values():
            for bubble in reversed(thread):
                if bubble.id == ident:
                    return bubble
        return None


class Phones:
    """All handsets behind one lock. Somebody looks at a few of them, and is told what happens.

    What is told of them are ids, never words: a message may hold a one-time code.
    """

    def __init__(self, tell: Callable[..., None]) -> None:
        self._phones: OrderedDict[str, Phone] = OrderedDict()
        self._lock = RLock()
        self._tell = tell
        self._watched: OrderedDict[str, None] = OrderedDict()
        self._written: OrderedDict[str, str] = OrderedDict()

    @contextmanager
    def at(self, address: str) -> Iterator[Phone]:
        """Hold one phone; it is made on first use, and the oldest goes when there are too many."""
        with self._lock:
            phone = self._phones.get(address)
            if phone is None:
                phone = self._phones[address] = Phone(address)
                if len(self._phones) > MOST_PHONES:
                    self._phones.popitem(last=False)
            yield phone

    def watch(self, addresses: Iterable[str]) -> None:
        """Tell of these phones from now on; of those looked at longest ago no more."""
        with self._lock:
            for address in addresses:
                self._watched[address] = None
                self._watched.move_to_end(address)
            while len(self._watched) > MOST_WATCHED:
                self._watched.popitem(last=False)

    def is_watched(self, address: str) -> bool:
        """Return whether somebody looks at a phone."""
        return address in self._watched

    def add(self, address: str, bubble: Bubble) -> None:
        """Put a message on a phone."""
        with self.at(address) as phone:
            phone.threads[bubble.channel].append(bubble)
            if bubble.mine:
                self._written[bubble.id] = address
                if len(self._written) > MOST_WRITTEN:
                    self._written.popitem(last=False)
            self.tell(address, "bubble", id=bubble.id, new=True)

    def reveal(self, address: str, channel: str, said: str) -> None:
        """Show the oldest message not yet shown as the bank's log has it, and forget its words."""
        with self._lock:
            phone = self._phones.get(address)
            hidden = (b for b in phone.threads[channel] if b.hidden) if phone else iter(())
            bubble = next(hidden, None)
            if bubble is not None:
                bubble.hidden, bubble.text = False, said
                self.show(address, bubble)

    def show(self, address: str, bubble: Bubble) -> None:
        """Tell whoever looks at the phone that a message changed."""
        self.tell(address, "bubble", id=bubble.id)

    def show_screen(self, address: str) -> None:
        """Tell whoever looks at the phone that its USSD screen changed."""
        self.tell(address, "screen")

    def tell(self, address: str, kind: str, **facts: object) -> None:
        """Tell the page about a phone, if anybody looks at it."""
        if self.is_watched(address):
            self._tell(kind, phone=address, **facts)

    def announce(self, kind: str, **facts: object) -> None:
        """Tell the page something that concerns every phone."""
        self._tell(kind, **facts)

    def whose(self, ident: str) -> str | None:
        """Return the phone that wrote the message with this provider's id, if it is kept."""
        return self._written.get(ident)

    def addresses(self) -> list[str]:
        """Return the phones that exist."""
        with self._lock:
            return list(self._phones)

    def clear(self) -> None:
        """Empty every phone. What the companies know of it stays: its window, its opt-outs."""
        with self._lock:
            for phone in self._phones.values():
                for thread in phone.threads.values():
                    thread.clear()
                phone.last.clear()
                phone.session, phone.loses_next = None, False
                phone.typing = 0
