"""How a story is walked within one turn: triggers pulled, refusals told, answers known already."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import Refusal
from flows.story import GIVEN, Ask, Choose, Flow, Listen, NewSecret, Trail
from flows.words import Words

if TYPE_CHECKING:
    from core.bank import Proof

LONGEST_TRAIL = 12
LOST_AFTER = 3
MOST_MOVES = 12  # in one turn; more would be a story running in circles


@dataclass(slots=True)
class Walk:
    """One turn's walk through a story, and the notes taken on the way."""

    story: Flow
    words: Words
    said: list[str] = field(default_factory=list)
    """What is said before the words of the step the walk ends on."""
    refused: str | None = None
    understood: bool = True
    wrote: bool = False
    moved: bool = False
    keeps: "Proof | None" = None

    def take(self, trigger: str, said: str = "") -> None:
        """Pull a trigger. A refusal leaves the slots as they were and is told."""
        slots = dict(self.story.slots)
        try:
            self._move(trigger, said)
        except Refusal as refusal:
            self.story.slots = slots
            self.refuse(refusal)
        self._settle()

    def refuse(self, refusal: Refusal) -> None:
        """Tell a refusal, and walk its path if the story has one for it."""
        story = self.story
        self.refused = refusal.code
        # By convention the codes of what could not be read begin so; all others were understood.
        self.understood = not refusal.code.startswith("not_")
        if refusal.code not in story.quiet:
            facts = {"country": story.bank.country, **refusal.facts}
            words = self.words.in_language(story.bank.language)
            self.said.append(words.say("refusals", refusal.code, facts))
        if story.may(refusal.code):
            story.refusal = refusal
            self._move(refusal.code)
        if not self.understood and not self.moved:
            self._count_miss()

    def lose(self, why: str, *, silently: bool = False) -> None:
        """Stay here, for nothing came of what was said; a block of the manners says why."""
        self.refused, self.understood = why, False
        if not silently:
            words = self.words.in_language(self.story.bank.language)
            self.said.append(words.say("manners", why))
        self._count_miss()

    def correct(self, step: Ask, value: str) -> None:
        """Answer a step again that was passed before, and keep all the other answers."""
        story = self.story
        stood, trail = story.state, list(story.trail)
        story.state = step.name
        story.trail = _until(step.name, trail)
        self.take("answer", value)
        if self.refused and story.state == step.name:
            story.state, story.trail = stood, trail

    def _count_miss(self) -> None:
        self.story.misses += 1
        if self.story.misses >= LOST_AFTER:
            self.said = [explanation(self.story, self.words), self.words.say("manners", "lost")]
            self.story.misses = 0

    def _move(self, trigger: str, said: str = "") -> None:
        story = self.story
        stood, slots = story.state, dict(story.slots)
        step = story.step_at(stood)
        if story.writes_on(trigger):
            with story.bank.attempt():
                story.pull(trigger, said)
            self.wrote = True
            story.trail.clear()  # what is done cannot be stepped back from
        else:
            story.pull(trigger, said)
            if isinstance(step, Ask | Choose | NewSecret) and story.state != stood:
                story.trail.append((stood, slots))
        self.moved = self.moved or story.state != stood
        story.misses = 0
        # Where we come back to a step, what followed it is undone.
        story.trail = _until(story.state, story.trail)[-LONGEST_TRAIL:]

    def _settle(self) -> None:
        """Answer the steps that the customer has answered before they were asked."""
        story = self.story
        for _ in range(MOST_MOVES):
            step = story.step_at(story.state)
            value = story.slots.pop(f"{GIVEN}{story.state}", None)
            if not isinstance(step, Ask | Listen) or value is None:
                return
            slots = dict(story.slots)
            try:
                self._move("answer", value)
            except Refusal as refusal:
                story.slots = slots
                self.refuse(refusal)
        raise RuntimeError(f"{story.name} runs in circles")


def explanation(story: Flow, words: Words) -> str:
    """Return the help for the step a story stands on, or for any step where it has none."""
    facts = {"country": story.bank.country, **story.facts()}
    own = words.find(story.page, f"about_{story.state}", facts)
    return own or words.say("manners", "help_here")


def _until(state: str, trail: Trail) -> Trail:
    passed = [kept for kept, _ in trail]
    return trail[: passed.index(state)] if state in passed else trail
