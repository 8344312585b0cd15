"""Tells a conversation that is written down as text, and compares what is said back.

A story is a text file. ``#`` starts a remark; ``@ +254712000001 ussd`` picks up a phone; ``<`` is
what its owner says (nothing at all dials the short code), and every ``>`` line is what must be read
then, line by line, in full. ``~`` waits for an answer from outside. ``...`` stands for anything
within its line, ``{code}`` for the one-time code that was sent last.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

FOLDER = Path(__file__).parent


class Phone(Protocol):
    """A phone that can be spoken into."""

    def dial(self) -> str: ...

    def say(self, text: str) -> str: ...

    def wait(self) -> str: ...


@dataclass
class Line:
    """One thing that is said, and what must come back."""

    number: int
    phone: tuple[str, str]
    said: str
    waits: bool = False
    expected: list[str] = field(default_factory=list)


def stories() -> list[Path]:
    """Return every story there is."""
    return sorted(FOLDER.glob("*.txt"))


def read(story: Path) -> Iterator[Line]:
    """Return what is said in a story, in order."""
    phone, line = ("", ""), None
    for number, text in enumerate(story.read_text(encoding="utf-8").splitlines(), start=1):
        mark, rest = text[:1], text[1:].strip()
        if mark == "@":
            address, channel = rest.split()
            phone = (address, channel)
        elif mark in {"<", "~"}:
            if line:
                yield line
            line = Line(number, phone, rest, waits=mark == "~")
        elif mark == ">" and line:
            line.expected.append(rest)
        elif mark not in {"", "#"}:
            raise ValueError(f"{story.name}:{number}: begins with none of @ < ~ > #")
    if line:
        yield line


def tell(story: Path, phone: Callable[[str, str], Phone], code: Callable[[], str]) -> int:
    """Tell a story and return how many times something was said.

    :raises AssertionError: if anything else came back than is written
    """
    phones: dict[tuple[str, str], Phone] = {}
    count = 0
    for line in read(story):
        address, channel = line.phone
        held = phones.setdefault(line.phone, phone(channel, address))
        got = [shown.rstrip() for shown in _heard(held, line, code).splitlines()]
        wanted = [shown.rstrip() for shown in line.expected]
        if not _alike(wanted, got):
            told = "\n".join(f"> {shown}" for shown in got)
            raise AssertionError(f"{story.name}:{line.number}: after {line.said!r} came\n{told}")
        count += 1
    return count


def _heard(phone: Phone, line: Line, code: Callable[[], str]) -> str:
    if line.waits:
        return phone.wait()
    said = line.said.replace("{code}", code()) if "{code}" in line.said else line.said
    return phone.say(said) if said else phone.dial()


def _alike(wanted: list[str], got: list[str]) -> bool:
    return len(wanted) == len(got) and all(
        re.fullmatch(re.escape(want).replace(r"\.\.\.", ".*"), have)
        for want, have in zip(wanted, got, strict=True)
    )
