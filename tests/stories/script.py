"""Reads a story: what its customers do, and what the bank must say, on no channel in particular.

One line is one thing: somebody picks up a phone (``@ customer``), does something (``writes 500``),
the bank says something (``bank: amount``), or something happens behind the counter
(``* the customer's account is frozen``). docs/guides/tell-a-story.md has all of it.
"""

import re
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from zlib import crc32

from flows.words import CHANNELS, LANGUAGES
from tests.stories.cast import ROLES
from tests.stories.heard import SENTENCES

FOLDER = Path(__file__).parent

ACTS = (
    "greets", "dials again", "asks", "picks", "writes", "says", "taps the old", "writes late",
    "sends a picture", "delivers again", "waits", "hears from outside",
)  # fmt: skip
ALONE = frozenset(
    {"greets", "dials again", "sends a picture", "delivers again", "hears from outside"}
)
NAMES = SENTENCES | {sentence.partition(".")[2] for sentence in SENTENCES}
"""Everything that may stand behind ``bank:``, with its page or without."""
_BANK = re.compile(r"bank(?: \((?P<channels>[a-z, ]+)\))?:(?P<names>.*)")
_QUOTED = re.compile(r'"([^"]+)"')
_ONLY = re.compile(r"only: (?P<channels>[a-z, ]+)\. (?P<why>.+)")


class NotAStory(Exception):
    """A story cannot be read, or goes otherwise than it is written. Tells file and line."""

    def __init__(self, path: Path, number: int, why: str) -> None:
        super().__init__(f"{path}:{number}: {why}")


@dataclass
class Line:
    """One line of a story, and what the bank must say to it."""

    number: int
    kind: str
    """``phone``, ``meanwhile``, or one of ``ACTS``."""
    rest: str
    bank: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By channel, the names of what is said; the key ``""`` stands for every other channel."""

    def wanted(self, channel: str) -> tuple[str, ...] | None:
        """Return what must be said on a channel; None where the story leaves it open."""
        return self.bank.get(channel, self.bank.get(""))


@dataclass
class Story:
    """A story as it is written. ``channels`` are those it can be told on."""

    path: Path
    lines: list[Line] = field(default_factory=list)
    channels: tuple[str, ...] = CHANNELS

    @property
    def name(self) -> str:
        """What the story is called: its file's name."""
        return self.path.stem

    @property
    def tellings(self) -> tuple[tuple[str, str], ...]:
        """The languages and channels it is told in every time: all of either, turned by its name.

        The name decides, so that a new story changes nothing for the others.
        """
        turn = crc32(self.name.encode())
        return tuple(
            (language, self.channels[(turn + place) % len(self.channels)])
            for place, language in enumerate(LANGUAGES)
        )

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """Every other language and channel it can be told in."""
        every = product(LANGUAGES, self.channels)
        return tuple(pair for pair in every if pair not in self.tellings)

    def fault(self, number: int, why: str) -> NotAStory:
        """Return what is wrong with a line, for somebody to raise."""
        return NotAStory(self.path, number, why)


def stories() -> list[Story]:
    """Return every story there is."""
    return [read(path) for path in sorted(FOLDER.glob("*.txt"))]


def read(path: Path) -> Story:
    """Return a story.

    :raises NotAStory: with file and line, if a line of it means nothing
    """
    story = Story(path)
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = text.strip()
        if line and not line.startswith("#"):
            _read_line(story, number, line)
    if not any(line.kind in ACTS for line in story.lines):
        raise story.fault(1, "nobody does anything")
    return story


def _read_line(story: Story, number: int, line: str) -> None:
    if line.startswith("@"):
        story.lines.append(Line(number, "phone", _phone(story, number, line[1:].strip())))
    elif line.startswith("*"):
        story.lines.append(Line(number, "meanwhile", line[1:].strip()))
    elif line.startswith("only:"):
        story.channels = _only(story, number, line)
    elif line.startswith("bank"):
        _bank(story, number, line)
    else:
        act = max((one for one in ACTS if f"{line} ".startswith(f"{one} ")), key=len, default="")
        rest = line.removeprefix(act).strip()
        if not act or bool(rest) is (act in ALONE):
            told = ", ".join(f"{one}" if one in ALONE else f"{one} ..." for one in ACTS)
            raise story.fault(number, f"{line!r} is nothing a customer does. There is: {told}.")
        story.lines.append(Line(number, act, rest))


def _phone(story: Story, number: int, text: str) -> str:
    role = text.removesuffix(" elsewhere")
    if role not in ROLES:
        raise story.fault(number, f"nobody is called {role!r}. There is: {', '.join(ROLES)}.")
    return text


def _only(story: Story, number: int, line: str) -> tuple[str, ...]:
    found = _ONLY.fullmatch(line)
    if found is None:
        raise story.fault(number, "say 'only: ussd. And the reason.'")
    return _channels(story, number, found["channels"])


def _channels(story: Story, number: int, text: str) -> tuple[str, ...]:
    named = tuple(part.strip() for part in text.split(","))
    if unknown := [one for one in named if one not in CHANNELS]:
        raise story.fault(number, f"{unknown[0]!r} is no channel: {', '.join(CHANNELS)}.")
    return named


def _bank(story: Story, number: int, line: str) -> None:
    found = _BANK.fullmatch(line)
    heard = {*ACTS, "meanwhile"}
    if found is None or not story.lines or story.lines[-1].kind not in heard:
        raise story.fault(number, "'bank: ...' says what is answered to the line before it")
    names = tuple(name.strip() for name in found["names"].split(",") if name.strip())
    for name in names:
        if name not in NAMES:
            raise story.fault(number, f"the bank never says {name!r}")
    channels = found["channels"]
    for channel in _channels(story, number, channels) if channels else ("",):
        story.lines[-1].bank[channel] = names


def is_named(name: str, sentence: str) -> bool:
    """Return whether a name in a story means a sentence: ``amount`` or ``send_money.amount``."""
    return name in (sentence, sentence.partition(".")[2])


def alternatives(text: str, language: str) -> str:
    """Return one language's part of ``yes please | ndiyo | oui``, which may be the only one."""
    parts = [part.strip() for part in text.split("|")]
    return parts[LANGUAGES.index(language)] if len(parts) == len(LANGUAGES) else text


def alternatives_in(text: str, language: str) -> str:
    """Return a text with what it quotes in one language alone."""
    return _QUOTED.sub(lambda found: f'"{alternatives(found[1], language)}"', text)
