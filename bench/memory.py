"""What processes hold of the memory, read from Linux's ``/proc``."""

from pathlib import Path

MIB = 1024


def mebibytes(pid: int) -> float:
    """Return the memory of a process, with its share of what it shares (PSS), in MiB.

    :raises ProcessLookupError: if it has ended
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError as error:
        raise ProcessLookupError(pid) from error
    return next(int(line.split()[1]) / MIB for line in lines if line.startswith("Pss:"))


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def named(name: str, *, holding: str) -> list[int]:
    """Return the processes of a program whose command line names a folder of ours."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_it = (entry / "comm").read_text().strip() == name
            if is_it and holding in (entry / "cmdline").read_text():
                found.append(int(entry.name))
        except OSError:
            continue  # it has ended meanwhile
    return found
