"""Customers who pay and write while the house is killed under them, and remember what they heard.

They are as patient as the companies between them and the bank: what got no answer, or "try again",
is delivered again, to the byte, until there is an answer. What was answered, the bank must keep.
"""

import re
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic, sleep

import httpx

from bot.simulator.driver import NotAnswered, Phone, Screen
from bot.simulator.wire import screen
from flows.words import LANGUAGES, Words

PIN = "4321"
# What is said to somebody whose press is not decided yet. Only one of them says nothing was done.
BUSY, UNSURE, STILL_WORKING = (
    {Words(language, "ussd").say("manners", block) for language in LANGUAGES}
    for block in ("busy", "unsure", "still_working")
)
PATIENCE_SECONDS = 90.0
AGAIN_SECONDS = 0.1
PRESS_SECONDS = 0.15
"""Between two presses: hurried fingers."""
WRITE_SECONDS = 1.0
REFERENCE = re.compile(r"Ref (\w+)")


class Lost(AssertionError):
    """A customer was never answered."""


@dataclass
class Shown:
    """A screen, and when the bank first said instead that nothing was done, if it did."""

    text: str
    put_off_at: datetime | None = None


def answered(phone: Phone, act: Callable[[], Screen]) -> Shown:
    """Do something on a USSD handset and deliver it again until a screen comes of it."""
    put_off_at = None
    text = _said(act)
    until = monotonic() + PATIENCE_SECONDS
    while text is None or text in BUSY | UNSURE | STILL_WORKING:
        if text in BUSY and put_off_at is None:
            put_off_at = datetime.now(UTC)
        if monotonic() > until:
            raise Lost(f"no screen for {phone.address}")
        sleep(AGAIN_SECONDS)
        text = _said(lambda: _delivered_again(phone))
    return Shown(text, put_off_at)


def _said(act: Callable[[], Screen]) -> str | None:
    try:
        return act().text
    except (httpx.HTTPError, NotAnswered):
        return None


def _delivered_again(phone: Phone) -> Screen:
    answer = phone.again()
    shown = screen(answer.text) if answer.status_code == 200 else None
    if shown is None:
        raise NotAnswered(f"HTTP {answer.status_code}")
    return Screen(*shown)


def acknowledged(phone: Phone, text: str) -> tuple[str, str]:
    """Write to the bank until it has taken the message; return the company's name and its id."""
    until = monotonic() + PATIENCE_SECONDS
    taken = _is_taken(lambda: phone.say(text))
    while not taken:
        if monotonic() > until:
            raise Lost(f"nobody took the message of {phone.address}")
        sleep(AGAIN_SECONDS)
        taken = _is_taken(lambda: phone.again().status_code)
    assert phone.last
    form = phone.last.form
    if "MessageSid" in form:
        return "twilio", form["MessageSid"]
    return "africastalking", form["id"]


def _is_taken(act: Callable[[], int]) -> bool:
    try:
        return act() == 200
    except httpx.HTTPError:
        return False


@dataclass(eq=False, kw_only=True)
class Person(threading.Thread):
    """Somebody who does the same over and over, until the day is over."""

    over: threading.Event
    failed: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self.act()
        except BaseException as error:
            self.failed.append(error)

    def act(self) -> None:
        """Do once what this person does."""
        raise NotImplementedError


@dataclass(eq=False, kw_only=True)
class Payer(Person):
    """Pays the same person over and over by USSD. ``told`` are the references they were shown."""

    phone: Phone
    payee: str
    told: list[str] = field(default_factory=list)
    put_off: dict[str, datetime] = field(default_factory=dict)
    """When the bank said first that nothing was done, of payments that were then told."""
    presses: int = 0

    def act(self) -> None:
        self._press(self.phone.dial)
        for keys in ("00", "1", self.payee, "3", "1"):
            self._press(lambda keys=keys: self.phone.press(keys))  # type: ignore[misc]
        shown = self._press(lambda: self.phone.press(PIN))
        found = REFERENCE.search(shown.text)
        if found is None:
            raise Lost(f"{self.phone.address} paid and was told: {shown.text}")
        self.told.append(found[1])
        if shown.put_off_at:
            self.put_off[found[1]] = shown.put_off_at

    def _press(self, act: Callable[[], Screen]) -> Shown:
        self.over.wait(PRESS_SECONDS)
        shown = answered(self.phone, act)
        self.presses += 1
        return shown


@dataclass(eq=False, kw_only=True)
class Writer(Person):
    """Asks for the balance by WhatsApp or SMS. ``taken`` are the messages the bank took."""

    phone: Phone
    taken: list[tuple[str, str]] = field(default_factory=list)

    def act(self) -> None:
        self.taken.append(acknowledged(self.phone, "BAL"))
        self.over.wait(WRITE_SECONDS)


@dataclass(frozen=True)
class Arrived:
    """A message that reached a phone."""

    address: str
    at: datetime
    text: str


@dataclass(eq=False, kw_only=True)
class Listener(Person):
    """Writes down all that arrives on some phones, for they forget what is long past."""

    twin: str
    addresses: Collection[str]
    arrived: dict[str, Arrived] = field(default_factory=dict)

    def act(self) -> None:
        with suppress(httpx.HTTPError):  # the machine is busy; the next look finds it
            self.listen()
        self.over.wait(0.5)

    def listen(self) -> None:
        """Look at every phone once."""
        for address in self.addresses:
            threads = httpx.get(f"{self.twin}/twin/phones/{address}", timeout=30).json()["threads"]
            for said in (*threads["whatsapp"], *threads["sms"]):
                if not said["mine"]:
                    at = datetime.fromisoformat(said["at"])
                    self.arrived[said["id"]] = Arrived(address, at, said["text"])
