"""How a reply becomes a WhatsApp message as Meta takes it: buttons, a list, a file, or words.

Each is sent whole, so its words need no template: as buttons when they are few and short, as a list
when they are more, else as text with numbered lines.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from channels.layout import clip, numbered
from channels.message import Notice, Option, Outgoing, Reply
from channels.whatsapp import (
    LONGEST_BODY,
    LONGEST_HINT,
    LONGEST_ID,
    LONGEST_ROW,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_BUTTONS,
    MOST_ROWS,
    apart,
    payload,
    template_name,
    variable,
)

PICTURES = frozenset({".jpg", ".jpeg", ".png"})


def content(message: Outgoing) -> dict[str, Any]:
    """Return what a message says: its ``type``, and what goes under the name of that type."""
    if message.media:
        return _file(message.media, message.reply.text)
    return _menu(message.reply) or {
        "type": "text",
        "text": {"body": clip(numbered(message.reply), LONGEST_TEXT), "preview_url": False},
    }


def template(notice: Notice) -> dict[str, Any]:
    """Return a notice as its template with the values of this customer."""
    said: dict[str, Any] = {
        "name": template_name(notice),
        "language": {"policy": "deterministic", "code": notice.language},
    }
    if notice.values:
        values = [{"type": "text", "text": variable(value)} for value in notice.values]
        said["components"] = [{"type": "body", "parameters": values}]
    return {"type": "template", "template": said}


def declaration(notice: Notice) -> dict[str, Any]:
    """Return the template of a notice as it is submitted for approval, with an example."""
    body: dict[str, Any] = {"type": "BODY", "text": notice.body}
    if notice.values:
        samples = [f"example {n}" for n in range(1, len(notice.values) + 1)]
        body["example"] = {"body_text": [samples]}
    return {
        "name": template_name(notice),
        "language": notice.language,
        "category": "UTILITY",
        "components": [body],
    }


def _file(link: str, words: str) -> dict[str, Any]:
    """Return a file that Meta fetches from a link: a picture is shown, all else is a document."""
    name = PurePosixPath(urlsplit(link).path).name
    shown: dict[str, str] = {"link": link}
    if words:
        shown["caption"] = clip(words, LONGEST_BODY)
    if PurePosixPath(name).suffix.lower() in PICTURES:
        return {"type": "image", "image": shown}
    return {"type": "document", "document": {**shown, "filename": _file_name(name)}}


def _file_name(name: str) -> str:
    """Return what the customer sees of a file; our links end in a signature, which is no name."""
    return name if PurePosixPath(name).suffix else "document.pdf"


def _menu(reply: Reply) -> dict[str, Any] | None:
    """Return the reply as buttons or a list, or None when it has to be plain text."""
    options = apart(reply.options)
    body = reply.text.strip()
    labels = [option.label for option in options]
    if not labels or not all(labels) or not 0 < len(body) <= LONGEST_BODY:
        return None
    if any(len(payload(option, reply.turn)) > LONGEST_ID for option in options):
        return None
    widest = max(map(len, labels))
    if len(options) <= MOST_BUTTONS and widest <= LONGEST_TITLE:
        return _interactive("button", body, _buttons(options, reply.turn))
    button = reply.button.strip()
    if len(options) <= MOST_ROWS and widest <= LONGEST_ROW and 0 < len(button) <= LONGEST_TITLE:
        rows = [_row(option, reply.turn) for option in options]
        return _interactive("list", body, {"button": button, "sections": [{"rows": rows}]})
    return None


def _interactive(kind: str, body: str, action: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"type": kind, "body": {"text": body}, "action": dict(action)}
    return {"type": "interactive", "interactive": shown}


def _buttons(options: tuple[Option, ...], turn: int) -> dict[str, Any]:
    return {
        "buttons": [
            {"type": "reply", "reply": {"id": payload(option, turn), "title": option.label}}
            for option in options
        ]
    }


def _row(option: Option, turn: int) -> dict[str, str]:
    row = {"id": payload(option, turn), "title": option.label}
    hint = clip(option.hint.strip(), LONGEST_HINT)
    return {**row, "description": hint} if hint else row
