"""What every provider of WhatsApp shares: its sizes, its ids, and how options are told apart."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from channels.layout import clip
from channels.message import Notice, Option

LONGEST_BODY = 1024
"""Characters above buttons or a list, and beside a file."""
LONGEST_TEXT = 4096
"""Characters of a message of words alone, either way."""
MOST_BUTTONS, LONGEST_TITLE = 3, 20
MOST_ROWS, LONGEST_ROW, LONGEST_HINT, LONGEST_ID = 10, 24, 72, 200
LONGEST_VARIABLE = 1024
LONGEST_NAME = 512

_SCOPED_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}")


def scoped(text: str) -> str:
    """Return a business-scoped id such as ``KE.1349...``, or nothing when it is none.

    Somebody with a username need not show a number: this id stands for them, at this bank alone.
    """
    bare = text.strip()
    return bare if _SCOPED_ID.fullmatch(bare) else ""


def payload(option: Option, turn: int) -> str:
    """Return what a button carries: its key, and the turn of the conversation it belongs to."""
    return f"{option.key}@{turn}"


def apart(options: Sequence[Option]) -> tuple[Option, ...]:
    """Return options of which those that look the same, such as two equal payments, are counted."""
    seen: Counter[str] = Counter()
    told: list[Option] = []
    for option in options:
        label = option.label.strip()
        seen[label] += 1
        again = f"{label} ({seen[label]})" if seen[label] > 1 and label else label
        told.append(replace(option, label=again))
    return tuple(told)


def template_name(notice: Notice) -> str:
    """Return the name of a notice's template: new words make a new one."""
    digest = hashlib.sha256(notice.body.encode()).hexdigest()[:8]
    name = f"{notice.name}_{notice.language}_{digest}".lower()
    return re.sub(r"[^a-z0-9_]+", "_", name)[:LONGEST_NAME]


def variable(text: str, longest: int = LONGEST_VARIABLE) -> str:
    """Return a text as a template takes it: on one line, no wide gaps, and never empty."""
    return clip(re.sub(r" {4,}", "   ", re.sub(r"\s", " ", text)).strip(), longest) or "-"


class ContentBook(Protocol):
    """Where the ids of created contents are remembered, across processes."""

    def find(self, key: str) -> str | None:
        """Return the id kept under the key, if any."""

    def keep(self, key: str, sid: str) -> None:
        """Keep the id under the key, in place of an earlier one."""
