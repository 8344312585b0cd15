"""Where the twin of one partner stands: what it has at hand, and how it calls the bank."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.simulator.twin.post import Errand, Postman
from bot.simulator.wire import Letter
from core.partners.mishaps import Mishaps

TRIES = (1.0, 4.0)
"""Pauses before a callback that the bank did not take is made again."""


def unsigned(_: str) -> Mapping[str, str]:
    """Return no header at all: what a partner adds that signs nothing."""
    return {}


@dataclass(frozen=True, slots=True)
class Callback:
    """A call to the bank. Those of one ``lane`` arrive in order, unless faults hold them up."""

    lane: str
    body: str = field(repr=False)
    lie: str | None = field(default=None, repr=False)
    """What is said instead when the faults make it lie."""
    after: float = 0.0
    """Seconds from now."""
    url: str = field(default="", repr=False)
    """Where to; `Stand.webhook` when empty."""
    method: str = "POST"
    headers: Callable[[str], Mapping[str, str]] = unsigned
    """What signs a body."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What the twin of one partner has at hand."""

    name: str
    settings: Any
    """The bank's settings, for the secrets both sides share."""
    mishaps: Mishaps
    postman: Postman
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    """Gives 32 hexadecimal digits, never the same twice."""

    @property
    def webhook(self) -> str:
        """Where the bank hears this partner; the secret is for those who sign nothing."""
        base = str(self.settings.public_base_url).rstrip("/")
        return f"{base}/webhooks/payments/{self.name}/{self.settings.payments_webhook_secret}"

    def tell(self, callback: Callback) -> None:
        """Make a callback: once, or as often, as late and as wrong as the faults will have it."""
        for delivery in self.mishaps.deliveries():
            said = callback.lie if delivery.lies and callback.lie is not None else callback.body
            letter = Letter(
                route=f"payments/{self.name}",
                id=callback.lane,
                url=callback.url or self.webhook,
                form={},
                headers={"Content-Type": "application/json", **callback.headers(said)},
                body=said,
            )
            self.postman.send(
                Errand(
                    letter,
                    lane=callback.lane,
                    waits=TRIES,
                    method=callback.method,
                    on_refusal=True,
                ),
                after=callback.after + delivery.after,
            )
