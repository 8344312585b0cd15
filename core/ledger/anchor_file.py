"""A file of anchors, one line each: added to, never changed, kept apart from the database."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from core.ledger.anchored import A, Anchored

_LAST_LINES = 16 * 1024
_ONLY_OURS, _ONLY_OURS_TO_ENTER = 0o600, 0o700


Read = Callable[[str], A | None]
"""Returns the anchor that a line tells, None when it is not what its key signed."""


def place(data_dir: Path, name: str) -> Path:
    """Return where the house keeps its anchors of one chain."""
    return data_dir / "anchors" / f"{name}.ndjson"


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


def last_number(file: Path, read: Read[A]) -> int:
    """Return the highest number that the file's end tells of, 0 when there is none."""
    kept = map(read, _last_lines(file))
    return max((one.number for one in kept if one is not None), default=0)


def anchors(file: Path, read: Read[A]) -> Iterator[tuple[int, A | None]]:
    """Return line number, from 1, and anchor of each line; None where it is not what was signed."""
    with file.open(encoding="utf-8", errors="replace") as kept:
        for number, line in enumerate(kept, 1):
            yield number, read(line)


def _last_lines(file: Path) -> list[str]:
    """Return the lines at the file's end, the first of which may be torn; none without a file."""
    if not file.exists():
        return []
    with file.open("rb") as kept:
        kept.seek(max(0, file.stat().st_size - _LAST_LINES))
        return kept.read().decode(errors="replace").splitlines()
