"""Opens a file that somebody sent, in a process of its own, and writes it anew with nothing beside.

Run by `core.kyc.pictures` as a program: the file comes by standard input, and goes out by standard
output behind one line of JSON. Whoever opens pictures and PDFs of strangers may be made to fill the
memory or to work for ever: here that ends this process, after seconds, and no other. What is
written is drawn anew from what is seen: where a picture was taken, scripts, and a second file
hidden in it do not come along.

It imports nothing of the house, so that it starts fast and knows no secret.
"""

import io
import json
import sys
from typing import Any

from PIL import Image, ImageFile, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

try:
    import resource
except ImportError:  # Windows has none: the caller's own patience bounds it there
    resource = None  # type: ignore[assignment]

SECONDS = 10
"""Of processor time."""
MEMORY = 768 * 1024 * 1024
"""Bytes of address space."""
MOST_PIXELS = 64_000_000
SHORTEST_SIDE = 200
"""Pixels; less than that shows nobody's face."""
LONGEST_SIDE = 2400
"""Pixels; an identity card is read at 300 dots an inch with half of that."""
MOST_PAGES = 5
QUALITY = 88


class Unfit(Exception):
    """The file is not one that is taken; its text is a code of ``kyc_reasons``."""


def bound() -> None:
    """Bound the time and the memory of this process, where the system can."""
    if resource is None:
        return
    for what, most in ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY)):
        hard = resource.getrlimit(what)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, hard))


def draw(content: bytes, kind: str) -> tuple[bytes, dict[str, int]]:
    """Return a picture drawn anew, upright, no larger than it need be, and its size.

    :raises Unfit: if it is none, or too large or too small
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unfit("too_large")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            drawn = ImageOps.exif_transpose(opened).convert("RGB")
    except (Image.DecompressionBombError, MemoryError):
        raise Unfit("too_large") from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise Unfit("not_a_picture") from None
    if min(drawn.size) < SHORTEST_SIDE:
        raise Unfit("unreadable")
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    options: dict[str, Any] = {"quality": QUALITY} if kind == "JPEG" else {"optimize": False}
    # A new picture: nothing of the old one but its pixels.
    clean = Image.frombytes("RGB", drawn.size, drawn.tobytes())
    clean.save(written, format=kind, **options)
    return written.getvalue(), {"width": clean.width, "height": clean.height, "pages": 1}


def rewrite(content: bytes) -> tuple[bytes, dict[str, int]]:
    """Return a PDF with its pages alone: no script, no form, no file inside, no data about itself.

    :raises Unfit: if it is none, is locked, or has too many pages
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Unfit("not_a_picture")
        pages = len(reader.pages)
        if pages > MOST_PAGES:
            raise Unfit("too_large")
        if not pages:
            raise Unfit("not_a_picture")
        writer = PdfWriter()
        for page in reader.pages:
            for name in ("/Annots", "/AA", "/Metadata", "/PieceInfo"):
                page.pop(name, None)
            writer.add_page(page)
        writer.metadata = None
        written = io.BytesIO()
        writer.write(written)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unfit("not_a_picture") from None
    except MemoryError:
        raise Unfit("too_large") from None
    return written.getvalue(), {"width": 0, "height": 0, "pages": pages}


def main() -> None:
    """Read a file of the kind that is named, and write what is left of it, or why nothing is."""
    bound()
    kind, content = sys.argv[1], sys.stdin.buffer.read()
    try:
        written, facts = rewrite(content) if kind == "PDF" else draw(content, kind)
        head: dict[str, object] = dict(facts)
    except Unfit as unfit:
        written, head = b"", {"refused": str(unfit)}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + written)


if __name__ == "__main__":
    main()
