"""The stories of one turn: begun, gone on with, set aside for a question and taken up again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from bot import kept, masks
from bot.house import House
from channels.message import Inbound, Reply
from core.access.pins import Proof
from core.bank import Bank, Visitor
from core.crm import case_chat
from core.crm.case_chat import Voice
from core.crm.conversations import Opening, Talk
from core.crm.turns import Stand
from core.store import outbox
from core.store.unit import Unit
from core.visitor import Interrupted
from flows import engine
from flows.catalog import CATALOG
from flows.story import START, Flow, Listen, RepeatSecret
from flows.versions import Catalog, Place, stand
from flows.words import Words

MOST_STORIES = 8  # begun in one turn; more would be stories sending the customer in circles
MOST_ASIDE = 3
DESK = "desk"
"""Who is heard in the inbox when a person at the desk says something."""
OUTCOME = (
    "amount", "name", "reference", "until", "bought", "biller", "phone", "float_left", "longer",
)  # fmt: skip
"""The slots that are kept for telling a caller who comes back what became of the last payment."""


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
        self,
        house: House,
        unit: Unit,
        opening: Opening,
        event: Event,
        proof: Proof | None = None,
        *,
        catalog: Catalog = CATALOG,
    ) -> None:
        self.house, self.unit, self.event, self.proof = house, unit, event, proof
        self.catalog = catalog
        self.talk = opening.talk
        self.said_id = unit.new_id()  # under which what is said is kept
        self.visitor = Visitor.at(opening)
        self.visitor.message = self.said_id
        self.bank = Bank(unit, self.visitor, house.secrets)
        self.interrupted: Place | None = None  # the story that was set aside last
        self._note_interrupted()
        self.stood = Stand(self.talk.flow, self.talk.flow_version, self.talk.state)
        self.prompted_at = self.talk.prompted_at
        self.first: engine.Turn | None = None  # what the message was said to
        self.notes: list[str] = []  # said before the reply
        self.outcome = ""
        self.intent: str | None = None
        self.call: object | None = None
        self.ended: Stand | None = None  # the story that ended, and where
        self.refused = False  # the last thing that came of it was a refusal
        self.anew: str | None = None  # the story to begin again, for its step is gone
        self.held = False  # a newer process must go on, and nothing of the conversation is touched
        self.hears = True  # what is said answers the question that was seen, whatever changed
        self.exit_reason = ""  # why the customer leaves the story, where the story does not tell
        self.paid: dict[str, str] | None = None  # what the customer is told of money that moved
        self.reply_id: UUID | None = None  # the message that carries the reply, where one is owed
        self.waits_long = False  # what is asked may be answered hours later

    @property
    def words(self) -> Words:
        """The bank's voice, in the language the customer is spoken to in by now."""
        return self.house.words(self.bank.language, self.event.channel)

    def voice(self) -> Voice:
        """Return the number of ours that says the reply: the one that was written to.

        To what a person at the desk does, nobody wrote: the customer's usual number then.
        """
        if self.event.provider == DESK:
            return case_chat.voice_for(
                self.unit, self.talk.id, channel=self.event.channel, country=self.bank.country
            )
        sender = self.house.sender(self.event.provider, self.event.channel)
        return Voice(sender.key, sender.provider)

    def owe(self, reply: Reply) -> UUID | None:
        """Owe the customer what is said, and return the message that carries it."""
        voice = self.voice()
        return outbox.queue_reply(
            self.unit,
            sender=voice.key,
            channel=self.event.channel,
            provider=voice.provider,
            contact=self.event.address,
            customer_id=self.bank.customer_id,
            conversation_id=self.talk.id,
            reply=masks.dump_reply(reply),
            content=masks.shown(reply),
        )

    def story(self) -> Flow | None:
        """Return the story being told, or None between stories.

        A conversation that began in another version of the story is brought to one that is told
        here. It is left as it is where a newer process knows the story and this one does not.
        """
        talk = self.talk
        if talk.flow is None:
            return None
        flow = self.catalog.told(talk.flow, talk.flow_version or 1)
        if flow is None or flow.step_at(talk.state or "") is None:
            flow = self._catch_up(talk.flow)
        if flow is None:
            return None
        return self._make(flow, talk.state or "", talk.slots, talk.trail)

    def story_at(self, flow: type[Flow], place: Place) -> Flow:
        """Return a story as it stands at a place."""
        self.talk.effect_id = place.effect_id
        return self._make(flow, place.state, place.slots, place.trail)

    @property
    def newer(self) -> bool:
        """Whether a release that this process does not know yet has told any of this."""
        return any(self.catalog.is_newer(*told) for told in kept.versions(self.talk))

    def begin(
        self,
        name: str,
        given: Mapping[str, str] | None = None,
        *,
        slots: Mapping[str, str] | None = None,
    ) -> Reply:
        """Begin a story, telling it what the customer has said already (and what we know)."""
        self.talk.effect_id = None
        story = self._make(self.catalog.stories[name], slots=slots)
        return self.follow(story, engine.begin(story, self.words, given))

    def aside(
        self,
        story: Flow | None,
        name: str,
        given: Mapping[str, str] | None = None,
        *,
        slots: Mapping[str, str] | None = None,
    ) -> Reply:
        """Begin a story in between, and come back to this one afterwards."""
        if story is not None and story.resumes:
            self.set_aside(story)
        self.talk.rest()
        return self.begin(name, given, slots=slots)

    def leave(self) -> Reply:
        """Let everything go and show the menu."""
        self.forget()
        return self.begin("menu")

    def forget(self) -> None:
        """Stand between stories, with none set aside."""
        self.talk.rest()
        self.talk.stack = []

    def follow(self, story: Flow, told: engine.Turn) -> Reply:
        """Do what a turn of a story asks for, until something stands to be said.

        An empty reply is silence: a person answers.
        """
        for _ in range(MOST_STORIES):
            self._note(story, told)
            if told.becomes is not None:
                story, told = self._become(story, told, told.becomes)
            elif told.ended and self.talk.stack and not self._waits_in_vain():
                story, told = self.take_up(after=told.reply.text)
            else:
                return told.reply
        raise RuntimeError("stories send the customer in circles")

    def set_aside(self, story: Flow) -> None:
        """Keep a story for later; it is taken up when what comes in between has ended."""
        self.talk.stack = [
            *self.talk.stack[1 - MOST_ASIDE :],
            kept.lay_aside(story, self.talk.effect_id),
        ]
        self._note_interrupted()
        self.talk.rest()

    def take_up(self, *, after: str = "") -> tuple[Flow, engine.Turn]:
        """Return the story set aside last, asking again what it stood on."""
        laid = kept.aside(self.talk.stack.pop())
        self.bank.go_on_with(laid.flow)
        if laid.state == START and laid.flow in self.catalog.stories:
            waited = self._make(self.catalog.stories[laid.flow], slots=laid.slots)
            return waited, engine.begin(waited, self.words, after=after)
        standing = stand(self.catalog, laid)
        if standing.story is None or standing.fate == "anew":
            name = standing.place.flow if standing.story else "menu"
            self.talk.effect_id = None
            again = self._make(self.catalog.stories[name])
            said = "\n".join(filter(None, (after, self.words.say("manners", "changed"))))
            return again, engine.begin(again, self.words, after=said)
        story = self.story_at(standing.story, standing.place)
        if isinstance(story.step_at(story.state), Listen):
            self.bank.speak_to(story.slots["number"])  # who waited for a person waits on
        return story, engine.take_up(story, self.words, after=after)

    def _waits_in_vain(self) -> bool:
        """Let go of a story that waits for a proof which was not given; return whether one did."""
        in_vain = kept.aside(self.talk.stack[-1]).state == START and self.bank.owes_code
        if in_vain:
            self.talk.stack = []
        return in_vain

    def _note_interrupted(self) -> None:
        if self.talk.stack:
            self.interrupted = laid = kept.aside(self.talk.stack[-1])
            self.visitor.interrupted = Interrupted(laid.flow, laid.state, laid.slots)

    def _catch_up(self, name: str) -> type[Flow] | None:
        """Bring the story being told to a version that is told here; None when there is none."""
        standing = stand(self.catalog, kept.told(self.talk, name))
        if standing.fate == "newer":
            return None
        self.hears = standing.hears
        if standing.story is not None and standing.fate != "anew":
            kept.put(self.talk, standing.place)
            return standing.story
        self.talk.rest()
        self.hears, self.exit_reason = False, "moved"
        self.anew = name if standing.story else None
        self.notes.append(self.words.say("manners", "changed"))
        return None

    def _become(self, story: Flow, told: engine.Turn, name: str) -> tuple[Flow, engine.Turn]:
        if told.suspends:
            self.set_aside(story)
        elif name == "menu":
            self.talk.stack = []
        self.talk.rest()
        following = self._make(self.catalog.stories[name])
        return following, engine.begin(following, self.words, told.given, after=told.reply.text)

    def _note(self, story: Flow, told: engine.Turn) -> None:
        talk = self.talk
        self.first = self.first or told
        self.intent = self.intent or told.intent
        if told.intent == "cancel":
            self.exit_reason = self.exit_reason or "cancelled"
        if told.wrote and story.moves_money and "reference" in story.slots:
            kept = {name: story.slots[name] for name in OUTCOME if name in story.slots}
            self.paid = {**kept, "story": story.name}
        self.call, self.refused = told.calls, told.refused is not None
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
            self.ended = Stand(story.name, story.version, story.state)
            talk.rest()

    def _make(
        self,
        flow: type[Flow],
        state: str = START,
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
