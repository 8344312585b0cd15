"""Buttons, lists and templates: WhatsApp shows only what was created once as Twilio content.

Content is created per shape, not per text: so many lines, so many buttons. Every word is a content
variable, so one shape serves all languages. A variable may hold no line break, hence one a line.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from channels.layout import clip
from channels.message import Notice, Reply
from channels.whatsapp import (
    LONGEST_BODY,
    LONGEST_HINT,
    LONGEST_ID,
    LONGEST_ROW,
    LONGEST_TITLE,
    MOST_BUTTONS,
    MOST_ROWS,
    apart,
    payload,
    template_name,
)

LONGEST_VARIABLE = 1600
MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class Content:
    """One message as content: its shape, known by a key, and the words that go into it."""

    key: str
    definition: dict[str, Any]
    values: tuple[str, ...]
    language: str = "en"
    approval: str = ""
    """The name to ask WhatsApp's approval under, for use outside the 24 hours; empty for none."""

    @property
    def variables(self) -> str:
        """The words as ``ContentVariables``: none empty, none over a line."""
        return json.dumps({str(n): _variable(v) for n, v in enumerate(self.values, start=1)})


def menu_content(reply: Reply) -> Content | None:
    """Return the reply as buttons or a list, or None when it has to be plain text."""
    reply = replace(reply, options=apart(reply.options))
    lines = _lines(reply.text)
    labels = [option.label.strip() for option in reply.options]
    if not _can_be_content(reply, lines, labels):
        return None
    widest = max(len(label) for label in labels)
    if len(labels) <= MOST_BUTTONS and widest <= LONGEST_TITLE:
        return _quick_reply(reply, lines)
    opens = 0 < len(reply.button.strip()) <= LONGEST_TITLE
    if len(labels) <= MOST_ROWS and widest <= LONGEST_ROW and opens:
        return _list_picker(reply, lines)
    return None


def notice_content(notice: Notice) -> Content:
    """Return the notice as a text template to be approved; new words make a new template."""
    name = template_name(notice)
    return Content(
        key=f"notice-{name}",
        definition={"twilio/text": {"body": notice.body}},
        values=notice.values,
        language=notice.language,
        approval=name,
    )


def _can_be_content(reply: Reply, lines: list[str], labels: list[str]) -> bool:
    if not labels or not all(labels) or len(set(labels)) < len(labels):
        return False  # WhatsApp refuses rows without a title, or two with the same
    if any(len(payload(option, reply.turn)) > LONGEST_ID for option in reply.options):
        return False
    return 0 < len(lines) <= MOST_LINES and len(reply.text) <= LONGEST_BODY


def _quick_reply(reply: Reply, lines: list[str]) -> Content:
    count = len(reply.options)
    values, body = _body(lines)
    first = len(values) + 1
    actions = [
        {"type": "QUICK_REPLY", "title": _slot(first + 2 * n), "id": _slot(first + 2 * n + 1)}
        for n in range(count)
    ]
    for option in reply.options:
        values += [option.label.strip(), payload(option, reply.turn)]
    return Content(
        key=f"quick-reply-{count}{_shape(lines)}",
        definition={"twilio/quick-reply": {"body": body, "actions": actions}},
        values=tuple(values),
    )


def _list_picker(reply: Reply, lines: list[str]) -> Content:
    hinted = all(option.hint.strip() for option in reply.options)
    values, body = _body(lines)
    values.append(reply.button.strip())
    button = _slot(len(values))
    items = []
    for option in reply.options:
        row = {"item": option.label.strip(), "id": payload(option, reply.turn)}
        if hinted:  # a variable must not be empty, so it is a hint for every row or for none
            row["description"] = clip(option.hint.strip(), LONGEST_HINT)
        items.append({name: _slot(len(values) + n) for n, name in enumerate(row, start=1)})
        values += row.values()
    kind = "hinted-list" if hinted else "list-picker"
    return Content(
        key=f"{kind}-{len(items)}{_shape(lines)}",
        definition={"twilio/list-picker": {"body": body, "button": button, "items": items}},
        values=tuple(values),
    )


def _lines(text: str) -> list[str]:
    return re.sub(r"\n(\s*\n)+", "\n\n", text.strip()).split("\n") if text.strip() else []


def _body(lines: Iterable[str]) -> tuple[list[str], str]:
    values: list[str] = []
    body: list[str] = []
    for line in lines:
        values += [line] if line.strip() else []
        body.append(_slot(len(values)) if line.strip() else "")
    return values, "\n".join(body)


def _shape(lines: list[str]) -> str:
    """Return which lines hold words and which are blank, such as ``-101``; nothing for one line."""
    return "" if len(lines) == 1 else "-" + "".join("01"[bool(line.strip())] for line in lines)


def _slot(number: int) -> str:
    return "{{%d}}" % number  # noqa: UP031 - braces four times over are harder to read


def _variable(text: str) -> str:
    return clip(re.sub(r" {5,}", "    ", re.sub(r"\s", " ", text)).strip(), LONGEST_VARIABLE) or "-"
