"""The way from a person to a customer: their answer goes out, and the conversation becomes theirs.

Everything happens in one unit with the conversation locked, in the order of a customer's turn, so
that an answer and a message that cross each other are heard one after the other. Whoever is in the
middle of another story stays there: they read the words, and reply with ANSWER when they like.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.closing import close as close_turn
from bot.house import House
from bot.telling import Event, Telling
from bot.turn import ANSWER, on_line
from channels.message import Option, Reply
from core import phone, pii
from core.access.actors import Actor
from core.crm import case_chat, case_work, cases, conversations, customers
from core.crm.case_chat import Voice
from core.crm.cases import Case
from core.crm.conversations import Kept, Opening
from core.errors import DeskRefusal
from core.store.unit import Unit
from flows import engine
from flows.story import Flow

PROVIDER = "desk"
"""Who is heard in the inbox when a person at the desk says something."""
FLOW, CHAT = "agent", "chat"
RESOLVED = "resolved"
WINDOW = timedelta(hours=24)


class NobodyToAnswer(DeskRefusal):
    """The case has no address that an answer could go to. Fact: ``number``."""

    code = "nobody_to_answer"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an answer."""

    case: Case
    channel: str
    """The channel it leaves by."""
    message: UUID | None = None
    """The message that carries it; None when this very answer was given before."""
    again: bool = False
    """It was given before, under the same key: nothing was done."""


def reply(
    house: House,
    actor: Actor,
    case: UUID,
    text: str,
    *,
    key: UUID,
    judge: Callable[[Unit], None] = lambda _: None,
) -> Answered:
    """Answer a customer: into the case's thread, and out on the channel they speak of it on.

    Words typed once are sent once, whatever is clicked twice: ``key`` is the composed answer's.
    ``judge`` is asked once the conversation is locked; what it raises leaves everything as it was.

    :raises Forbidden: if their role works on no cases
    :raises NotYourCase: if it is not theirs
    :raises CaseClosed: if the case is done
    :raises NobodyToAnswer: if the customer cannot be reached
    """

    def say(said: "_Handover") -> None:
        judge(said.unit)
        said.say(text)
        case_work.reply(said.unit, actor, said.case, text, message=said.reply_id)

    return _speak(house, case, key, say)


def close(house: House, actor: Actor, case: UUID, *, key: UUID) -> Answered:
    """Resolve a case, and ask its customer whether that solved it. The bot answers from then on.

    :raises Forbidden: if their role works on no cases
    :raises NotYourCase: if it is not theirs
    :raises CaseCannotMove: if it cannot be resolved from where it is
    :raises NobodyToAnswer: if the customer cannot be reached
    """

    def ask(said: "_Handover") -> None:
        case_work.set_status(said.unit, actor, said.case, "Resolved")
        said.ask_whether_solved()

    return _speak(house, case, key, ask)


def _speak(house: House, case: UUID, key: UUID, do: Callable[["_Handover"], None]) -> Answered:
    with house.unit() as unit:
        found = cases.get(unit, case)
        case_chat.lock_all(unit, case, opened_in=found.conversation)
        channel, address, language = _place(unit, found)
        opening = conversations.open_turn(
            unit,
            provider=PROVIDER,
            provider_id=str(key),
            channel=channel,
            address=address,
            language=language,
        )
        if isinstance(opening, Kept):
            return Answered(found, channel, again=True)
        said = _Handover(house, unit, opening, Event(PROVIDER, str(key), channel, address), found)
        do(said)
        answered = Answered(cases.get(unit, case), channel, said.reply_id)
    house.tell(f"case:{case}")
    house.tell("queue")
    return answered


def _place(unit: Unit, case: Case) -> tuple[str, str, str]:
    """Return the channel, address and language in which a customer is answered.

    :raises NobodyToAnswer: if there is none
    """
    known = customers.people(unit, [case.customer]) if case.customer else {}
    person = known.get(case.customer) if case.customer else None
    spoken = case_chat.spoken_of_in(unit, case.id) or case.conversation
    asked = conversations.lock(unit, spoken) if spoken else None
    language = person.language if person else asked.talk.language if asked else "en"
    if asked is not None and not _is_over(asked, unit.now):
        return asked.talk.channel, asked.talk.address, language
    if asked is not None and phone.is_phone(asked.talk.address):
        return "sms", asked.talk.address, language
    if person is not None and person.phone is not None:
        return "sms", person.phone, language
    if asked is not None:  # the outbox finds what way there is
        return asked.talk.channel, asked.talk.address, language
    raise NobodyToAnswer(number=case.number)


def _is_over(asked: Opening, now: datetime) -> bool:
    """Return whether a conversation takes no free words any more: then an SMS carries them.

    A feature phone's session ends with its screen, and WhatsApp's window a day after the
    customer's last word.
    """
    heard = asked.talk.last_inbound_at
    if asked.talk.channel == "whatsapp":
        return heard is None or now - heard > WINDOW
    return asked.talk.channel == "ussd"


class _Handover(Telling):
    """A person's turn in a customer's conversation."""

    def __init__(
        self, house: House, unit: Unit, opening: Opening, event: Event, case: Case
    ) -> None:
        super().__init__(house, unit, opening, event)
        self.case = case
        self.outcome = "handed_over"

    def voice(self) -> Voice:
        """Return the number of ours that the customer spoke to last on this channel."""
        return case_chat.voice_for(
            self.unit, self.talk.id, channel=self.event.channel, country=self.bank.country
        )

    def say(self, text: str) -> None:
        """Say a person's words, and have what the customer says next passed on to the case."""
        facts = {"words": pii.mask_cards(text.strip()), "number": self.case.number}
        if self._is_busy():
            self._say_between("says_between", facts)
            return
        self._stand_with_person()
        close_turn(self, Reply(self.words.say(FLOW, "says", facts)))

    def ask_whether_solved(self) -> None:
        """Say that the case is thought to be solved, and let the customer say whether it is."""
        if self._is_busy():
            self._say_between("solved_between", {"number": self.case.number})
            return
        story = self._stand_with_person()
        close_turn(self, self.follow(story, engine.answer(story, RESOLVED, self.words)))

    def _is_busy(self) -> bool:
        """Return whether the customer is in the middle of something else."""
        story = self.story()
        if self.newer:
            return True
        if story is None or not story.resumes:
            return False
        if story.name != FLOW:
            return True
        return on_line(story) and story.slots.get("number") != self.case.number

    def _stand_with_person(self) -> Flow:
        """Put the conversation on the step on which a person answers."""
        if self.stood.flow not in (None, FLOW):
            self.exit_reason = "handed_over"
        self.talk.rest()
        flow = self.catalog.stories[FLOW]
        story = self._make(flow, CHAT, {"number": self.case.number})
        self.talk.flow, self.talk.flow_version, self.talk.state = FLOW, flow.version, CHAT
        self.talk.slots = story.slots
        self.visitor.case = self.case.id
        return story

    def _say_between(self, block: str, facts: Mapping[str, str]) -> None:
        """Say words beside a story, which stays as it is with the question that was seen last."""
        self.held = True
        taps = self.event.channel == "whatsapp"
        button = Option(ANSWER, self.words.say(FLOW, "says_between_answer"))
        text = self.words.say(FLOW, block, facts)
        close_turn(self, Reply(text, options=(button,) if taps else ()))
