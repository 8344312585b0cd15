"""The one call of Twilio's that every message takes: written by hand, for it is the busiest.

The official client serves all others. Around this one it costs three times the CPU of the call: it
reads the environment's proxies, merges a session and builds an object with dates each time.
"""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import urllib3

from channels import twilio_api
from channels.message import Fate, SendFailed
from channels.pools import connections
from channels.twilio_api import LARGEST_ANSWER, fate_of
from channels.wire import seconds

HOME = "https://api.twilio.com"
API = "2010-04-01"
LONGEST_CODE = 32


class TwilioMessages:
    """Hands messages to an account. Connections are kept, waits and answers bounded."""

    def __init__(self, *, account_sid: str, auth_token: str, api_base: str = "") -> None:
        base = api_base.rstrip("/") or HOME
        self._url = f"{base}/{API}/Accounts/{account_sid}/Messages.json"
        known = urllib3.make_headers(basic_auth=f"{account_sid}:{auth_token}")
        self._headers = {
            "Authorization": known["authorization"],
            "User-Agent": "wekeza",
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._http = connections(self._url, is_direct=bool(api_base), seconds=twilio_api.TIMEOUT)

    def create(self, form: Mapping[str, str]) -> str:
        """Hand one message over and return the provider's id of it.

        :raises SendFailed: if it was not taken; without the provider's words, which may repeat a
            customer's number or text
        """
        try:
            response = self._http.request(
                "POST", self._url, body=urlencode(form), headers=self._headers,
                redirect=False, preload_content=False,
            )  # fmt: skip
            body = response.read(LARGEST_ANSWER + 1, decode_content=True)
        except urllib3.exceptions.HTTPError as error:
            raise SendFailed(type(error).__name__, fate=Fate.RETRY) from None
        if len(body) > LARGEST_ANSWER:
            response.close()
            raise SendFailed("answer_too_long", fate=Fate.RETRY)
        response.release_conn()
        after = seconds(response.headers.get("Retry-After"))
        return _sid(response.status, _facts(body), after)


def _facts(body: bytes) -> dict[str, object]:
    """Return what the answer says; nothing when it has no shape of Twilio's, as a proxy's page."""
    try:
        facts = json.loads(body)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _sid(status: int, facts: Mapping[str, object], after: float | None) -> str:
    if 200 <= status < 300:
        if facts.get("sid"):
            return str(facts["sid"])
        raise SendFailed("no_message_sid", fate=Fate.RETRY)
    if status == 429:
        code = str(facts.get("code") or "20429")[:LONGEST_CODE]
        raise SendFailed(code, fate=Fate.THROTTLE, after=after)
    code = str(facts.get("code") or status)[:LONGEST_CODE]
    raise SendFailed(code, fate=fate_of(code, status))
