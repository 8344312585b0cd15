"""Daraja's door: tokens that are kept while they last, and requests that carry them.

OAuth 2 client credentials, ``GET /oauth/v1/generate``; a token lasts an hour. One that is refused
before its time is fetched anew, once.
"""

import base64
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.partners.wire import NoAnswer, Reply, Wire

TOKEN = "/oauth/v1/generate"  # noqa: S105 - an address
RENEW_BEFORE = timedelta(seconds=60)
NAIROBI = ZoneInfo("Africa/Nairobi")
INVALID_TOKEN = "404.001.03"  # noqa: S105 - an error code


class Rejected(NoAnswer):
    """Daraja gives no token: the keys are wrong, or it cannot make one now."""


class Daraja:
    """Calls Daraja with a token. Safe to share between threads."""

    def __init__(self, base: str, key: str, secret: str, *, clock: Callable[[], datetime]) -> None:
        self._wire = Wire(base)
        self._basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._good_until: datetime | None = None

    def post(self, path: str, body: Mapping[str, object], *, seconds: float) -> Reply:
        """Post JSON and return the answer, whatever its status.

        :raises Rejected: if there is no token to be had
        :raises NotReached: if nobody could be connected to
        :raises NoAnswer: if no whole answer came in time
        """
        reply = self._post(path, body, token=self._fresh(seconds), seconds=seconds)
        if reply.status == 401 or reply.json().get("errorCode") == INVALID_TOKEN:
            # Refused at the door: the request itself was not looked at, so it may be made again.
            token = self._fresh(seconds, anew=True)
            reply = self._post(path, body, token=token, seconds=seconds)
        return reply

    def password(self, shortcode: str, passkey: str) -> dict[str, str]:
        """Return the password of this moment and its time, as the prompts ask for them."""
        stamp = self._clock().astimezone(NAIROBI).strftime("%Y%m%d%H%M%S")
        words = base64.b64encode(f"{shortcode}{passkey}{stamp}".encode()).decode()
        return {"Password": words, "Timestamp": stamp}

    def _post(self, path: str, body: Mapping[str, object], *, token: str, seconds: float) -> Reply:
        headers = {"Authorization": f"Bearer {token}"}
        return self._wire.call("POST", path, seconds=seconds, headers=headers, json=dict(body))

    def _fresh(self, seconds: float, *, anew: bool = False) -> str:
        with self._lock:
            now = self._clock()
            if anew or self._good_until is None or now >= self._good_until:
                self._token, lasts = self._fetch(seconds)
                self._good_until = now + lasts - RENEW_BEFORE
            return self._token

    def _fetch(self, seconds: float) -> tuple[str, timedelta]:
        reply = self._wire.call(
            "GET",
            TOKEN,
            seconds=seconds,
            headers={"Authorization": f"Basic {self._basic}"},
            params={"grant_type": "client_credentials"},
        )
        told = reply.json()
        token = told.get("access_token")
        if not reply.ok or not isinstance(token, str):
            raise Rejected(f"HTTP {reply.status} {told.get('errorCode', '')}".strip())
        lasts = str(told.get("expires_in", "0"))
        return token, timedelta(seconds=int(lasts) if lasts.isdecimal() else 0)
