"""Clarify: the bank is not sure what was meant and asks; or it is lost, and offers a person."""

from collections.abc import Mapping
from typing import ClassVar

from flows.groups import TOP
from flows.hearing import NotAnOption
from flows.picking import Listed
from flows.story import GIVEN, Ask, Become, Choose, Flow
from flows.words import Words

OFFERED = 3
"""So many stories are offered at most."""
TOLD = ("guesses", "intents", "words", "bare")
"""What this story is told: the stories that may be meant and the intents they serve, what was said,
and the same without names and numbers."""


class Clarify(Flow):
    """Offer the stories that may be meant. The one that is picked begins with what was said.

    Whoever says that it is none of them, or was not understood twice, is offered a person. Words
    of one's own are heard as they are between stories.
    """

    name = "clarify"
    guarded = False  # it shows nothing, and what is picked guards itself
    resumes = False

    steps = (
        Ask("pick", lists="guesses", leads=True, options=("other",)),
        Choose("stuck", options=("agent", TOP)),
        Become("agent"),
        Become("menu"),
    )

    paths = (
        # when    at       go to    if             unless first do
        ("open",   "start", "pick",  "has_guesses", None, "note"),
        ("open",   "start", "stuck", None,          None, "note"),
        ("answer", "pick",  "pick",  None,          None, "ask_again"),
        ("other",  "pick",  "stuck"),
        ("agent",  "stuck", "agent", None,          None, "ask_person"),
        (TOP,      "stuck", "menu"),
    )  # fmt: skip

    writes = frozenset({"ask_person"})

    widest: ClassVar[Mapping[str, object]] = {
        "guesses": {str(n): {"title": f"{'W' * 19}{n}"} for n in range(OFFERED)},
    }

    @property
    def has_guesses(self) -> bool:
        """Whether there is anything to pick from."""
        return bool(self.slots.get(f"{GIVEN}guesses"))

    def guesses(self) -> Listed:
        """Return the stories that may be meant, each under its own title."""
        words = Words(self.bank.language, self.bank.channel)
        names = self.slots.get("guesses", "").split()
        return {name: {"title": words.say(name, "title")} for name in names}

    def note(self, _: str) -> None:
        """Remember what was said and what it may mean."""
        self.slots |= {slot: self.slots.pop(f"{GIVEN}{slot}", "") for slot in TOLD}

    def ask_again(self, _: str) -> None:
        """Ask for one of them: a number that stands for none says nothing."""
        raise NotAnOption

    def ask_person(self, _: str) -> None:
        """Hand what was said to the story that asks for a person, and note that it came to that."""
        self.slots[f"{GIVEN}about"] = self.slots["words"]
        guessed = self.slots["intents"].split()
        self.bank.note_meaning(self.slots["bare"], guessed=guessed, chosen=None, source="fallback")
