"""A person's turn in a customer's conversation: in one unit, with the conversation locked.

Everything happens in the order of a customer's turn, so that an answer and a message that cross
each other are heard one after the other. Whoever is in the middle of another story stays there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot import interrupted
from bot.closing import close as close_turn
from bot.house import House
from bot.telling import DESK, Event, Telling
from bot.with_person import ANSWER, on_line
from channels.message import Option, Reply
from core import phone, pii
from core.crm import case_chat, case_mail, cases, conversations, customers, held_words
from core.crm.case_context import WINDOW
from core.crm.cases import Case
from core.crm.conversations import Kept, Opening
from core.errors import DeskRefusal
from core.store.outbox import queue_notice
from core.store.unit import Unit
from flows import engine
from flows.story import Flow

FLOW, CHAT = "agent", "chat"
RESOLVED = "resolved"
SOLVED = "case_solved"
"""The alert that asks whether a case is solved, where no free words may."""


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
    held: bool = False
    """A template tells of it, and the words leave when the customer writes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer is answered. ``shut``: WhatsApp takes no free words there now."""

    channel: str
    address: str
    language: str
    shut: bool = False


def speak(house: House, case: UUID, key: UUID, do: "Callable[[PersonsTurn], None]") -> Answered:
    """Let a person do something in the conversation of a case, once for each ``key``.

    :raises NobodyToAnswer: if the customer cannot be reached
    """
    with house.unit() as unit:
        found = cases.get(unit, case)
        case_chat.lock_all(unit, case, opened_in=found.conversation)
        place = _place(unit, found)
        opening = conversations.open_turn(
            unit,
            provider=DESK,
            provider_id=str(key),
            channel=place.channel,
            address=place.address,
            language=place.language,
        )
        if isinstance(opening, Kept):
            return Answered(found, place.channel, again=True)
        event = Event(DESK, str(key), place.channel, place.address)
        said = PersonsTurn(house, unit, opening, event, found, shut=place.shut)
        do(said)
        answered = Answered(
            cases.get(unit, case), place.channel, said.reply_id, held=said.held_back
        )
    if said.call is not None:
        house.waker.call(DESK, str(key))
    house.tell(f"case:{case}")
    house.tell("queue")
    return answered


def _place(unit: Unit, case: Case) -> Place:
    """Return where, and in which language, a customer is answered.

    :raises NobodyToAnswer: if there is none
    """
    known = customers.people(unit, [case.customer]) if case.customer else {}
    person = known.get(case.customer) if case.customer else None
    spoken = case_chat.spoken_of_in(unit, case.id) or case.conversation
    asked = conversations.lock(unit, spoken) if spoken else None
    language = person.language if person else asked.talk.language if asked else "en"
    if asked is not None and not _is_over(asked, unit.now):
        return Place(asked.talk.channel, asked.talk.address, language)
    if asked is not None and asked.talk.channel == "whatsapp" and person is not None:
        return Place("whatsapp", asked.talk.address, language, shut=True)
    if asked is not None and phone.is_phone(asked.talk.address):
        return Place("sms", asked.talk.address, language)
    if person is not None and person.phone is not None:
        return Place("sms", person.phone, language)
    if asked is not None:  # the outbox finds what way there is
        return Place(asked.talk.channel, asked.talk.address, language)
    raise NobodyToAnswer(number=case.number)


def _is_over(asked: Opening, now: datetime) -> bool:
    """Return whether a conversation takes no free words any more.

    A feature phone's session ends with its screen: then an SMS carries them. WhatsApp's window ends
    a day after the customer's last word: then a template asks them to write.
    """
    heard = asked.talk.last_inbound_at
    if asked.talk.channel == "whatsapp":
        return heard is None or now - heard > WINDOW
    return asked.talk.channel == "ussd"


class PersonsTurn(Telling):
    """A person's turn in a customer's conversation."""

    def __init__(
        self,
        house: House,
        unit: Unit,
        opening: Opening,
        event: Event,
        case: Case,
        *,
        shut: bool = False,
    ) -> None:
        super().__init__(house, unit, opening, event)
        self.case, self.shut = case, shut
        self.said = ""  # a person's own words, as a customer may read them
        self.held_back = False
        self.outcome = "handed_over"

    def say(self, text: str) -> None:
        """Say a person's words, and have what the customer says next passed on to the case."""
        self.said = pii.mask_cards(text.strip())
        facts = {"words": self.said, "number": self.case.number}
        if self.is_busy():
            self._say_between("says_between", facts)
            return
        self._stand_with_person()
        close_turn(self, Reply(self.words.say(FLOW, "says", facts)))

    def mail_too(self) -> None:
        """Send what was said by e-mail too, where it leaves by SMS or as a template."""
        if self.said and (self.shut or self.event.channel != "whatsapp"):
            case_mail.answer(self.unit, self.case, self.said)

    def ask_whether_solved(self) -> None:
        """Say that the case is thought to be solved, and let the customer say whether it is."""
        if self.is_busy():
            self._say_between("solved_between", {"number": self.case.number})
            return
        story = self._stand_with_person()
        close_turn(self, self.follow(story, engine.answer(story, RESOLVED, self.words)))

    def owe(self, reply: Reply) -> UUID | None:
        """Owe what is said; where no free words may go out, a template that tells of it.

        What of it is a person's own waits until the customer writes.
        """
        if not self.shut:
            return super().owe(reply)
        customer = self.bank.customer_id
        if customer is None:
            raise LookupError("a template is sent to customers alone")
        number, address = self.case.number, self.event.address
        if self.said:
            held = held_words.hold(
                self.unit,
                case=self.case.id,
                number=number,
                customer=customer,
                conversation=self.talk.id,
                address=address,
                voice=self.voice(),
                words=self.said,
            )
            self.held_back = held is not None
            facts = {"number": number, "words": self.said}
            return held or self._owe_sms(customer, held_words.ANSWER, facts)
        facts = {"number": number}
        told = queue_notice(
            self.unit,
            customer_id=customer,
            alert=SOLVED,
            facts=facts,
            channel="whatsapp",
            address=address,
        )
        return told or self._owe_sms(customer, SOLVED, facts)

    def is_busy(self) -> bool:
        """Return whether the customer is in the middle of something else."""
        story = self.story()
        if self.newer:
            return True
        if story is None or not story.resumes:
            return False
        if story.name != FLOW:
            return True
        return on_line(story) and story.slots.get("number") != self.case.number

    def _owe_sms(self, customer: UUID, alert: str, facts: Mapping[str, str]) -> UUID | None:
        return queue_notice(
            self.unit, customer_id=customer, alert=alert, facts=facts, channel="sms"
        )

    def _stand_with_person(self) -> Flow:
        """Put the conversation on the step on which a person answers.

        What was interrupted for the case, and lost to a long rest, waits behind it again.
        """
        if self.stood.flow not in (None, FLOW):
            self.exit_reason = "handed_over"
        self.talk.rest()
        interrupted.restore(self, self.case.number)
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
