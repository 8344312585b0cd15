"""How calls go out to Meta's Graph API: bounded, and what its errors ask of us.

Meta answers one and the same error with several HTTP statuses: what to do is decided on its code.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from channels import pools
from channels.message import Fate, SendFailed
from channels.pools import LARGEST_ANSWER, connections
from channels.wire import seconds

HOME = "https://graph.facebook.com"
VERSION = "v23.0"
LONGEST_CODE = 32

FATES = {
    0: Fate.ALARM,  # the app could not be authenticated
    1: Fate.RETRY,  # an unknown error of the API
    2: Fate.RETRY,  # the API is away for a moment
    3: Fate.ALARM,  # the app lacks the capability
    4: Fate.THROTTLE,  # the app's calls of an hour are spent
    10: Fate.ALARM,  # a permission was not granted, or taken away
    33: Fate.ALARM,  # no such number of ours
    100: Fate.ALARM,  # a parameter is wrong: a fault of ours
    190: Fate.ALARM,  # the access token has expired
    368: Fate.ALARM,  # the account is blocked for a breach of policy
    613: Fate.THROTTLE,
    80007: Fate.THROTTLE,  # the account's calls are spent
    130403: Fate.ALARM,  # access denied
    130429: Fate.THROTTLE,  # the number's messages a second
    130472: Fate.OTHER_CHANNEL,  # the person is in an experiment that gets no such message
    130497: Fate.OTHER_CHANNEL,  # the account may not write to that country
    131000: Fate.RETRY,  # unknown; often passes
    131005: Fate.ALARM,  # access denied
    131008: Fate.ALARM,  # a parameter is missing: a fault of ours
    131009: Fate.ALARM,  # a value is wrong: a fault of ours
    131016: Fate.RETRY,  # a service is away for a moment
    131021: Fate.PERMANENT,  # it would be a message to ourselves
    131026: Fate.OTHER_CHANNEL,  # nobody on WhatsApp there, or their version is too old
    131030: Fate.ALARM,  # a test number, and the person is not on its list
    131031: Fate.ALARM,  # the account is locked
    131037: Fate.ALARM,  # the number's display name is not approved
    131042: Fate.ALARM,  # the account's payment method
    131044: Fate.ALARM,
    131045: Fate.ALARM,  # the number is not registered
    131047: Fate.TEMPLATE,  # outside the 24 hours
    131048: Fate.THROTTLE,  # too much of the number's was reported as spam
    131049: Fate.OTHER_CHANNEL,  # held back, for the person gets too much advertising
    131050: Fate.OPTED_OUT,  # the person stopped advertising
    131051: Fate.ALARM,  # a kind of message there is not
    131052: Fate.RETRY,  # a file could not be fetched
    131053: Fate.RETRY,  # a file could not be taken up
    131055: Fate.ALARM,  # a method that is not allowed
    131056: Fate.THROTTLE,  # too much to this one person
    131057: Fate.RETRY,  # the account is in maintenance
    131062: Fate.OTHER_CHANNEL,  # not to somebody who shows no number
    131063: Fate.ALARM,  # advertising templates are switched off
    131064: Fate.OTHER_CHANNEL,  # the account's messages for the day are spent
    132000: Fate.ALARM,  # another number of parameters than the template has
    132001: Fate.OTHER_CHANNEL,  # no such template in that language, or not approved yet
    132005: Fate.ALARM,  # the template with its values is too long
    132007: Fate.OTHER_CHANNEL,  # the template is against a policy
    132008: Fate.ALARM,  # a parameter's value is malformed
    132012: Fate.ALARM,  # a parameter's kind is another
    132015: Fate.OTHER_CHANNEL,  # the template is paused
    132016: Fate.OTHER_CHANNEL,  # the template is switched off
    132018: Fate.ALARM,  # a parameter has a line break or a tab
    132068: Fate.ALARM,  # flows of Meta's, which we have none of
    132069: Fate.THROTTLE,
    133004: Fate.RETRY,  # the server is away for a moment
    133010: Fate.ALARM,  # the number is not registered
    133016: Fate.THROTTLE,
    135000: Fate.RETRY,  # unknown; Meta says to try again
    137000: Fate.PERMANENT,  # the person's identity key is another
}
"""What each of Meta's error codes asks of us, from a failed call and from a receipt alike."""

