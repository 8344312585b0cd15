"""What Meta refuses in a message at once, and the words it says so in."""

from collections.abc import Mapping
from typing import Any

from channels.whatsapp import (
    LONGEST_BODY,
    LONGEST_HINT,
    LONGEST_ID,
    LONGEST_ROW,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_BUTTONS,
    MOST_ROWS,
)

LONGEST_BUTTON_ID = 256
LONGEST_EDGE = 60
"""Characters of a header of words, or a footer."""
LONGEST_OPAQUE = 512
FILES = frozenset({"image", "video", "audio", "document", "sticker"})
PLAIN = frozenset({"text", "location", "contacts", "reaction"})
KINDS = FILES | PLAIN | {"interactive", "template"}
MISSING, WRONG, PARAMETER = 131008, 131009, 100


class GraphError(Exception):
    """Meta does not accept the call."""

    def __init__(self, code: int, details: str, *, status: int = 400, subcode: int = 0) -> None:
        super().__init__(details)
        self.code = code
        self.status = status
        self.subcode = subcode


def check(said: Mapping[str, Any]) -> str:
    """Return the kind of a message that Meta accepts.

    :raises GraphError: if it does not
    """
    _need(said.get("messaging_product") == "whatsapp", PARAMETER, "messaging_product is required")
    _need(bool(said.get("to") or said.get("recipient")), PARAMETER, "The parameter to is required.")
    kind = said.get("type") or "text"
    _need(kind in KINDS, PARAMETER, f"Param type must be one of {sorted(KINDS)}")
    opaque = said.get("biz_opaque_callback_data") or ""
    _need(len(str(opaque)) <= LONGEST_OPAQUE, PARAMETER, "biz_opaque_callback_data is too long")
    part = said.get(kind)
    _need(isinstance(part, dict | list) and bool(part), MISSING, f"{kind} is required")
    if kind == "text":
        _words(_object(part), "body", LONGEST_TEXT, "text")
    elif kind in FILES:
        _file(kind, _object(part))
    elif kind == "interactive":
        _interactive(_object(part))
    elif kind == "template":
        _template(_object(part))
    return str(kind)


def _file(kind: str, part: Mapping[str, Any]) -> None:
    _need(("id" in part) != ("link" in part), WRONG, f"{kind} has either an id or a link")
    link = str(part.get("link", "https://"))
    _need(link.startswith(("http://", "https://")), WRONG, "link is no web address")
    _need(kind not in {"audio", "sticker"} or "caption" not in part, WRONG, "no caption there")
    _need(len(str(part.get("caption", ""))) <= LONGEST_BODY, WRONG, "caption is too long")


def _interactive(part: Mapping[str, Any]) -> None:
    _words(_object(part.get("body")), "text", LONGEST_BODY, "interactive body")
    for edge in ("header", "footer"):
        words = str(_object(part.get(edge)).get("text", ""))
        _need(len(words) <= LONGEST_EDGE, WRONG, f"{edge} is too long")
    action = _object(part.get("action"))
    if part.get("type") == "button":
        _buttons(_objects(action.get("buttons")))
    elif part.get("type") == "list":
        _words(action, "button", LONGEST_TITLE, "list button")
        _rows(_objects(action.get("sections")))
    else:
        _need(part.get("type") in {"cta_url", "flow"}, WRONG, "no such kind of interactive")


def _buttons(buttons: list[Mapping[str, Any]]) -> None:
    _need(0 < len(buttons) <= MOST_BUTTONS, WRONG, f"Invalid buttons count. Max {MOST_BUTTONS}")
    replies = [_object(one.get("reply")) for one in buttons]
    for reply in replies:
        _words(reply, "title", LONGEST_TITLE, "button title")
        _words(reply, "id", LONGEST_BUTTON_ID, "button id")
    _apart(replies, "id", "button")
    _apart(replies, "title", "button")


def _rows(sections: list[Mapping[str, Any]]) -> None:
    _need(0 < len(sections) <= MOST_ROWS, WRONG, "Invalid sections count")
    if len(sections) > 1:
        for section in sections:
            _words(section, "title", LONGEST_ROW, "section title")
    rows = [row for section in sections for row in _objects(section.get("rows"))]
    _need(0 < len(rows) <= MOST_ROWS, WRONG, f"Total row count exceed max allowed: {MOST_ROWS}")
    for row in rows:
        _words(row, "title", LONGEST_ROW, "row title")
        _words(row, "id", LONGEST_ID, "row id")
        _need(len(str(row.get("description") or "")) <= LONGEST_HINT, WRONG, "row description")
        _need(row.get("description") != "", WRONG, "row description is empty")
    _apart(rows, "id", "row")


def _template(part: Mapping[str, Any]) -> None:
    _words(part, "name", 512, "template name")
    _words(_object(part.get("language")), "code", 16, "template language")
    for component in _objects(part.get("components")):
        for one in _objects(component.get("parameters")):
            if one.get("type") == "text":
                _words(one, "text", LONGEST_BODY, "template parameter")
                broken = any(mark in one["text"] for mark in ("\n", "\t", "    "))
                _need(not broken, 132018, "Param text cannot have new-line/tab characters")


def _words(part: Mapping[str, Any], name: str, longest: int, what: str) -> None:
    given = part.get(name)
    _need(isinstance(given, str) and bool(given.strip()), MISSING, f"{what} is required")
    _need(len(str(given)) <= longest, WRONG, f"{what} is too long. Max length: {longest}")


def _apart(parts: list[Mapping[str, Any]], name: str, what: str) -> None:
    given = [part[name] for part in parts]
    _need(len(set(given)) == len(given), WRONG, f"Duplicated {what} {name}")


def _need(right: bool, code: int, details: str) -> None:  # noqa: FBT001 - it reads as a sentence
    if not right:
        raise GraphError(code, details)


def _object(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}


def _objects(told: object) -> list[Mapping[str, Any]]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
