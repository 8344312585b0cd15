"""The job that fetches a file a customer sent and keeps it, sealed, under ``DATA_DIR/media``.

What arrives stands in memory until it is sealed: it never is on the disk in clear.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import httpx
import structlog

from bot import house as houses
from bot.house import House
from bot.settings import Settings
from core.crm import media
from core.crm.media import Wanted
from worker.media_sources import NotKept, Source, origin, refuse, source_of

LARGEST = 16 * 1024 * 1024
"""Bytes: what WhatsApp lets a person send, but for documents."""
MOST_HOPS = 3
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
TYPES = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/aac",
        "audio/amr",
        "video/mp4",
        "video/3gpp",
        "application/pdf",
    }
)
"""What a customer may send us. Anything else is refused unread."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that has arrived."""

    content: bytes
    content_type: str


def keep(media_id: str) -> None:
    """Fetch a file and keep it. A job; what fails is tried again, later each time."""
    keep_in(houses.current(), UUID(media_id))


def keep_in(house: House, media_id: UUID) -> bool:
    """Fetch a file of this house and keep it; return whether it is kept now."""
    with house.unit() as unit:
        wanted = media.claim(unit, media_id)
    if wanted is None:
        return False
    try:
        fetched = fetch(house.settings, wanted)
    except (httpx.HTTPError, OSError) as error:
        return _fail(house, wanted, type(error).__name__, for_good=False)
    except NotKept as error:
        return _fail(house, wanted, str(error), for_good=True)
    path, size = house.files("media").write(wanted.id, fetched.content), len(fetched.content)
    with house.unit() as unit:
        media.keep(unit, wanted.id, path=path, size=size, content_type=fetched.content_type)
    log.info("media kept", media=str(wanted.id), bytes=size, type=fetched.content_type)
    return True


def _fail(house: House, wanted: Wanted, error: str, *, for_good: bool) -> bool:
    log.warning("media not kept", media=str(wanted.id), reason=error, for_good=for_good)
    with house.unit() as unit:
        media.fail(unit, wanted.id, error=error[:200], for_good=for_good)
    return False


def fetch(settings: Settings, wanted: Wanted) -> Fetched:
    """Fetch a file from its provider.

    :raises NotKept: if it is too large, of no kind we keep, or not at the provider at all
    :raises httpx.HTTPError: if it did not come this time
    """
    source = source_of(settings, wanted.provider)
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        place = source.find(client, wanted.url)
        fetched = _fetched(client, source, place.url)
    if place.sha256 and hashlib.sha256(fetched.content).hexdigest() != place.sha256:
        raise NotKept("not the file that was sent")
    return fetched


def _fetched(client: httpx.Client, source: Source, address: str) -> Fetched:
    hops = 0
    while True:
        with client.stream("GET", address, headers=source.headers(address)) as response:
            if response.has_redirect_location:
                address, hops = _next(source, address, response), hops + 1
                if hops > MOST_HOPS:
                    raise NotKept("too many redirects")
                continue
            refuse(response)
            content_type = _kind(response.headers)
            return Fetched(b"".join(_bounded(response)), content_type)


def _next(source: Source, address: str, response: httpx.Response) -> str:
    """Return where a redirect leads: over HTTPS to a host by name, or on at the same place."""
    there = urljoin(address, response.headers["location"])
    parts = urlsplit(there)
    named = bool(parts.hostname) and any(c.isalpha() for c in (parts.hostname or "").split(".")[-1])
    if origin(there) == source.home or (parts.scheme == "https" and named):
        return there
    raise NotKept("led elsewhere")


def _bounded(response: httpx.Response) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_bytes(64 * 1024):
        size += len(chunk)
        if size > LARGEST:
            raise NotKept("too large")
        yield chunk


def _kind(headers: Mapping[str, str]) -> str:
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LARGEST:
        raise NotKept("too large")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise NotKept(f"not a kind we keep: {kind[:60]}")
    return kind
