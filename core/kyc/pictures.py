"""Pictures of documents as they come in: told by their bytes, bounded, and drawn anew before kept.

Nothing that a file says of itself is believed, not its name, its type or its size. What a camera
writes into a picture besides (where, when, by which phone) is dropped, as is whatever else a file
may hide: only pixels, or the pages of a PDF, are kept. `core.kyc.cleaner` does that in a process of
its own. Call none of this inside a transaction.
"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.errors import DeskRefusal

ContentType = Literal["image/jpeg", "image/png", "application/pdf"]
LARGEST = 12 * 1024 * 1024
"""Bytes of a file as it comes."""
SECONDS = 20.0
"""How long the cleaner may take, waiting for a processor included."""
_CLEANER = Path(__file__).with_name("cleaner.py")
_STARTS: tuple[tuple[bytes, ContentType, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "PNG"),
    (b"%PDF-", "application/pdf", "PDF"),
)


class PictureUnfit(DeskRefusal):
    """The file cannot be used. Fact: ``reason``, a code of ``kyc_reasons``."""

    code = "picture_unfit"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or a PDF with nothing in it but what is seen."""

    content: bytes = field(repr=False)
    content_type: ContentType
    pages: int


def kind_of(content: bytes) -> tuple[ContentType, str] | None:
    """Return what a file is by its first bytes, and what the cleaner calls it; None if neither."""
    for start, content_type, kind in _STARTS:
        if content.startswith(start):
            return content_type, kind
    return None


def clean(content: bytes) -> Picture:
    """Return a file as it may be kept and shown.

    :raises PictureUnfit: if it is no JPEG, PNG or PDF, too large, too small, locked or broken
    """
    if len(content) > LARGEST:
        raise PictureUnfit(reason="too_large")
    known = kind_of(content)
    if known is None:
        raise PictureUnfit(reason="not_a_picture")
    content_type, kind = known
    head, cleaned = _cleaned(content, kind)
    refused = head.get("refused")
    if refused or not cleaned:
        raise PictureUnfit(reason=str(refused or "not_a_picture"))
    return Picture(cleaned, content_type, int(str(head["pages"])))


def _cleaned(content: bytes, kind: str) -> tuple[dict[str, object], bytes]:
    """Run the cleaner, which knows nothing of this process but where libraries are."""
    try:
        ran = subprocess.run(  # noqa: S603 - our own file, by our own Python
            [sys.executable, "-I", str(_CLEANER), kind],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "too_large"}, b""
    line, found, cleaned = ran.stdout.partition(b"\n")
    if ran.returncode or not found:
        # It was ended by its own bounds, or broke: either way the file is not one to keep.
        return {"refused": "too_large" if ran.returncode < 0 else "not_a_picture"}, b""
    head: dict[str, object] = json.loads(line)
    return head, cleaned
