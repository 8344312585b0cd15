"""What to do about words that were not understood, wherever no story is in the middle of anything.

The first time the bank says so, with examples. Where a few things may have been meant it asks which
(``flows/clarify.py``). The second time in a row it offers a person. What no bank of ours does is
said to be so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from flows.clarify import OFFERED
from flows.hearing import plain
from flows.understanding import INTENTS, OUT_OF_SCOPE, Understood, understand
from flows.understanding.entities import find

if TYPE_CHECKING:
    from core.bank import Bank

Repair = Literal["clarify", "offered_person", "not_understood", "out_of_scope"]
PATIENCE = 1
"""So often the bank says that it did not understand, before it offers a person."""
SURELY_NOT_OURS = 0.6
"""So sure must it be that something is none of ours, before the bank says that."""
FEWEST_WORDS = 2
"""One word that nobody knows is more likely mistyped than about something else."""
PERSONAL = frozenset({"amount", "phone", "name", "account", "case_ref"})
"""What is taken out of words before they are kept to learn from; its kind stands in its place."""
_SOME_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Mending:
    """What is done about words that were not understood."""

    kind: Repair
    """Also how the turn is told in the log."""
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What ``clarify`` is told, where that story goes on."""

    @property
    def asks(self) -> bool:
        """Whether ``clarify`` goes on from here; else the bank says so where it stands."""
        return self.kind in ("clarify", "offered_person")


def mend(understood: Understood, text: str, *, misses: int, known: bool, country: str) -> Mending:
    """Return what to do about words that nothing was done on.

    ``misses`` is how often in a row that was so before; ``known`` tells customers from strangers,
    who are promised nobody and whose menu shows the few stories there are for them.
    """
    guesses = stories_of(understood) if known and understood.decision == "clarify" else ()
    told = {
        "words": text.strip(),
        "bare": bare(text, country),
        "intents": " ".join(guess.intent for guess in understood.alternatives),
    }
    if guesses:
        return Mending("clarify", told | {"guesses": " ".join(guesses)})
    if known and misses >= PATIENCE:
        return Mending("offered_person", told)
    return Mending("out_of_scope" if _is_elsewhere(understood, text) else "not_understood")


def bare(text: str, country: str) -> str:
    """Return words without what is personal in them: ``send {amount} to {name}``."""
    found = find(text, country=country, today=_SOME_DAY).spans
    for span in sorted(found, key=lambda one: -one.start):
        if span.kind in PERSONAL:
            text = f"{text[: span.start]}{{{span.kind}}}{text[span.end :]}"
    return text


def picked(bank: "Bank", slots: Mapping[str, str], story: str) -> Understood:
    """Return what words mean by the story that was picked for them, and note it to learn from."""
    intent = INTENTS[story]
    guessed = slots["intents"].split()
    bank.note_meaning(slots["bare"], guessed=guessed, chosen=intent, source="clarify")
    meant = understand(slots["words"], bank.country, today=bank.heard_on)
    return replace(meant, intent=intent, flow=story, confidence=1.0, decision="act")


def stories_of(understood: Understood) -> tuple[str, ...]:
    """Return the stories that may be meant, the likeliest first, each once."""
    told = (guess.flow for guess in understood.alternatives if guess.flow)
    return tuple(dict.fromkeys(told))[:OFFERED]


def says_anything(text: str) -> bool:
    """Return whether there are words at all, so that they may have been meant for something."""
    return any(letter.isalpha() for letter in text)


def _is_elsewhere(understood: Understood, text: str) -> bool:
    return (
        understood.intent == OUT_OF_SCOPE
        and understood.confidence >= SURELY_NOT_OURS
        and len(plain(text).split()) >= FEWEST_WORDS
    )
