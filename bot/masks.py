"""What may be kept of words: masks for what customers type, and replies as they are logged."""

import re
from typing import Any

from channels.message import Option, Reply

HIDDEN = "****"
_SHORT_NUMBER = re.compile(r"(?<![\d.,])\d{4,6}(?![\d]|[.,]\d)")


def hide(_: str) -> str:
    """Return the mask of a secret: its length is not told either."""
    return HIDDEN


def hide_short_numbers(text: str) -> str:
    """Mask what may be a PIN or a code typed where none was asked for.

    An amount in the same place is masked too: the story that took it has it in its slots.
    """
    return _SHORT_NUMBER.sub(HIDDEN, text)


def shown(reply: Reply) -> str:
    """Return a reply as a person read it, for the log: its text and its options."""
    lines = [reply.text, *(f"{n}. {o.label}" for n, o in enumerate(reply.options, start=1))]
    return "\n".join(lines)


def dump_reply(reply: Reply) -> dict[str, Any]:
    """Return a reply as it is kept. By hand: every turn does this, and ``asdict`` copies deeply."""
    return {
        "text": reply.text,
        "options": [_dump(one) for one in reply.options],
        "nav": [_dump(one) for one in reply.nav],
        "ends": reply.ends,
        "turn": reply.turn,
        "button": reply.button,
    }


def _dump(option: Option) -> dict[str, str]:
    return {"key": option.key, "label": option.label, "hint": option.hint}


def load_reply(kept: dict[str, Any]) -> Reply:
    """Return the reply that ``dump_reply`` wrote."""
    facts = dict(kept)
    facts["options"] = tuple(Option(**o) for o in kept.get("options", ()))
    facts["nav"] = tuple(Option(**o) for o in kept.get("nav", ()))
    return Reply(**facts)
