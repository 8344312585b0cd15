"""A file of anchors, one line each: added to, never changed, kept apart from the database."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from core.ledger.anchors import Anchor, BadAnchor

_LAST_LINES = 16 * 1024
_ONLY_OURS, _ONLY_OURS_TO_ENTER = 0o600, 0o700


class Anchored(Protocol):
    """An anchor of whatever it is."""

    @property
    def line(self) -> str:
        """The line of JSON that is published."""


def place(data_dir: Path) -> Path:
    """Return where the house keeps its anchors."""
    return data_dir / "anchors" / "anchors.ndjson"


def add(file: Path, anchor: Anchored) -> None:
    """Write an anchor behind the last one; it is on the disk when this returns.

    Folder and file are readable to their owner alone.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=_ONLY_OURS_TO_ENTER)
    file.touch(mode=_ONLY_OURS)
    with file.open("a+b") as out:
        # A line that a power cut left half written must not swallow this one.
        out.seek(max(0, out.seek(0, os.SEEK_END) - 1))
        torn = out.read(1) not in {b"", b"\n"}
        out.write(b"\n" * torn + anchor.line.encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())


def last_lines(file: Path) -> list[str]:
    """Return the lines at the file's end, the first of which may be torn; none without a file."""
    if not file.exists():
        return []
    with file.open("rb") as kept:
        kept.seek(max(0, file.stat().st_size - _LAST_LINES))
        return kept.read().decode(errors="replace").splitlines()


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """Return each line after its number, from 1."""
    with file.open(encoding="utf-8", errors="replace") as kept:
        yield from enumerate(kept, 1)


def last_height(file: Path) -> int:
    """Return the highest block that the file's end tells of, 0 when there is none."""
    kept = map(_read, last_lines(file))
    return max((one.height for one in kept if one is not None), default=0)


def anchors(file: Path) -> Iterator[tuple[int, Anchor | None]]:
    """Return line number and anchor of each line; None where a line is not what its key signed."""
    for number, line in lines(file):
        yield number, _read(line)


def _read(line: str) -> Anchor | None:
    try:
        return Anchor.read(line)
    except BadAnchor:
        return None
