"""Shows a reply as each channel does, and tells what of it the channel would cut or refuse."""

from collections.abc import Iterator
from math import ceil

from channels.gsm7 import encoding, only_gsm7, segments, to_gsm7, width
from channels.layout import (
    LONGEST_NAV,
    LONGEST_OPTION,
    LONGEST_SCREEN,
    LONGEST_TEXT,
    numbered,
    ussd_screens,
)
from channels.message import Reply
from channels.twilio_content import MOST_LINES, menu_content
from channels.whatsapp import (
    LONGEST_BODY,
    LONGEST_HINT,
    LONGEST_ROW,
    LONGEST_TITLE,
    MOST_BUTTONS,
    MOST_ROWS,
)
from flows.check import Shown


def dress(channel: str, reply: Reply) -> Shown:
    """Show a reply as a channel does: its first screen, how many it takes, and what is wrong."""
    if channel == "ussd":
        screens = ussd_screens(reply)
        return Shown(screens[0].partition(" ")[2], len(screens), tuple(_cut(reply, screens)))
    text = numbered(reply)
    if channel == "sms":
        return Shown(text, segments(to_gsm7(text)), tuple(_dear(text)))
    return Shown(text, ceil(len(text) / LONGEST_BODY), tuple(_refused(reply)))


def _cut(reply: Reply, screens: list[str]) -> Iterator[str]:
    if any(width(screen) > LONGEST_SCREEN or encoding(screen) != "GSM-7" for screen in screens):
        yield f"a screen is wider than {LONGEST_SCREEN}"
    if width(only_gsm7(reply.text)) > LONGEST_TEXT:
        yield f"the text is cut at {LONGEST_TEXT}"
    for number, option in enumerate(reply.options, start=1):
        if width(only_gsm7(f"{number}. {option.label}")) > LONGEST_OPTION:
            yield f"the option {option.label!r} is cut at {LONGEST_OPTION}"
    for way in reply.nav:
        if width(only_gsm7(way.label)) > LONGEST_NAV:
            yield f"the way out {way.label!r} is cut at {LONGEST_NAV}"


def _dear(text: str) -> Iterator[str]:
    if encoding(to_gsm7(text)) != "GSM-7":
        yield "one character makes the whole SMS dearer: it is not in GSM-7"


def _refused(reply: Reply) -> Iterator[str]:
    options = reply.options
    longest = LONGEST_TITLE if len(options) <= MOST_BUTTONS else LONGEST_ROW
    for option in options:
        if len(option.label) > longest:
            yield f"the label {option.label!r} is longer than {longest}"
        if len(option.hint) > LONGEST_HINT:
            yield f"the hint {option.hint!r} is longer than {LONGEST_HINT}"
    hints = {bool(option.hint) for option in options}
    if len(options) > MOST_BUTTONS and len(hints) > 1:
        yield "some rows have a hint and some have none, so none is shown"
    if options and menu_content(reply) is None:
        yield (
            f"it cannot be buttons or a list (at most {MOST_ROWS} rows, {MOST_LINES} lines, "
            f"{LONGEST_BODY} characters)"
        )
