"""A file of anchors, one line each: added to, never changed, kept apart from the database."""

import os
from collections.abc import Iterator
from pathlib import Path

from core.ledger.anchors import Anchor, BadAnchor

_LAST_LINES = 16 * 1024


def place(data_dir: Path) -> Path:
    """Return where the house keeps its anchors."""
    return data_dir / "anchors" / "anchors.ndjson"


def add(file: Path, anchor: Anchor) -> None:
    """Write an anchor behind the last one; it is on the disk when this returns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as out:
        # A line that a power cut left half written must not swallow this one.
        out.seek(max(0, out.seek(0, os.SEEK_END) - 1))
        torn = out.read(1) not in {b"", b"\n"}
        out.write(b"\n" * torn + anchor.line.encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())


def last_height(file: Path) -> int:
    """Return the highest block that the file's end tells of, 0 when there is none."""
    if not file.exists():
        return 0
    with file.open("rb") as kept:
        kept.seek(max(0, file.stat().st_size - _LAST_LINES))
        lines = kept.read().decode(errors="replace").splitlines()
    return max((one.height for one in map(_read, lines) if one is not None), default=0)


def anchors(file: Path) -> Iterator[tuple[int, Anchor | None]]:
    """Return line number and anchor of each line; None where a line is not what its key signed."""
    with file.open(encoding="utf-8", errors="replace") as kept:
        for number, line in enumerate(kept, 1):
            yield number, _read(line)


def _read(line: str) -> Anchor | None:
    try:
        return Anchor.read(line)
    except BadAnchor:
        return None
