"""The wholesaler of airtime and the billers' switch in process: real clients, no network."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx

from channels.message import Hook
from core.partners.airtime import KEY_HEADER, AirtimeWholesaler
from core.partners.airtime_twin import TAKES, TwinWholesaler
from core.partners.billers import SIGNATURE, BillerSwitch, signature
from core.partners.billers_twin import TwinBillers
from core.partners.mishaps import Mishaps
from tests.simulation.clock import Clock
from tests.simulation.post import Post

SECRET = "a secret of the simulation's"
Answer = tuple[int, dict[str, Any]]


def line(mishaps: Mishaps, serve: Callable[[httpx.Request], Answer]) -> httpx.MockTransport:
    """Return a way to a twin that loses calls and answers."""

    def carry(request: httpx.Request) -> httpx.Response:
        befalls = mishaps.befalls()
        if befalls == "down":
            raise httpx.ConnectError(befalls)
        if befalls == "lost_call":
            raise httpx.ReadTimeout(befalls)
        status, told = serve(request)
        if befalls == "lost_answer":
            raise httpx.ReadTimeout(befalls)
        return httpx.Response(status, json=told)

    return httpx.MockTransport(carry)


class Wholesaler:
    """Sells airtime."""

    def __init__(self, clock: Clock, mishaps: Mishaps) -> None:
        self.twin, self.post_in = TwinWholesaler(), Post(mishaps)
        self._clock = clock
        self.client = AirtimeWholesaler(
            "http://airtime.test", username="wekeza", api_key="k", secret=SECRET,
            transport=line(mishaps, self._serve),
        )  # fmt: skip

    def _serve(self, request: httpx.Request) -> Answer:
        now = self._clock.now
        if request.method == "GET":
            asked = request.url.params
            key = asked.get("idempotencyKey", "")
            return self.twin.find(reference=asked.get("transactionId", ""), key=key, now=now)
        (wanted,) = json.loads(parse_qs(request.content.decode())["recipients"][0])
        key = request.headers[KEY_HEADER]
        answer = self.twin.sell(key, wanted["phoneNumber"], wanted["amount"], now)
        told = self.twin.callback(key, now)
        if told is not None:
            lie = {**told, "status": "Failed" if told["status"] == "Success" else "Success"}
            self.post_in.put(_plain(told), lie=_plain(lie), at=now + TAKES)
        return answer


class Billers:
    """Takes bills."""

    def __init__(self, clock: Clock, mishaps: Mishaps) -> None:
        self.twin, self.post_in = TwinBillers(), Post(mishaps)
        self._clock = clock
        transport = line(mishaps, self._serve)
        self.client = BillerSwitch("http://billers.test", secret=SECRET, transport=transport)

    def _serve(self, request: httpx.Request) -> Answer:
        now = self._clock.now
        if request.method == "GET":
            return self.twin.payment(request.url.path.rsplit("/", 1)[-1], now)
        body = json.loads(request.content)
        answer = self.twin.pay(body, now)
        if answer[0] == httpx.codes.ACCEPTED:
            told = {"event": f"{body['id']} over", "id": body["id"], "status": "completed"}
            lie = told | {"status": "failed"}
            at = now + TAKES + timedelta(milliseconds=1)
            self.post_in.put(_signed(told), lie=_signed(lie), at=at)
        return answer


def _plain(told: dict[str, Any]) -> Hook:
    url = "http://bank.test/webhooks/payments/airtime"
    return Hook(url=url, body=json.dumps(told).encode(), secret=SECRET)


def _signed(told: dict[str, Any]) -> Hook:
    body = json.dumps(told).encode()
    url = "http://bank.test/webhooks/payments/billers"
    return Hook(url=url, body=body, headers={SIGNATURE.lower(): signature(SECRET, body)})
