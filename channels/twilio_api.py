"""How calls go out to Twilio: the official client with limits, and what its errors ask of us."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from channels.message import Fate, SendFailed
from channels.wire import seconds

FATES = {
    20003: Fate.ALARM,  # wrong account or token
    20404: Fate.ALARM,  # no such account or resource
    20429: Fate.THROTTLE,
    21211: Fate.PERMANENT,  # not a number
    21214: Fate.PERMANENT,  # cannot be reached
    21408: Fate.ALARM,  # no permission for the region
    21606: Fate.ALARM,  # the sender is not ours
    21610: Fate.OPTED_OUT,
    21611: Fate.THROTTLE,  # the sender's queue is full
    21614: Fate.PERMANENT,  # not a mobile number
    21617: Fate.ALARM,  # longer than a body may be
    21655: Fate.ALARM,  # no such content
    21656: Fate.ALARM,  # content variables are wrong
    30001: Fate.RETRY,  # queue overflow
    30002: Fate.ALARM,  # account suspended
    30003: Fate.RETRY,  # handset unreachable
    30004: Fate.PERMANENT,  # blocked
    30005: Fate.PERMANENT,  # unknown number
    30006: Fate.PERMANENT,  # landline
    30007: Fate.PERMANENT,  # filtered by the carrier
    30008: Fate.RETRY,  # unknown error; often passes
    63003: Fate.OTHER_CHANNEL,  # not found on WhatsApp
    63007: Fate.ALARM,  # the sender has no such channel
    63013: Fate.PERMANENT,  # against the channel's policy
    63015: Fate.ALARM,  # sandbox not joined
    63016: Fate.TEMPLATE,  # outside the 24 hours
    63017: Fate.THROTTLE,
    63018: Fate.THROTTLE,
    63024: Fate.OTHER_CHANNEL,  # invalid recipient on WhatsApp
    63027: Fate.ALARM,  # no such template
    63028: Fate.ALARM,  # wrong number of parameters
    63032: Fate.PERMANENT,  # a limitation of WhatsApp
    63033: Fate.PERMANENT,  # the person blocked us
    63038: Fate.THROTTLE,  # daily cap
    63040: Fate.ALARM,  # template rejected
    63041: Fate.ALARM,  # template paused
}
"""What each of Twilio's error codes asks of us, from a failed call and from a receipt alike."""

TIMEOUT = 5.0  # seconds, to connect and again between two reads
LARGEST_ANSWER = 256 * 1024
MOST_AT_ONCE = 64  # connections kept: as many as a drain has messages in flight
HOSTS = frozenset(("api.twilio.com", "content.twilio.com"))


def fate_of(code: object, status: int = 0) -> Fate:
    """Return what a failure asks of us: by its code if known, else by the HTTP status."""
    if (known := FATES.get(_number(code))) is not None:
        return known
    if status == 429:
        return Fate.THROTTLE
    if status >= 500:
        return Fate.RETRY
    return Fate.ALARM if status in {401, 403, 404} else Fate.PERMANENT


def connect(*, account_sid: str, auth_token: str, api_base: str = "") -> Client:
    """Return the official client, its connections kept, its waits and answers bounded.

    With an ``api_base`` every call goes there instead of to Twilio.
    """
    # The client would read its edge and region from the environment, and call other hosts for it.
    return Client(
        account_sid, auth_token, http_client=_Wire(api_base), environment={"TWILIO_EDGE": ""}
    )


@contextmanager
def told() -> Iterator[None]:
    """Turn whatever goes wrong inside into ``SendFailed``, without the provider's words.

    Those may repeat a customer's number or text, and errors get logged.
    """
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as error:
        code = error.code or error.status
        raise SendFailed(str(code), fate=fate_of(code, _number(error.status))) from None
    except requests.RequestException as error:
        raise SendFailed(type(error).__name__, fate=Fate.RETRY) from None
    except (TwilioException, ValueError, TypeError, AttributeError):
        # An answer in no shape of Twilio's, such as a proxy's page.
        raise SendFailed("bad_answer", fate=Fate.RETRY) from None


class _Wire:
    """The client's HTTP side: moved to another base if told, and never unbounded."""

    is_async = False

    def __init__(self, api_base: str) -> None:
        self._base = urlsplit(api_base.rstrip("/"))
        self._http = TwilioHttpClient(timeout=TIMEOUT, request_hooks={"response": [_bounded]})
        self._http.session.trust_env = not api_base  # a twin is never behind a proxy
        for scheme in ("https://", "http://"):
            self._http.session.mount(scheme, HTTPAdapter(pool_maxsize=MOST_AT_ONCE))

    def request(self, method: str, url: str, **rest: object) -> object:
        """Make the call; too many of them is told by the headers, which the client would drop."""
        response = self._http.request(method, self._moved(url), **rest)
        if response.status_code == 429:
            after = seconds(response.headers.get("Retry-After"))
            raise SendFailed(_code(response.text), fate=Fate.THROTTLE, after=after)
        return response

    def _moved(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.hostname not in HOSTS:
            raise LookupError(f"not a host we call: {parts.hostname}")
        if not self._base.netloc:
            return url
        path = self._base.path + parts.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))


def _bounded(response: requests.Response, **_: object) -> None:
    """Read the body before the client does, and no further than it may be long."""
    try:
        body = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(type(error).__name__) from None
    if len(body) > LARGEST_ANSWER:
        response.close()
        raise requests.exceptions.ContentDecodingError("answer too long")
    response.raw = io.BytesIO(body)


def _code(body: str) -> str:
    try:
        return str(json.loads(body)["code"])[:32]
    except (ValueError, TypeError, KeyError):
        return "20429"


def _number(code: object) -> int:
    text = str(code)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
