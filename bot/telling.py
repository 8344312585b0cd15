"""The stories of one turn: begun, gone on with, set aside for a question and taken up again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from bot.house import House
from channels.message import Inbound, Reply
from core.access.pins import Proof
from core.bank import Bank, Visitor
from core.crm.conversations import Opening, Talk
from core.store.unit import Unit
from flows import engine
from flows.catalog import STORIES
from flows.story import Flow, RepeatSecret
from flows.words import Words

MOST_STORIES = 8  # begun in one turn; more would be stories sending the customer in circles
MOST_ASIDE = 3
OUTCOME = ("amount", "name", "reference")


@dataclass(frozen=True, slots=True)
class Event:
    """What moves a conversation: a customer's message, or something of ours."""

    provider: str
    id: str
    channel: str
    address: str
    inbound: Inbound | None = None

    @classmethod
    def of(cls, inbound: Inbound) -> Self:
        """Return the event of a customer's message."""
        return cls(inbound.provider, inbound.id, inbound.channel, inbound.address, inbound)

    @classmethod
    def ours(cls, talk: Talk, *, provider: str, provider_id: str) -> Self:
        """Return an event of ours that belongs to a message heard before."""
        return cls(provider, provider_id, talk.channel, talk.address)


class Telling:
    """A conversation in hand for one turn, and what has come of it so far."""

    def __init__(
        self, house: House, unit: Unit, opening: Opening, event: Event, proof: Proof | None = None
    ) -> None:
        self.house, self.unit, self.event, self.proof = house, unit, event, proof
        self.talk = opening.talk
        self.bank = Bank(unit, Visitor.at(opening), house.secrets)
        self.stood = (self.talk.flow, self.talk.state)
        self.first: engine.Turn | None = None  # what the message was said to
        self.notes: list[str] = []  # said before the reply
        self.outcome = ""
        self.intent: str | None = None
        self.call: object | None = None
        self.ended: tuple[str, str] | None = None  # the story that ended, and where
        self.paid: dict[str, str] | None = None  # what the customer is told of money that moved

    @property
    def words(self) -> Words:
        """The bank's voice, in the language the customer is spoken to in by now."""
        return self.house.words(self.bank.language, self.event.channel)

    def story(self) -> Flow | None:
        """Return the story being told, or None between stories.

        A story that has lost the step it stood on is not gone on with; its customer starts anew.
        """
        talk = self.talk
        flow = STORIES.get(talk.flow or "")
        if flow is None or flow.step_at(talk.state or "") is None:
            return None
        return self._make(flow, talk.state or "", talk.slots, talk.trail)

    def begin(
        self,
        name: str,
        given: Mapping[str, str] | None = None,
        *,
        slots: Mapping[str, str] | None = None,
    ) -> Reply:
        """Begin a story, telling it what the customer has said already (and what we know)."""
        self.talk.effect_id = None
        story = self._make(STORIES[name], slots=slots)
        return self.follow(story, engine.begin(story, self.words, given))

    def aside(self, story: Flow | None, name: str) -> Reply:
        """Begin a story in between, and come back to this one afterwards."""
        if story is not None and story.resumes:
            self.set_aside(story)
        self.talk.rest()
        return self.begin(name)

    def leave(self) -> Reply:
        """Let everything go and show the menu."""
        self.forget()
        return self.begin("menu")

    def forget(self) -> None:
        """Stand between stories, with none set aside."""
        self.talk.rest()
        self.talk.stack = []

    def follow(self, story: Flow, told: engine.Turn) -> Reply:
        """Do what a turn of a story asks for, until something stands to be said."""
        for _ in range(MOST_STORIES):
            self._note(story, told)
            if told.becomes is not None:
                story, told = self._become(story, told, told.becomes)
            elif told.ended and self.talk.stack:
                story, told = self.take_up(after=told.reply.text)
            else:
                return told.reply
        raise RuntimeError("stories send the customer in circles")

    def set_aside(self, story: Flow) -> None:
        """Keep a story for later; it is taken up when what comes in between has ended."""
        kept = {
            "flow": story.name,
            "state": story.state,
            "slots": story.slots,
            "trail": list(story.trail),
            "effect_id": str(self.talk.effect_id or ""),
        }
        self.talk.stack = [*self.talk.stack[1 - MOST_ASIDE :], kept]
        self.talk.rest()

    def take_up(self, *, after: str = "") -> tuple[Flow, engine.Turn]:
        """Return the story set aside last, asking again what it stood on."""
        kept = self.talk.stack.pop()
        self.talk.effect_id = UUID(kept["effect_id"]) if kept["effect_id"] else None
        story = self._make(STORIES[kept["flow"]], kept["state"], kept["slots"], kept["trail"])
        return story, engine.show(story, self.words, after=after)

    def _become(self, story: Flow, told: engine.Turn, name: str) -> tuple[Flow, engine.Turn]:
        if told.suspends:
            self.set_aside(story)
        elif name == "menu":
            self.talk.stack = []
        self.talk.rest()
        following = self._make(STORIES[name])
        return following, engine.begin(following, self.words, told.given, after=told.reply.text)

    def _note(self, story: Flow, told: engine.Turn) -> None:
        talk = self.talk
        self.first = self.first or told
        self.intent = self.intent or told.intent
        if told.wrote and story.moves_money:
            self.paid = {name: story.slots[name] for name in OUTCOME if name in story.slots}
        self.call = told.calls
        self.outcome = told.refused or self.outcome or ("ended" if told.ended else "went on")
        talk.flow, talk.flow_version, talk.state = story.name, story.version, story.state
        talk.slots, talk.trail, talk.misses = story.slots, list(story.trail), story.misses
        if told.keeps is not None:
            talk.pending_secret = told.keeps.new_hash
        elif not isinstance(story.step_at(story.state), RepeatSecret):
            talk.pending_secret = None
        if told.wants_mint:
            talk.effect_id = self.unit.new_id()
        if told.ended:
            self.ended = (story.name, story.state)
            talk.rest()

    def _make(
        self,
        flow: type[Flow],
        state: str = "start",
        slots: Mapping[str, str] | None = None,
        trail: list[Any] | None = None,
    ) -> Flow:
        return flow(
            bank=self.bank,
            state=state,
            slots=dict(slots or {}),
            trail=[(at, dict(then)) for at, then in trail or ()],
            effect_id=self.talk.effect_id,
            misses=self.talk.misses,
        )
