"""Twilio's own list of the messages it took for us, for those its calls could not bring."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twilio.rest import Client

from channels.message import Channel, Hook
from channels.twilio_api import connect, told

HOME = "https://api.twilio.com"
MOST = 500
MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class Listed:
    """A message of a customer on the list, as the call that should have brought it."""

    id: str
    at: datetime
    hook: Hook


class TwilioList:
    """What an account has received. Every call is bounded in time and size."""

    def __init__(self, *, account_sid: str, auth_token: str, api_base: str = "") -> None:
        self._client: Client = connect(
            account_sid=account_sid, auth_token=auth_token, api_base=api_base
        )
        self._base = api_base or HOME

    def received(self, *, channel: Channel, number: str, since: datetime) -> list[Listed]:
        """Return what customers sent to a number of ours, oldest first; at most the newest 500.

        :raises SendFailed: if Twilio does not tell
        """
        prefix = "whatsapp:" if channel == "whatsapp" else ""
        with told():
            found = self._client.messages.list(
                to=f"{prefix}{number}", date_sent_after=since, limit=MOST, page_size=100
            )
            inbound = [one for one in found if str(one.direction) == "inbound" and one.date_created]
            listed = [Listed(str(one.sid), one.date_created, self._hook(one)) for one in inbound]
        return sorted(listed, key=lambda one: one.at)

    def _hook(self, message: Any) -> Hook:  # noqa: ANN401 - the client names no type
        form = {
            "MessageSid": str(message.sid),
            "From": str(message.from_ or ""),
            "To": str(message.to or ""),
            "Body": str(message.body or ""),
        }
        if str(message.num_media or "0") != "0":
            files = self._client.messages(message.sid).media.list(limit=MOST_FILES)
            form["NumMedia"] = str(len(files))
            for n, file in enumerate(files):
                form[f"MediaUrl{n}"] = self._base + str(file.uri).removesuffix(".json")
                form[f"MediaContentType{n}"] = str(file.content_type)
        return Hook(url="", form={name: (value,) for name, value in form.items()})
