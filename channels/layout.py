"""How a reply becomes plain text that fits a screen or a message.

A USSD screen holds at most 160 septets of GSM-7 with its ``CON `` or ``END ``. What does not fit
goes on through pages: ``98. More`` leads to the next, text breaks between lines, sentences or
words, options are never split and their numbers go on, and the ways out stand on every page that
waits for a key.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from channels.gsm7 import encoding, lightest, only_gsm7, segments, to_gsm7, width
from channels.message import Option, Reply

__all__ = [
    "LONGEST_SCREEN", "LONGEST_SMS", "MOST_SCREENS", "NAV_KEYS", "clip", "encoding", "lightest",
    "numbered", "segments", "to_gsm7", "ussd_screen", "ussd_screens", "width",
]  # fmt: skip

LONGEST_SCREEN = 160
MOST_SCREENS = 20
LONGEST_TEXT = 1200  # septets; leaves room for options within the screens there may be
MOST_OPTIONS = 97  # 98 is the next page
LONGEST_OPTION = 80  # septets with its number: less than any page has room for
LONGEST_NAV = 20
LONGEST_SMS = 1600

NAV_KEYS = {"more": "98", "back": "0", "menu": "00"}
"""What a customer presses for each way out of ``Reply.nav``, in the order shown."""

_MORE = "More"
_KEPT_WHOLE = 60  # a line up to this wide would rather start the next page than be split
_CUTS = (re.compile(r"(?<=[.!?;:])\s+"), re.compile(r"\s+"))


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    splits: bool


def numbered(reply: Reply) -> str:
    """Return the text followed by its options as ``1. Label`` lines; the ways out are not shown."""
    options = (f"{n}. {_one_line(o.label)}" for n, o in enumerate(reply.options, start=1))
    return "\n".join(filter(None, [reply.text.strip(), *options]))


def clip(text: str, longest: int) -> str:
    """Return the text, ended by ``...`` where it is cut to ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 3].rstrip() + "..."


def ussd_screen(reply: Reply, page: int = 0) -> str:
    """Return one screen of the reply: the last for a page beyond it, the first for one before."""
    screens = ussd_screens(reply)
    return screens[max(0, min(page, len(screens) - 1))]


def ussd_screens(reply: Reply) -> list[str]:
    """Return the screens of a reply, ready to send: at least one, none empty, each that fits.

    When the reply ends the session, the pages before its last still say ``CON ``, or nobody could
    ask for the next. Text beyond ``LONGEST_TEXT`` is cut and says so by ``...``; an option is cut
    at ``LONGEST_OPTION``, and options beyond ``MOST_SCREENS`` are left out.
    """
    verb = "END " if reply.ends else "CON "
    ways, ways_on = _ways(reply.nav, more=False), _ways(reply.nav, more=True)
    if reply.ends:
        ways, ways_on = (), ways_on[:1]
    last, room = _room(ways), _room(ways_on)
    lines = list(_lines(reply))
    screens: list[str] = []
    while width(_joined(lines)) > last and len(screens) < MOST_SCREENS - 1:
        page, lines = _page(lines, room)
        screens.append("CON " + _joined(page, ways_on))
    closing, _ = (lines, []) if width(_joined(lines)) <= last else _page(lines, room)
    return [*screens, verb + _joined(closing, ways)]


@lru_cache(maxsize=256)  # the ways out have the same few labels on every screen
def _ways(nav: tuple[Option, ...], *, more: bool) -> tuple[str, ...]:
    labels = {o.key: o.label for o in nav if o.key != "more"}
    if more:
        labels["more"] = next((o.label for o in nav if o.key == "more"), _MORE)
    spelt = {
        key: _shorten(only_gsm7(_one_line(label)), LONGEST_NAV) for key, label in labels.items()
    }
    return tuple(
        f"{press}. {spelt[key]}".strip() for key, press in NAV_KEYS.items() if key in spelt
    )


def _room(ways: tuple[str, ...]) -> int:
    return LONGEST_SCREEN - len("CON ") - sum(width(way) + 1 for way in ways)


def _joined(lines: list[_Line], ways: tuple[str, ...] = ()) -> str:
    return "\n".join([*(line.text for line in lines), *ways])


def _lines(reply: Reply) -> Iterator[_Line]:
    raw = reply.text[: 4 * LONGEST_TEXT]  # what is cut off below need not be spelt first
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r" +\n", "\n", only_gsm7(raw)).strip())
    options = reply.options[:MOST_OPTIONS]
    if not text and not options:
        text = "..."  # the gateway ends a session on an empty screen
    if text:
        yield from (_Line(line, splits=True) for line in _shorten(text, LONGEST_TEXT).split("\n"))
    for number, option in enumerate(options, start=1):
        yield _Line(_option(number, option.label), splits=False)


@lru_cache(maxsize=1024)  # most options are the bank's own words
def _option(number: int, label: str) -> str:
    return _shorten(f"{number}. {only_gsm7(_one_line(label))}".strip(), LONGEST_OPTION)


def _page(lines: list[_Line], room: int) -> tuple[list[_Line], list[_Line]]:
    """Return as many lines as the room takes, and the rest; at least something is taken."""
    taken: list[_Line] = []
    while lines and width(_joined([*taken, lines[0]])) <= room:
        taken.append(lines[0])
        lines = lines[1:]
    left = room - width(_joined(taken)) - bool(taken)
    if lines and _may_split(lines[0], beside=bool(taken), left=left, room=room):
        head, rest = _split(lines[0].text, left, hard=not taken)
        if head:
            taken.append(_Line(head, splits=True))
            lines = [_Line(rest, splits=True), *lines[1:]]
    while lines and not lines[0].text:  # no page starts or ends with a blank line
        lines = lines[1:]
    while len(taken) > 1 and not taken[-1].text:
        taken.pop()
    return taken, lines


def _may_split(line: _Line, *, beside: bool, left: int, room: int) -> bool:
    if not line.splits or not beside:
        return line.splits
    return width(line.text) > _KEPT_WHOLE and left > room // 3


def _split(text: str, room: int, *, hard: bool) -> tuple[str, str]:
    """Return what fits and the rest, cut after a sentence, else a word, else anywhere."""
    fits = _prefix(text, room)
    for cut, least in zip(_CUTS, (room // 2, 0), strict=True):
        places = [m for m in cut.finditer(text) if least < m.start() <= fits]
        if places:
            return text[: places[-1].start()], text[places[-1].end() :]
    return (text[:fits], text[fits:]) if hard else ("", text)


def _prefix(text: str, room: int) -> int:
    """Return how many characters of the text take at most ``room`` septets."""
    count = min(len(text), room)
    while width(text[:count]) > room:
        count -= 1
    return count


def _shorten(text: str, longest: int) -> str:
    if width(text) <= longest:
        return text
    return text[: _prefix(text, longest - 3)].rstrip() + "..."


def _one_line(text: str) -> str:
    return " ".join(text.split())
