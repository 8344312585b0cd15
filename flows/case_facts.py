"""What the words of cases are made of: how a case stands, and when an answer comes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.bank import MyCase

MOST_WORDS = 160
"""Of an answer, as much as a feature phone shows on two screens."""


def shown(case: "MyCase") -> Mapping[str, str]:
    """Return the facts of a case as its customer may read it. ``due`` is when we owe them next."""
    promised = case.reply_due if not case.answer else case.deadline
    moment = "" if promised is None or case.done else promised.isoformat()
    answer = " ".join(case.answer.split())
    cut = answer if len(answer) <= MOST_WORDS else f"{answer[: MOST_WORDS - 3].rstrip()}..."
    return {
        "number": case.number,
        "status": case.status,
        "opened": case.opened.isoformat(),
        "answer": cut,
        "due": moment,
    }


WIDEST: Mapping[str, object] = {
    "number": "C-104-283-7",
    "status": "PendingCustomer",
    "opened": "2026-09-28T21:59:00+00:00",
    "answer": "x" * MOST_WORDS,
    "due": "2026-09-28T21:59:00+00:00",
    "now": "2026-08-28T21:59:00+00:00",
}
"""The same facts, as wide as they get."""
