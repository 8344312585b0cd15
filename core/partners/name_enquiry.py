"""Whose number is it? Asked of the other banks and mobile-money schemes through their switch.

The GSMA Mobile Money API 1.2, ``GET /accounts/msisdn/{msisdn}/accountname``. Called outside of any
transaction, within a deadline.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
import phonenumbers
from phonenumbers import carrier

from core.names import masked_name

INSTITUTION = "X-Account-Holding-Institution-Identifier"
LARGEST_ANSWER = 64 * 1024
LONGEST_BANK = 18


@dataclass(frozen=True, slots=True)
class NameEnquiry:
    """The question whose number (E.164) it is."""

    phone: str


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody elsewhere has the number."""

    name: str
    """Masked."""
    bank: str
    trigger: str = "answered"

    @property
    def facts(self) -> Mapping[str, str]:
        """What the conversation may tell."""
        return {"name": self.name, "bank": self.bank}


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody anywhere has it."""

    trigger: str = "unknown_name"
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer in time, or none that can be read. ``reason`` is for the log."""

    reason: str
    trigger: str = "timed_out"
    facts: Mapping[str, str] = field(default_factory=dict)


NameAnswer = Found | Unknown | Unavailable


class NameRegistry:
    """The switch that knows which institution keeps which number's account."""

    def __init__(self, base: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._base = base.rstrip("/")
        self._clock = clock

    def ask(self, question: NameEnquiry, *, seconds: float) -> NameAnswer:
        """Return whose number it is, within so many seconds. Never raises: silence is an answer."""
        if not self._base:
            return Unavailable("no registry is set up")
        path = f"{self._base}/accounts/msisdn/{quote(question.phone, safe='')}/accountname"
        try:
            status, body, headers = self._get(path, seconds)
        except httpx.HTTPError as error:
            return Unavailable(type(error).__name__)
        if status == httpx.codes.NOT_FOUND:
            return Unknown()
        name = _name(body) if status == httpx.codes.OK else ""
        if not name:
            return Unavailable(f"HTTP {status} without a name")
        return Found(masked_name(name), _bank(headers, question.phone))

    def _get(self, url: str, seconds: float) -> tuple[int, bytes, httpx.Headers]:
        # httpx bounds each read; the sum is bounded here, so that an answer that drips is given up.
        until = self._clock() + seconds
        timeout = httpx.Timeout(seconds)
        body = b""
        with httpx.stream(
            "GET", url, timeout=timeout, headers={"Accept": "application/json"}
        ) as answer:
            for chunk in answer.iter_bytes():
                body += chunk
                if self._clock() > until:
                    raise httpx.ReadTimeout("the answer took too long", request=answer.request)
                if len(body) > LARGEST_ANSWER:
                    raise httpx.DecodingError("the answer is too large", request=answer.request)
            return answer.status_code, body, answer.headers


def _name(body: bytes) -> str:
    """Return the name in an ``accountHolderName`` object, or nothing when it is none."""
    try:
        told = httpx.Response(httpx.codes.OK, content=body).json()
    except ValueError:
        return ""
    name = told.get("name") if isinstance(told, dict) else None
    if not isinstance(name, dict):
        return ""
    full = name.get("fullName") or " ".join(
        part for part in (name.get("firstName"), name.get("lastName")) if isinstance(part, str)
    )
    return full.strip()[:256] if isinstance(full, str) else ""


def _bank(headers: httpx.Headers, phone: str) -> str:
    """Return who keeps the account: as the switch says, else the network the number belongs to."""
    told: str = headers.get(INSTITUTION, "")
    if not told:
        told = carrier.name_for_number(phonenumbers.parse(phone), "en")
    return told[:LONGEST_BANK]
