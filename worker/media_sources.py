"""Where each provider keeps the files that customers send, and how it knows us there."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from bot.settings import Settings
from channels import meta_api

TWILIO = "https://api.twilio.com"
META_HOSTS = (".fbsbx.com", ".facebook.com", ".fbcdn.net", ".whatsapp.net")
"""Where Meta keeps files: it is told who we are there, and nowhere else."""
_SHA256 = re.compile(r"[0-9a-f]{64}")

Origin = tuple[str, str, int | None]


class NotKept(Exception):
    """The file is not one we keep; asking again changes nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file lies, and the hash of what is there, where the provider says it."""

    url: str
    sha256: str = ""


class Source(Protocol):
    """A provider's store of files."""

    home: Origin
    """The provider itself: scheme, host and port."""

    def find(self, client: httpx.Client, url: str) -> Place:
        """Return where a file is to be fetched that a message named.

        :raises NotKept: if it is not at the provider at all
        :raises httpx.HTTPError: if the provider did not tell this time
        """

    def headers(self, address: str) -> Mapping[str, str]:
        """Return what tells the provider who we are; nothing for any other host."""


class TwilioFiles:
    """Files at Twilio: the message names where they lie, and Twilio sends us on from there."""

    def __init__(self, settings: Settings) -> None:
        self.home = origin(settings.twilio_api_base or TWILIO)
        known = f"{settings.twilio_account_sid}:{settings.twilio_auth_token}".encode()
        self._known = {"Authorization": f"Basic {base64.b64encode(known).decode()}"}

    def find(self, client: httpx.Client, url: str) -> Place:  # noqa: ARG002
        """Return the very address, if it is Twilio's.

        :raises NotKept: if it is not
        """
        return Place(_at_home(self, url))

    def headers(self, address: str) -> Mapping[str, str]:
        """Return our name and password, for Twilio itself and no other host."""
        return self._known if origin(address) == self.home else {}


class MetaFiles:
    """Files at Meta: a message names their id, and the API where they lie for a few minutes."""

    def __init__(self, settings: Settings) -> None:
        self.home = origin(settings.meta_api_base or meta_api.HOME)
        self._known = {"Authorization": f"Bearer {settings.meta_access_token}"}

    def find(self, client: httpx.Client, url: str) -> Place:
        """Ask where the file lies now.

        :raises NotKept: if it is not at Meta, or no more
        :raises httpx.HTTPError: if Meta did not tell this time
        """
        answer = client.get(_at_home(self, url), headers=self._known)
        refuse(answer)
        try:
            told = answer.json()
        except ValueError:
            told = None
        if not isinstance(told, dict) or not isinstance(told.get("url"), str):
            raise httpx.DecodingError("no address of a file", request=answer.request)
        if not self._is_ours(told["url"]):
            raise NotKept("not at the provider")
        told_hash = str(told.get("sha256") or "").lower()
        return Place(told["url"], told_hash if _SHA256.fullmatch(told_hash) else "")

    def headers(self, address: str) -> Mapping[str, str]:
        """Return our token, for Meta's own hosts and no other."""
        return self._known if self._is_ours(address) else {}

    def _is_ours(self, address: str) -> bool:
        parts = urlsplit(address)
        theirs = parts.scheme == "https" and f".{parts.hostname or ''}".endswith(META_HOSTS)
        return theirs or origin(address) == self.home


def source_of(settings: Settings, provider: str) -> Source:
    """Return where the files of a provider's messages are."""
    return MetaFiles(settings) if provider == "meta" else TwilioFiles(settings)


def refuse(response: httpx.Response) -> None:
    """Refuse an answer that brings no file.

    :raises NotKept: if asking again changes nothing
    :raises httpx.HTTPError: if it may come another time
    """
    if response.status_code in {401, 403, 404, 410}:
        raise NotKept(f"answered {response.status_code}")
    response.raise_for_status()


def origin(url: str) -> Origin:
    """Return what makes two addresses the same place: scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def _at_home(source: Source, url: str) -> str:
    """Return an address that is the provider's own, whatever the webhook said."""
    if origin(url) != source.home:
        raise NotKept("not at the provider")
    return url
