"""A graph of payments between accounts with labels, read from samples of AMLSim.

A sample is a folder, or a ``.tgz`` of one, with ``nodes.csv`` (nodeid, isFraud, fraudStep) and
``transactions.csv`` (sourceNodeId, targetNodeId, value, time); time is a step of the simulator.
"""

import csv
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NEVER = np.iinfo(np.int64).max
"""The step of what has not happened."""
NODES, PAYMENTS = "nodes.csv", "transactions.csv"
MOST_BYTES = 2**30

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class NotASample(ValueError):
    """The folder or archive does not hold a sample of this format."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Payments in the order of their steps; accounts are numbered from 0 to ``accounts`` - 1."""

    source: Ints
    target: Ints
    value: Floats
    step: Ints
    is_named: Flags
    """Of each account: whether it was put into a pattern of laundering."""
    acted_at: Ints
    """Of each account: when it first took part in its pattern; `NEVER` if it has not."""

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return len(self.is_named)

    def until(self, step: int) -> "Graph":
        """Return what was known at the end of a step: no later payment, no later label."""
        seen = self.step <= step
        acted = np.where(self.acted_at <= step, self.acted_at, NEVER)
        return Graph(
            self.source[seen],
            self.target[seen],
            self.value[seen],
            self.step[seen],
            self.is_named & (acted < NEVER),
            acted,
        )


def read(path: Path) -> Graph:
    """Return the graph of a sample.

    :raises NotASample: if a file or a column is missing, or a payment names an unknown account
    """
    nodes, payments = (list(_rows(path, name)) for name in (NODES, PAYMENTS))
    try:
        place = {row["nodeid"]: n for n, row in enumerate(nodes)}
        named = np.array([row["isFraud"] == "1" for row in nodes], dtype=np.bool_)
        first = np.array([int(row["fraudStep"]) for row in nodes], dtype=np.int64)
        source = np.array([place[row["sourceNodeId"]] for row in payments], dtype=np.int64)
        target = np.array([place[row["targetNodeId"]] for row in payments], dtype=np.int64)
        value = np.array([float(row["value"]) for row in payments], dtype=np.float64)
        step = np.array([int(row["time"]) for row in payments], dtype=np.int64)
    except (KeyError, ValueError, TypeError) as error:
        raise NotASample(f"{path.name}: {error}") from error
    order = np.argsort(step, kind="stable")
    source, target, value, step = source[order], target[order], value[order], step[order]
    acted = _acted(source, target, step, named, np.where(named & (first >= 0), first, NEVER))
    return Graph(source, target, value, step, named, acted)


def _acted(source: Ints, target: Ints, step: Ints, named: Flags, sent: Ints) -> Ints:
    """Return when each account first took part.

    The sample tells when an account first *sent* laundered money. Who received it is named without
    a step: that is the first step on which a named account, at its own first step, paid it.
    """
    acted = sent.copy()
    passed = named[source] & named[target] & (step == sent[source])
    np.minimum.at(acted, target[passed], step[passed])
    return acted


def _rows(path: Path, name: str) -> Iterator[dict[str, str]]:
    if path.is_dir():
        found = sorted(path.rglob(name))
        if len(found) != 1:
            raise NotASample(f"{path.name}: {len(found)} files called {name}, one is wanted")
        text = found[0].read_text(encoding="utf-8")
    else:
        text = _unpacked(path, name)
    return csv.DictReader(io.StringIO(text))


def _unpacked(path: Path, name: str) -> str:
    try:
        with tarfile.open(path) as archive:
            found = [
                one
                for one in archive
                if one.isfile() and Path(one.name).name == name and one.size <= MOST_BYTES
            ]
            content = archive.extractfile(found[0]) if len(found) == 1 else None
            if content is None:
                raise NotASample(f"{path.name}: {len(found)} files called {name}, one is wanted")
            return content.read().decode()
    except (tarfile.TarError, UnicodeDecodeError) as error:
        raise NotASample(f"{path.name}: {error}") from error
