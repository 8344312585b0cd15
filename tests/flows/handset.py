"""Follows turns as the hub does, in memory: stories begun, set aside, taken up again and left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from channels.message import Reply
from flows import engine, manners
from flows.catalog import STORIES
from flows.engine import Said, Turn
from flows.story import START, Flow
from flows.words import Words
from tests.flows.oracle import Oracle

MOST_STORIES = 8


@dataclass
class Kept:
    """What is kept of a story between two turns."""

    flow: str
    state: str = "start"
    slots: dict[str, str] = field(default_factory=dict)
    trail: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    misses: int = 0
    effect_id: UUID | None = None


@dataclass
class Handset:
    """One customer's conversation on one channel."""

    bank: Oracle
    channel: str
    now: Kept | None = None
    aside: list[Kept] = field(default_factory=list)
    reply: Reply = field(default_factory=lambda: Reply(""))
    turns: list[Turn] = field(default_factory=list)
    minted: dict[UUID, dict[str, str]] = field(default_factory=dict)
    """What was read back under each id of an effect."""

    @property
    def words(self) -> Words:
        return Words(self.bank.language, self.channel)

    def story(self, kept: Kept | None = None) -> Flow:
        kept = kept or self.now
        assert kept is not None
        return STORIES[kept.flow](
            bank=self.bank,  # type: ignore[arg-type]
            state=kept.state,
            slots=dict(kept.slots),
            trail=[(at, dict(then)) for at, then in kept.trail],
            misses=kept.misses,
            effect_id=kept.effect_id,
        )

    def begin(self, name: str, given: Mapping[str, str] | None = None, **slots: str) -> None:
        self.now = Kept(name, slots=slots)
        story = self.story()
        self._follow(story, engine.begin(story, self.words, given))

    def says(self, text: str = "", **said: Any) -> None:
        story = self.story()
        self._follow(story, engine.take_turn(story, Said(text, **said), self.words))

    def hears(self, outcome: Any) -> None:
        story = self.story()
        self._follow(story, engine.answer(story, outcome, self.words))

    def obeys(self, manner: manners.Manner) -> None:
        story = self.story()
        match manner:
            case "back":
                turn = engine.back(story, self.words)
                if turn is not None:
                    self._follow(story, turn)
                elif self.aside:
                    self._follow(*self._take_up())
                else:
                    self.leave()
            case "help":
                self._follow(story, engine.explain(story, self.words))
            case "language":
                self.set_aside(story)
                self.begin("language")
            case _:
                self.leave()

    def drops(self) -> None:
        """The session is cut and the customer dials again."""
        story = self.story()
        if story.resumes and story.trail:
            title = self.words.say(story.page, "title")
            self.set_aside(story)
            self.begin("resume", title=title)
        else:
            self.leave()

    def leave(self) -> None:
        self.aside = []
        self.begin("menu")

    def set_aside(self, story: Flow) -> None:
        if story.resumes and self.now is not None:
            self.aside = [*self.aside[-2:], self.now]

    def _take_up(self, after: str = "") -> tuple[Flow, Turn]:
        self.now = self.aside.pop()
        story = self.story()
        if story.state == START:  # it waited to begin
            return story, engine.begin(story, self.words, after=after)
        return story, engine.show(story, self.words, after=after)

    def _waits_in_vain(self) -> bool:
        in_vain = self.aside[-1].state == START and self.bank.owes_code
        self.aside = [] if in_vain else self.aside
        return in_vain

    def _follow(self, story: Flow, turn: Turn) -> None:
        for _ in range(MOST_STORIES):
            self._keep(story, turn)
            if turn.becomes is not None:
                if turn.suspends:
                    self.set_aside(story)
                elif turn.becomes == "menu":
                    self.aside = []
                self.now = Kept(turn.becomes)
                story = self.story()
                turn = engine.begin(story, self.words, turn.given, after=turn.reply.text)
            elif turn.ended and self.aside and not self._waits_in_vain():
                story, turn = self._take_up(turn.reply.text)
            else:
                self.reply = turn.reply
                if turn.ended:
                    self.now = None
                return
        raise RuntimeError("stories send the customer in circles")

    def _keep(self, story: Flow, turn: Turn) -> None:
        self.turns.append(turn)
        effect_id = story.effect_id
        if turn.wants_mint:
            effect_id = UUID(int=len(self.minted) + 1)
            self.minted[effect_id] = dict(story.slots)
        self.now = Kept(
            story.name, story.state, story.slots, list(story.trail), story.misses, effect_id
        )
