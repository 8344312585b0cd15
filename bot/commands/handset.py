"""A phone in the terminal: what is typed goes out as a signed webhook, what is read comes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import click
import httpx

from bot.settings import Settings
from bot.simulator.driver import CODE, NotAnswered, Phone, Screen

FIRST_ANSWER = 15.0  # seconds to wait for the bank's message
MORE = 1.0  # seconds in which another one belongs to it


class Choice(NamedTuple):
    """A button or a row of a list, under a message."""

    message: str
    payload: str
    title: str


class Handset:
    """One phone on one channel, that gives back lines of text."""

    def __init__(self, phone: Phone, *, code: str = CODE, badge: bool = False) -> None:
        """Pick the phone up. With ``badge`` a USSD screen shows its CON or END."""
        self._badge = badge
        self._phone = phone
        self._code = code
        self._read: set[str] = set()
        self._choices: list[Choice] = []
        self.session = False
        """USSD: whether a session is open."""
        if phone.channel != "ussd":
            self._read = {str(bubble["id"]) for bubble in phone.heard()}

    def say(self, text: str) -> str:
        """Say something and return what comes back. On USSD, nothing at all dials the code.

        On WhatsApp the words or the number of a button tap it.
        """
        if self._phone.channel == "ussd":
            pressed = text and self.session
            return self._shown(self._phone.press(text) if pressed else self._dialled(text))
        return self._exchanged(text)

    def change_carrier(self, provider: str) -> None:
        """Write to the bank's WhatsApp number at ``twilio`` or ``meta`` from now on."""
        self._phone.do("carrier", provider=provider)

    def hang_up(self) -> None:
        """End an open USSD session."""
        if self.session:
            self._phone.hang_up()
            self.session = False

    def _dialled(self, text: str) -> Screen:
        return self._phone.dial(text or self._code)

    def _shown(self, screen: Screen) -> str:
        self.session = not screen.ends
        if self._badge:
            return f"{'END' if screen.ends else 'CON'} {screen.text}"
        return screen.text

    def _exchanged(self, text: str) -> str:
        tapped = self._tapped(text)
        if tapped:
            status = self._phone.do("tap", message=tapped.message, payload=tapped.payload)
        else:
            status = self._phone.do("say", channel=self._phone.channel, text=text)
        if not httpx.codes.is_success(status):
            raise NotAnswered(f"HTTP {status}")
        return "\n".join(self._heard())

    def _tapped(self, text: str) -> Choice | None:
        for number, choice in enumerate(self._choices, start=1):
            if text.casefold() in {str(number), choice.title.casefold()}:
                return choice
        return None

    def _heard(self) -> Iterator[str]:
        """Return the new messages: the first one is waited for, others only a moment."""
        wait = FIRST_ANSWER
        while new := self._new(wait):
            wait = MORE
            for bubble in new:
                self._read.add(bubble["id"])
                self._choices = [
                    Choice(bubble["id"], c["payload"], c["title"]) for c in bubble["choices"]
                ]
                yield bubble["text"]
                for number, choice in enumerate(self._choices, start=1):
                    yield f"{number}. {choice.title}"

    def _new(self, seconds: float) -> list[dict[str, Any]]:
        heard = self._phone.heard(after=len(self._read), seconds=seconds)
        return [bubble for bubble in heard if bubble["id"] not in self._read]


@contextmanager
def reachable() -> Iterator[None]:
    """Turn what goes wrong on the way into words.

    :raises click.ClickException: if the house or the phone companies' twin does not answer
    """
    try:
        yield
    except httpx.ConnectError:
        raise click.ClickException("nobody answers: start the house with `make run`") from None
    except (httpx.HTTPError, NotAnswered) as error:
        raise click.ClickException(f"the bank did not answer well: {error}") from None


def phone(settings: Settings, channel: str, address: str) -> Phone:
    """Return a phone of the demo.

    :raises click.ClickException: outside of the demo, where phones are real
    """
    if not settings.demo_mode:
        raise click.ClickException("phones are only simulated with DEMO_MODE=1")
    at = f"http://127.0.0.1:{settings.port}"
    return Phone(channel, address, at, settings)  # type: ignore[arg-type]
