"""Processes and their children, found as a killer finds them: in the table of the system."""

import os
import signal
from collections import defaultdict
from contextlib import suppress
from pathlib import Path


def children_of(pid: int) -> list[int]:
    """Return the numbers of all processes below one: children, their children, and so on."""
    below: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = entry.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            below[int(parent)].append(int(entry.name))
    found = list(below[pid])
    for child in found:
        found += below[child]
    return found


def command_of(pid: int) -> str:
    """Return the command line of a process, or nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def kill_all(pids: list[int]) -> None:
    """End processes as ``kill -9`` does: none may tidy up, and none starts another meanwhile."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
