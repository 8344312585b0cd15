"""M-Pesa in process: Daraja's calls go straight to its twin, over a line that loses some."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.message import Hook
from core.partners.daraja import Daraja
from core.partners.mishaps import Mishaps
from core.partners.mpesa import B2C, PUSH, PUSH_QUERY, STATUS, Mpesa, MpesaAccount
from core.partners.mpesa_twin import Calling, MpesaTwin
from core.partners.wire import NoAnswer, NotReached, Reply
from tests.simulation.clock import Clock
from tests.simulation.post import Post

BASE = "http://bank.test/webhooks/payments/mpesa"
SECRET = "a secret of the simulation's"
SHORTCODE = "384100"


@dataclass
class Mail:
    """A mailbox in memory. Nobody waits: on a virtual clock what is to come has come."""

    kept: dict[str, str] = field(default_factory=dict)

    def leave(self, key: str, words: str) -> None:
        """Leave an answer."""
        self.kept[key] = words

    def wait(self, key: str, *, seconds: float) -> str:
        """Return the answer under a key; empty when none has come."""
        del seconds
        return self.kept.get(key, "")


class Line:
    """The network between the bank and Safaricom, in the place of `Daraja`."""

    def __init__(self, seed: str, clock: Clock, mishaps: Mishaps) -> None:
        self.twin, self.post_in = MpesaTwin(SHORTCODE), Post(mishaps)
        self._clock, self._mishaps = clock, mishaps
        self._answers = Mishaps(f"{seed}:mpesa answers")
        self._answers.plan = self._answers.plan.changed({"lost_callbacks": 0.02})
        self.password = Daraja(BASE, "", "", clock=clock).password
        account = MpesaAccount(
            base=BASE, consumer_key="k", consumer_secret="s", shortcode=SHORTCODE, passkey="p",
            initiator="i", credential="c", callback=BASE, secret=SECRET,
        )  # fmt: skip
        self.client = Mpesa(account, mailbox=Mail(), clock=clock)
        self.client._daraja = self

    def post(self, path: str, body: Mapping[str, Any], *, seconds: float) -> Reply:
        """Say to the twin what Daraja would be told, as far as the line carries it."""
        del seconds
        befalls = self._mishaps.befalls()
        if befalls == "down":
            raise NotReached(befalls)
        if befalls == "lost_call":
            raise NoAnswer(befalls)
        status, told = self._said(path, body)
        if befalls == "lost_answer":
            raise NoAnswer(befalls)
        return Reply(status, {}, json.dumps(told).encode())

    def paybill(self, *, phone: str, shillings: int, account: str) -> str:
        """Have somebody pay the paybill; return the receipt's number."""
        now = self._clock.now
        number, calls = self.twin.paybill(
            phone=phone, shillings=shillings, account=account, now=now
        )
        self._plan(calls)
        return number

    def told_again(self, *, since: datetime) -> list[Hook]:
        """Return a notice for each payment in since a time, as a list of them would have it."""
        now = self._clock.now
        paid = (one for one in self.twin._paid_in.values() if since <= one.due <= now)
        return [_hook(self.twin._notice(one, after=0.0)) for one in paid]

    def _said(self, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        now = self._clock.now
        if path == PUSH_QUERY:
            return self.twin.push_state(body, now)
        does = {PUSH: self.twin.push, B2C: self.twin.pay, STATUS: self.twin.status}
        answer, calls = does[path](body, now)
        if path == STATUS:
            self._answer(calls)
        else:
            self._plan(calls)
        return answer

    def _answer(self, calls: list[Calling]) -> None:
        """Bring the answer to a question, unless it is lost; it comes while the bank waits."""
        for one in calls:
            for _ in self._answers.deliveries():
                self.client.hear(_hook(one))

    def _plan(self, calls: list[Calling]) -> None:
        for one in calls:
            lie = None if one.lie is None else _hook(one, one.lie)
            at = self._clock.now + timedelta(seconds=one.after)
            self.post_in.put(_hook(one), lie=lie, at=at)


def _hook(one: Calling, said: Mapping[str, Any] | None = None) -> Hook:
    body = json.dumps(said or one.body).encode()
    return Hook(url=one.url or f"{BASE}/{SECRET}", body=body, secret=SECRET)
