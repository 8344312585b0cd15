"""Twilio's sign that a message was read and an answer is being written; WhatsApp alone shows it."""

import json

import urllib3

from channels.message import Fate, SendFailed
from channels.pools import LARGEST_ANSWER, connections
from channels.twilio_api import fate_of

HOME = "https://messaging.twilio.com"
PATH = "/v3/Indicators/Typing.json"
SECONDS = 2.0
"""How long it may take: it is worth nothing once the answer is there."""


class TwilioTyping:
    """Marks messages of customers as read. Connections are kept, waits and answers bounded."""

    def __init__(self, *, account_sid: str, auth_token: str, api_base: str = "") -> None:
        self._url = (api_base.rstrip("/") or HOME) + PATH
        known = urllib3.make_headers(basic_auth=f"{account_sid}:{auth_token}")
        self._headers = {
            "Authorization": known["authorization"],
            "User-Agent": "wekeza",
            "Content-Type": "application/json",
        }
        self._http = connections(self._url, is_direct=bool(api_base), seconds=SECONDS)

    def show(self, message_id: str) -> None:
        """Mark a message as read, and show for at most 25 seconds that an answer is written.

        :raises SendFailed: if Twilio did not take it
        """
        said = json.dumps({"channel": "WHATSAPP", "messageId": message_id}).encode()
        try:
            response = self._http.request(
                "POST", self._url, body=said, headers=self._headers, redirect=False,
                preload_content=False, timeout=urllib3.Timeout(total=SECONDS),
            )  # fmt: skip
            body = response.read(LARGEST_ANSWER + 1, decode_content=True)
        except urllib3.exceptions.HTTPError as error:
            raise SendFailed(type(error).__name__, fate=Fate.RETRY) from None
        response.release_conn()
        if not 200 <= response.status < 300:
            code = _code(body) or str(response.status)
            raise SendFailed(code, fate=fate_of(code, response.status))


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])[:32]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
