"""What the customer's words mean on the step they were said to."""

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from core.bank import WeakPin
from core.errors import Refusal
from flows import choices
from flows.hearing import CURRENCIES, plain
from flows.story import Ask, Code, End, Listen, NewSecret, Prove, RepeatSecret, Step
from flows.understanding import Understood, understand
from flows.walk import Walk

if TYPE_CHECKING:
    from core.bank import Proof

NUMBER = re.compile(r"\d{3}")
_DIGIT = re.compile(r"\d")


class NotAnOption(Refusal):
    """The customer picked something that was not offered."""

    code = "not_an_option"


class NotAPin(Refusal):
    """The customer was asked for a PIN and wrote something that cannot be one."""

    code = "not_a_pin"


class NotACode(Refusal):
    """The customer was asked for a one-time code and wrote something that cannot be one."""

    code = "not_a_code"


class PinsDiffer(Refusal):
    """The new PIN was not repeated the same."""

    code = "pins_differ"


class Digression(Exception):
    """The words were for another story."""

    def __init__(self, understood: Understood) -> None:
        super().__init__(understood.flow)
        self.understood = understood


def listen(
    walk: Walk, *, text: str, choice: str, proof: "Proof | None", file: bool = False
) -> None:
    """Walk the story on by what was said; ``file`` says that a file came with it.

    :raises Digression: if it was meant for another story
    """
    story = walk.story
    if file and isinstance(story.step, Ask) and story.step.media:
        walk.take("file", text)
        return
    if _hear_pick(walk, text, choice):
        return
    match story.step:
        case Prove() | Code() | NewSecret() | RepeatSecret() as step if proof is not None:
            _hear_secret(walk, step, proof)
        case Ask(free=True) | Listen():
            walk.take("answer", text)
        case End():
            raise LookupError(f"{story.name} has already ended")
        case Prove() | Code() | NewSecret() | RepeatSecret() as step if NUMBER.search(text):
            # It may hold the secret: nothing is looked for in it, so that nothing of it is kept.
            walk.refuse(_not_understood(step))
        case Ask() as step:
            _hear_answer(walk, step, text)
        case step:
            _hear_words(walk, step, text)


def _hear_pick(walk: Walk, text: str, choice: str) -> bool:
    """Take what was picked of a step's options or of its list; False when nothing was.

    :raises Digression: if the option is a story of its own
    """
    story = walk.story
    if isinstance(story.step, Ask) and story.step.lists:
        shown = choices.offered(story, walk.words.in_language(story.bank.language))
        picked = choices.picked_among(text, choice, shown)
        listed = picked is not None and picked not in choices.keys(story.step)
    else:
        picked, listed = choices.picked(text, choice, story.step, story.page), False
    if picked is None:
        return False
    if not listed and not story.may(picked):
        raise Digression(Understood(intent=picked, flow=picked, confidence=1.0))
    walk.take("answer" if listed else picked, picked)
    return True


def _hear_secret(walk: Walk, step: Step, proof: "Proof") -> None:
    try:
        # Outside any savepoint, because a wrong secret must stay counted.
        trigger = _judge(walk, step, proof)
    except Refusal as refusal:
        walk.refuse(refusal)
        return
    walk.take(trigger)
    if isinstance(step, NewSecret) and walk.refused is None:
        walk.keeps = proof


def _judge(walk: Walk, step: Step, proof: "Proof") -> str:
    match step:
        case NewSecret():
            if not proof.ok:
                raise WeakPin
            return "chosen"
        case RepeatSecret():
            if not proof.ok:
                raise PinsDiffer
            return "repeated"
        case Code():
            walk.story.bank.check_code(proof)
        case _:
            walk.story.bank.prove(proof)
    return "proven"


def _hear_answer(walk: Walk, step: Ask, text: str) -> None:
    """Words on a step that asks: a command, the answer, a correction, or another question."""
    understood = understand(text, walk.story.bank.country)
    elsewhere = _is_elsewhere(walk, understood)
    if elsewhere and (understood.exact or _orders(walk, understood, text)):
        raise Digression(understood)
    value = understood.entity(step.entity)
    if value is None and _corrects(walk, understood):
        return
    walk.take("answer", value or text)
    if not walk.understood and elsewhere and understood.acts:
        raise Digression(understood)


def _hear_words(walk: Walk, step: Step, text: str) -> None:
    """Words on a step that offers: a correction, or another question."""
    understood = understand(text, walk.story.bank.country)
    elsewhere = _is_elsewhere(walk, understood)
    if elsewhere and (understood.exact or _orders(walk, understood, text)):
        raise Digression(understood)
    if isinstance(step, Prove | Code | NewSecret | RepeatSecret) or not _corrects(walk, understood):
        if elsewhere and understood.acts:
            raise Digression(understood)
        walk.refuse(_not_understood(step))


def _is_elsewhere(walk: Walk, understood: Understood) -> bool:
    """Return whether the words ask for another story, or for this one with other facts."""
    if understood.flow is None:
        return False
    return understood.flow != walk.story.name or bool(understood.given)


def _orders(walk: Walk, understood: Understood, text: str) -> bool:
    """Return whether the words begin with another story's command, and go on to its amount.

    So that "exchange 100 usd to kes" is no other amount of the payment it is said to.
    """
    if understood.flow == walk.story.name or not understood.amount:
        return False
    words = takewhile(lambda word: not _DIGIT.search(word), text.split())
    command = " ".join(word for word in words if plain(word) not in CURRENCIES)
    begun = understand(command, walk.story.bank.country)
    return begun.exact and begun.flow == understood.flow


def _corrects(walk: Walk, understood: Understood) -> bool:
    """Take a new amount or phone for a step that was answered before."""
    story = walk.story
    for step in story.steps:
        if isinstance(step, Ask) and step.entity and step is not story.step:
            value = understood.correction(step.entity)
            if value and (step.slot or step.name) in story.slots:
                walk.correct(step, value)
                return True
    return False


def _not_understood(step: Step) -> Refusal:
    match step:
        case Code():
            return NotACode()
        case Prove() | NewSecret() | RepeatSecret():
            return NotAPin()
    return NotAnOption()
