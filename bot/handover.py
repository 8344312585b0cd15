"""What a person at the desk may do in a customer's conversation: answer, be done, hand back.

Each act is done once for its ``key``, whatever is clicked twice. The words go out on the channel on
which the customer speaks of the case, and the conversation becomes the person's. Whoever is in the
middle of another story stays there: they read the words, and reply with ANSWER when they like.
Where WhatsApp takes no free words any more, a template tells that there is an answer. What leaves
by SMS or by a template leaves by e-mail too, where the customer has shown an address to be theirs.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID

from bot import handing_back
from bot.handing_back import (
    CorrectionRefused,
    CustomerIsBusy,
    NoSuchStep,
    NotCorrectable,
    NothingInterrupted,
    WindowIsShut,
)
from bot.house import House
from bot.persons_turn import Answered, NobodyToAnswer, PersonsTurn, speak
from core.access.actors import Actor
from core.crm import case_work
from core.store.unit import Unit

__all__ = [
    "Answered",
    "CorrectionRefused",
    "CustomerIsBusy",
    "NoSuchStep",
    "NobodyToAnswer",
    "NotCorrectable",
    "NothingInterrupted",
    "WindowIsShut",
    "close",
    "hand_back",
    "reply",
]

NO_SLOTS: Mapping[str, str] = MappingProxyType({})


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

    def say(said: PersonsTurn) -> None:
        judge(said.unit)
        said.say(text)
        said.mail_too()
        case_work.reply(said.unit, actor, said.case, text, message=said.reply_id)

    return speak(house, case, key, say)


def close(house: House, actor: Actor, case: UUID, *, key: UUID) -> Answered:
    """Resolve a case, and ask its customer whether that solved it. The bot answers from then on.

    :raises Forbidden: if their role works on no cases
    :raises NotYourCase: if it is not theirs
    :raises CaseCannotMove: if it cannot be resolved from where it is
    :raises NobodyToAnswer: if the customer cannot be reached
    """

    def ask(said: PersonsTurn) -> None:
        case_work.set_status(said.unit, actor, said.case, "Resolved")
        said.ask_whether_solved()

    return speak(house, case, key, ask)


def hand_back(
    house: House,
    actor: Actor,
    case: UUID,
    *,
    step: str = "",
    slots: Mapping[str, str] = NO_SLOTS,
    key: UUID,
) -> Answered:
    """Give a conversation back to the bot, which goes on with what was interrupted for the case.

    The story goes on at its step, or at another one that it came past (``step``). ``slots`` are
    answers given anew, by the name of the slot; the story takes each as its customer's own, so the
    bank's rules judge it, and keeps the others. What was read back is read back again, under a new
    id; the customer is told who hands back, and asked again. The case then waits for them.

    :raises Forbidden: if their role works on no cases
    :raises NotYourCase: if it is not theirs
    :raises CaseClosed: if the case is done
    :raises NobodyToAnswer: if the customer cannot be reached
    :raises CustomerIsBusy: if they are in the middle of something else
    :raises WindowIsShut: if nothing can be asked on WhatsApp until they write
    :raises NothingInterrupted: if nothing was, or it goes on already
    :raises NoSuchStep: if the story never came past that step
    :raises NotCorrectable: if a slot is no answer that can be given again
    :raises CorrectionRefused: if the bank does not take an answer
    """
    return speak(house, case, key, lambda said: handing_back.hand_back(said, actor, step, slots))
