"""What the anchors of every chain have in common: each names a link of it by number and hash."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol, TypeVar

from core.store.unit import Unit

_AT_ONCE = 1000


class Anchored(Protocol):
    """An anchor of whatever it is."""

    @property
    def number(self) -> int:
        """Which link of its chain it names, from 1."""

    @property
    def hash(self) -> bytes:
        """The hash of that link."""

    @property
    def line(self) -> str:
        """The line of JSON that is published."""


A = TypeVar("A", bound=Anchored)


def missed(unit: Unit, kept: Iterable[A], *, links: str) -> Iterator[tuple[A, bool]]:
    """Return each anchor that its chain does not bear out, and whether there is such a link.

    ``links`` is the statement that reads ``number`` and ``hash`` of the links in ``numbers``.
    """
    rest = iter(kept)
    while some := list(islice(rest, _AT_ONCE)):
        rows = unit.all(links, numbers=[anchor.number for anchor in some])
        hashes = {row.number: bytes(row.hash) for row in rows}
        for anchor in some:
            if hashes.get(anchor.number) != anchor.hash:
                yield anchor, anchor.number in hashes
