"""The words that mean the same anywhere: menu, back, cancel, help, language, stop, start, more.

Only a whole message counts, in any language, so that no name or note is taken for a command.
"""

from functools import cache
from typing import Literal

from channels.message import Option
from flows import choices
from flows.hearing import phrases, plain
from flows.story import Ask, Flow, Listen
from flows.words import LANGUAGES, Words

Manner = Literal["menu", "back", "cancel", "help", "language", "stop", "start", "more"]
MANNERS: tuple[Manner, ...] = (
    "menu", "back", "cancel", "help", "language", "stop", "start", "more",
)  # fmt: skip

# What the keypad of a feature phone says, wherever a reply shows these ways out.
KEYS: dict[str, Manner] = {"0": "back", "00": "menu", "98": "more"}
# A person may be called Start, and a note may say More: free words listen to these alone.
HEARD_IN_FREE_WORDS = frozenset({"menu", "back", "cancel", "help", "stop"})


def heard(text: str, *, choice: str = "", story: Flow | None = None) -> Manner | None:
    """Return which of the words this message is, or None when it is none of them here.

    What the step itself offers comes first: on a step with an option Help, ``help`` picks that.
    """
    if choice:
        own = story is not None and choice in choices.keys(story.step_at(story.state))
        return None if own else _named(choice)
    said = plain(text)
    step = None if story is None else story.step_at(story.state)
    if story is not None and choices.picked(text, "", step, story.page):
        return None
    if text.strip() in KEYS:
        # Ninety-eight shillings are an amount; a question for one fits its screen anyway.
        asks_amount = isinstance(step, Ask) and step.entity in ("amount", "amounts", "trade")
        return None if asks_amount and text.strip() == "98" else KEYS[text.strip()]
    found = _index().get(said)
    is_free = isinstance(step, Listen) or (isinstance(step, Ask) and step.free)
    if is_free and found not in HEARD_IN_FREE_WORDS:
        return None
    return found


def ways_out(words: Words, *, back: bool, menu: bool) -> tuple[Option, ...]:
    """Return the ways out a keypad channel shows; ``more`` is shown only on a page with a next."""
    return _ways_out(words.language, words.channel, back, menu)


@cache
def _ways_out(language: str, channel: str, back: bool, menu: bool) -> tuple[Option, ...]:  # noqa: FBT001
    words = Words(language, channel)
    wanted = [*(["back"] if back else []), *(["menu"] if menu else []), "more"]
    return tuple(Option(key, words.say("manners", f"nav_{key}")) for key in wanted)


def _named(key: str) -> Manner | None:
    return next((manner for manner in MANNERS if manner == key), None)


@cache
def _index() -> dict[str, Manner]:
    found: dict[str, Manner] = {}
    for language in LANGUAGES:
        words = Words(language, "sms")
        for manner in MANNERS:
            found |= dict.fromkeys(phrases(words.say("manners", manner)), manner)
    return found


__all__ = ["KEYS", "MANNERS", "Manner", "heard", "ways_out"]