PERMISSIONS = range(200, 300)
"""Codes that all say that a permission is lacking."""
TEMPLATES = range(2388000, 2389000)
"""Codes, told beneath one of another kind, that say why a template was not created."""
EXISTS = "2388024"
"""The code of a template that has been declared before."""
PAIR = 131056
"""Too much to one person, while everybody else may be written to."""


def fate_of(code: object, status: int = 0, *, passes: bool = False) -> Fate:
    """Return what a failure asks of us: by its code if known, else by the HTTP status.

    ``passes`` is Meta's own word that an error it may not have named before is a passing one.
    """
    number = number_of(code)
    known = FATES.get(number) if str(code).strip() else None
    if known is not None:
        return known
    if number in PERMISSIONS or number in TEMPLATES or status in {401, 403, 404}:
        return Fate.ALARM
    if status == 429:
        return Fate.THROTTLE
    return Fate.RETRY if passes or status >= 500 else Fate.PERMANENT


def number_of(code: object) -> int:
    """Return an error code as a number; -1 when it is none."""
    text = str(code)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1


class MetaApi:
    """One app's way to the Graph API. Connections are kept, waits and answers bounded."""

    def __init__(self, *, access_token: str, api_base: str = "") -> None:
        self.base = f"{api_base.rstrip('/') or HOME}/{VERSION}"
        self._headers = {
            "Authorization": f"Bearer {access_token}",
            "User-Agent": "wekeza/1.0.0",  # Meta describes its shape
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self._limits = urllib3.Timeout(connect=pools.TIMEOUT, read=pools.TIMEOUT)
        self._http = connections(self.base, is_direct=bool(api_base), seconds=pools.TIMEOUT)

    def post(
        self, path: str, said: Mapping[str, Any], *, within: float | None = None
    ) -> dict[str, Any]:
        """Make a call and return what was answered; ``within`` so many seconds, if given.

        :raises SendFailed: if it was not taken; without the provider's words, which may repeat a
            customer's number or text
        """
        try:
            response = self._http.request(
                "POST", f"{self.base}/{path}", body=json.dumps(said).encode(),
                headers=self._headers, redirect=False, preload_content=False,
                timeout=self._limits if within is None else urllib3.Timeout(total=within),
            )  # fmt: skip
            body = response.read(LARGEST_ANSWER + 1, decode_content=True)
        except urllib3.exceptions.HTTPError as error:
            raise SendFailed(type(error).__name__, fate=Fate.RETRY) from None
        if len(body) > LARGEST_ANSWER:
            response.close()
            raise SendFailed("answer_too_long", fate=Fate.RETRY)
        response.release_conn()
        facts = _facts(body)
        if 200 <= response.status < 300 and "error" not in facts:
            return facts
        raise _failure(response.status, facts, seconds(response.headers.get("Retry-After")))


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as Meta tells it, in an answer and in a receipt alike."""

    code: str
    fate: Fate
    pair: bool

    @classmethod
    def of(cls, error: object, status: int = 0) -> "Fault":
        """Return what an error of Meta's says; of one in no shape of Meta's, what its status says.

        Never raises.
        """
        told = error if isinstance(error, dict) else {}
        named = told.get("code")
        if number_of(told.get("error_subcode")) in TEMPLATES:
            named = told["error_subcode"]
        fate = fate_of("" if named is None else named, status, passes=_passes(told))
        code = str(named if named is not None else status or "unknown")
        return cls(code[:LONGEST_CODE], fate, number_of(code) == PAIR)


def _passes(told: Mapping[str, Any]) -> bool:
    return told.get("is_transient") is True


def _failure(status: int, facts: Mapping[str, Any], after: float | None) -> SendFailed:
    if 200 <= status < 300 and "error" not in facts:
        return SendFailed("bad_answer", fate=Fate.RETRY)
    fault = Fault.of(facts.get("error"), status)
    return SendFailed(fault.code, fate=fault.fate, after=after, pair=fault.pair)


def _facts(body: bytes) -> dict[str, Any]:
    """Return what the answer says; nothing when it has no shape of Meta's, as a proxy's page."""
    try:
        facts = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}
