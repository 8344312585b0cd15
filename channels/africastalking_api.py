"""How messages go out to Africa's Talking, and what its refusals ask of us."""

import json
import ssl
from functools import cache
from typing import Any

import httpx

from channels.message import Fate, SendFailed
from channels.wire import clean, seconds

LIVE = "https://api.africastalking.com"
SANDBOX = "https://api.sandbox.africastalking.com"
TIMEOUT = httpx.Timeout(5.0, connect=3.0)  # seconds between two reads, and to connect
LARGEST_ANSWER = 64 * 1024

TAKEN = frozenset((100, 101, 102))  # processed, sent, queued

NAMES = {
    401: "riskhold",
    402: "invalidsenderid",
    403: "invalidphonenumber",
    404: "unsupportednumbertype",
    405: "insufficientbalance",
    406: "userinblacklist",
    407: "couldnotroute",
    409: "donotdisturbrejection",
    500: "internalservererror",
    501: "gatewayerror",
    502: "rejectedbygateway",
}

FATES = {
    "riskhold": Fate.PERMANENT,
    "invalidsenderid": Fate.ALARM,
    "invalidphonenumber": Fate.PERMANENT,
    "unsupportednumbertype": Fate.PERMANENT,
    "insufficientbalance": Fate.ALARM,
    "userinblacklist": Fate.OPTED_OUT,
    "couldnotroute": Fate.PERMANENT,
    "donotdisturbrejection": Fate.PERMANENT,
    "internalservererror": Fate.RETRY,
    "gatewayerror": Fate.RETRY,
    "rejectedbygateway": Fate.PERMANENT,
    # Only in delivery reports, as a reason or as the status itself.
    "insufficientcredit": Fate.ALARM,
    "invalidlinkid": Fate.PERMANENT,
    "userisinactive": Fate.PERMANENT,
    "userdoesnotexist": Fate.PERMANENT,
    "deliveryfailure": Fate.PERMANENT,
    "absentsubscriber": Fate.RETRY,
    "expired": Fate.RETRY,
}
"""What each refusal asks of us, by the name that both answers and delivery reports use."""


def fate_of(name: str) -> Fate:
    """Return what a refusal asks of us, however its name is written."""
    return FATES.get(name.replace(" ", "").lower(), Fate.PERMANENT)


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that vouch for the API. Reading them takes 20 ms: once is enough."""
    return httpx.create_ssl_context()


class MessagingApi:
    """The messaging API of one account: its connections kept, its waits and answers bounded."""

    def __init__(self, *, username: str, api_key: str, api_base: str = "") -> None:
        base = api_base.rstrip("/") or (SANDBOX if username == "sandbox" else LIVE)
        self._username = username
        self._url = f"{base}/version1/messaging"
        self._http = httpx.Client(
            headers={"apiKey": api_key, "Accept": "application/json"},
            timeout=TIMEOUT,
            verify=_trusted(),
            trust_env=not api_base,  # a twin is never behind a proxy
        )

    def send(self, *, to: str, text: str, sender: str) -> str:
        """Send one message to one phone and return the provider's id, empty if it gave none.

        :raises SendFailed: if it was not taken
        """
        form = {"username": self._username, "to": to, "message": text, "bulkSMSMode": "1"}
        if sender:
            form["from"] = sender
        return _taken(self._post(form))

    def _post(self, form: dict[str, str]) -> dict[str, Any]:
        try:
            with self._http.stream("POST", self._url, data=form) as response:
                _check(response)
                answer: dict[str, Any] = json.loads(_bounded(response))
                return answer
        except httpx.HTTPError as error:
            # Without its words: an error that is logged must not repeat the number or the text.
            raise SendFailed(type(error).__name__, fate=Fate.RETRY) from None
        except (ValueError, RecursionError):
            raise SendFailed("bad_answer", fate=Fate.RETRY) from None


def _check(response: httpx.Response) -> None:
    """Judge by the HTTP status alone: refusals of a whole call come as plain text."""
    status = response.status_code
    if status == 429:
        after = seconds(response.headers.get("retry-after"))
        raise SendFailed("429", fate=Fate.THROTTLE, after=after)
    if status >= 500:
        raise SendFailed(str(status), fate=Fate.RETRY)
    if not 200 <= status < 300:
        fate = Fate.PERMANENT if status == 400 else Fate.ALARM
        raise SendFailed(str(status), fate=fate)


def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise ValueError("answer too long")
    return bytes(body)


def _taken(answer: dict[str, Any]) -> str:
    """Return the id of the one recipient's message, or raise what kept it from being taken."""
    try:
        data = answer["SMSMessageData"]
        if not data["Recipients"]:  # the whole batch refused, and only the message says why
            why = clean(str(data["Message"]), 64)
            raise SendFailed(why or "no_recipients", fate=fate_of(why))
        recipient = data["Recipients"][0]
        code, named = int(recipient["statusCode"]), str(recipient.get("status", ""))
        provider_id = clean(str(recipient.get("messageId") or ""), 128)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise SendFailed("bad_answer", fate=Fate.RETRY) from None
    if code not in TAKEN:
        raise SendFailed(str(code), fate=fate_of(NAMES.get(code, named)))
    return "" if provider_id == "None" else provider_id
