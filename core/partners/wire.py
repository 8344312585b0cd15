"""One partner's HTTP: bounded in time and size, and exact about what is certain when it fails."""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx

LARGEST_ANSWER = 256 * 1024
CONNECT_SECONDS = 3.0


class NotReached(Exception):
    """Nobody could be connected to: nothing of the call has left the house."""


class NoAnswer(Exception):
    """The call may have arrived, and no whole answer came back in time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Their names in lower case."""
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is of the 200s."""
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """Return the JSON object in the body; empty when there is none."""
        try:
            told = httpx.Response(httpx.codes.OK, content=self.body).json()
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that vouch for partners. Reading them takes 20 ms: once is enough."""
    return httpx.create_ssl_context()


class Wire:
    """The way to one partner's server. Safe to share between threads.

    Connections are kept for the next call. A new one is made when the other side has closed it;
    that is told apart from an answer that never came.
    """

    def __init__(
        self,
        base: str,
        *,
        headers: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = base.rstrip("/")
        self._clock = clock
        self._client = httpx.Client(
            headers=dict(headers or {}),
            verify=_trusted(),
            transport=transport,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=8),
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
        largest: int = LARGEST_ANSWER,
    ) -> Reply:
        """Call once and return what came back, whatever its status.

        :raises NotReached: if nobody could be connected to
        :raises NoAnswer: if the answer did not come whole within ``seconds``, or is larger than
            ``largest`` bytes
        """
        until = self._clock() + seconds
        timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        try:
            with self._client.stream(
                method,
                f"{self._base}{path}",
                headers=dict(headers or {}),
                json=json,
                data=dict(form) if form is not None else None,
                content=content,
                params=dict(params) if params is not None else None,
                timeout=timeout,
            ) as answer:
                body = self._read(answer, until, largest)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotReached(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from None
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status_code, told, body)

    def close(self) -> None:
        """Let go of the connections that are kept."""
        self._client.close()

    def _read(self, answer: httpx.Response, until: float, largest: int) -> bytes:
        # httpx bounds each read; the sum is bounded here, so that an answer that drips is given up.
        body = b""
        for chunk in answer.iter_bytes():
            body += chunk
            if self._clock() > until:
                raise httpx.ReadTimeout("the answer took too long")
            if len(body) > largest:
                raise httpx.DecodingError("the answer is too large")
        return body
