"""What processes have used of the processors, read from Linux's ``/proc``."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def seconds_of(roots: Iterable[int]) -> float:
    """Return the CPU seconds, user and system, of these processes and all that came of them.

    Children that have ended are counted too: by the parent that waited for them.
    """
    stats = {pid: stat for pid in _pids() if (stat := _stat(pid)) is not None}
    children: dict[int, list[int]] = {}
    for pid, stat in stats.items():
        children.setdefault(stat[0], []).append(pid)
    ticks, todo = 0, [pid for pid in roots if pid in stats]
    while todo:
        pid = todo.pop()
        ticks += sum(stats[pid][1:])
        todo += children.get(pid, [])
    return ticks / TICKS_A_SECOND


def parent_of(pid: int) -> int:
    """Return the process that started this one.

    :raises ProcessLookupError: if it has ended
    """
    stat = _stat(pid)
    if stat is None:
        raise ProcessLookupError(pid)
    return stat[0]


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> tuple[int, ...] | None:
    """Return parent, then user and system ticks of the process, then those of ended children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return None
    return (int(fields[1]), *(int(field) for field in fields[11:15]))
