"""What each kind of WhatsApp message says, as Meta writes it down: words, a tap, or a file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from channels.message import Media
from channels.whatsapp import LONGEST_TEXT
from channels.wire import clean, phone

MENU = "menu"
"""What somebody asks for who has only opened the chat."""
FILES = ("image", "video", "document", "sticker", "audio", "voice")
_FILE_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a message, what was tapped, and the file that came with it."""

    text: str = field(default="", repr=False)
    choice: str = field(default="", repr=False)
    media: tuple[Media, ...] = ()


def said(kind: str, message: Mapping[str, Any], *, api: str) -> Said:
    """Return what a message says. Kinds that we cannot read say nothing, and are answered so.

    A file is known by its id at ``api`` alone: the address that a call may name is not believed.
    """
    told = message.get(kind)
    facts = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
    if kind in FILES:
        return _file(facts, api)
    if kind == "contacts":
        return Said(_card(told))
    read = _KINDS.get(kind)
    return Said() if read is None else read(facts)


def _text(facts: Mapping[str, Any]) -> Said:
    return Said(_words(facts, "body"))


def _button(facts: Mapping[str, Any]) -> Said:
    return Said(_words(facts, "text"), _words(facts, "payload", 256))


def _interactive(facts: Mapping[str, Any]) -> Said:
    """Return a tap on a button or a row; of a form, which we send none of, only its words."""
    for kind in ("button_reply", "list_reply"):
        tapped = facts.get(kind)
        if isinstance(tapped, dict):
            return Said(_words(tapped, "title"), _words(tapped, "id", 256))
    form = facts.get("nfm_reply")
    return Said(_words(form, "body")) if isinstance(form, dict) else Said()


def _file(facts: Mapping[str, Any], api: str) -> Said:
    ident = facts.get("id")
    words = _words(facts, "caption")
    if not isinstance(ident, str) or not _FILE_ID.fullmatch(ident):
        return Said(words)
    return Said(words, media=(Media(f"{api}/{ident}", _words(facts, "mime_type", 128)),))


def _card(told: object) -> str:
    """Return the first number on a card that somebody passed on: whom they mean."""
    for one in told if isinstance(told, list) else ():
        phones = one.get("phones") if isinstance(one, dict) else None
        for known in phones if isinstance(phones, list) else ():
            if not isinstance(known, dict):
                continue
            for written in (known.get("wa_id"), known.get("phone")):
                number = phone(re.sub(r"[\s().-]", "", written)) if isinstance(written, str) else ""
                if number:
                    return number
    return ""


def _opened(_: Mapping[str, Any]) -> Said:
    return Said(choice=MENU)


def _words(facts: Mapping[str, Any], name: str, longest: int = LONGEST_TEXT) -> str:
    told = facts.get(name)
    return clean(told, longest) if isinstance(told, str) else ""


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], Said]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "request_welcome": _opened,
}
