"""What the customer's words mean on the step they were said to."""

import re
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from core.bank import WeakPin
from core.errors import Refusal
from flows import choices, facts, repair
from flows.hearing import CURRENCIES, NotAnOption, mended, plain, puts_right
from flows.repair import Mending
from flows.story import GIVEN, Ask, Code, End, Listen, NewSecret, Prove, RepeatSecret, Step
from flows.understanding import Understood, understand
from flows.walk import Walk

if TYPE_CHECKING:
    from core.bank import Proof

NUMBER = re.compile(r"\d{3}")
_DIGIT = re.compile(r"\d")
FEWEST_WORDS = 3
"""So many words make a question, where an answer was asked for."""
LOST = "stuck"
"""Where a person is offered already: to offer one again would be no help."""
AT_ONCE = frozenset({"cancel", "agent", "card_block"})
"""Intents that come before the answer a step waits for, where they are sure."""


__all__ = [
    "AT_ONCE", "NUMBER", "Digression", "NotACode", "NotAPin", "NotAnOption", "PinsDiffer", "listen",
]  # fmt: skip


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
    """The words were for another story, or nothing came of them and it is asked what they mean."""

    def __init__(self, understood: Understood, mending: Mending | None = None) -> None:
        super().__init__(understood.flow)
        self.understood, self.mending = understood, mending


def listen(
    walk: Walk, *, text: str, choice: str, proof: "Proof | None", file: bool = False
) -> None:
    """Walk the story on by what was said; ``file`` says that a file came with it.

    :raises Digression: if it was meant for another story
    """
    story = walk.story
    if file and isinstance(story.step, Ask) and story.step.media:
        walk.take("file", text)
    elif _is_unread(walk, text, choice, proof=proof, file=file):
        walk.lose("no_media")
    elif not _hear_pick(walk, text, choice):
        _hear_step(walk, text, proof)


def _hear_step(walk: Walk, text: str, proof: "Proof | None") -> None:
    """Take what was said as the step it was said to does."""
    story = walk.story
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


def _is_unread(walk: Walk, text: str, choice: str, *, proof: "Proof | None", file: bool) -> bool:
    """Return whether a picture, a voice note or a place came where words alone are any use."""
    step = walk.story.step
    open_to_all = isinstance(step, Listen | End) or (isinstance(step, Ask) and step.free)
    if text.strip() or choice or proof is not None or open_to_all:
        return False
    return file or walk.story.bank.takes_pictures


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
    if listed and isinstance(story.step, Ask) and story.step.leads:
        raise Digression(repair.picked(story.bank, story.slots, picked))
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
    understood = _understood(walk, text)
    elsewhere = _is_elsewhere(walk, understood)
    if elsewhere and (understood.exact or _orders(walk, understood, text)):
        raise Digression(understood)
    value = facts.said_for(step.entity, understood)
    at_once = understood.intent in AT_ONCE and _is_a_question(walk, understood, text)
    if value is None and at_once:
        raise Digression(understood)
    if value is None and _corrects(walk, understood, text):
        return
    if not walk.story.resumes and repair.says_anything(text):
        _hear_freely(walk, understood, text, elsewhere=elsewhere)
        return
    _note_more(walk, step, understood)
    walk.take("answer", value or text)
    if not walk.understood and _is_a_question(walk, understood, text):
        raise Digression(understood)


def _hear_words(walk: Walk, step: Step, text: str) -> None:
    """Words on a step that offers: a correction, or another question."""
    understood = _understood(walk, text)
    elsewhere = _is_elsewhere(walk, understood)
    if elsewhere and (understood.exact or _orders(walk, understood, text)):
        raise Digression(understood)
    secret = isinstance(step, Prove | Code | NewSecret | RepeatSecret)
    if not secret and _corrects(walk, understood, text):
        return
    if not walk.story.resumes and repair.says_anything(text):
        _hear_freely(walk, understood, text, elsewhere=elsewhere)
        return
    if _is_a_question(walk, understood, text):
        raise Digression(understood)
    walk.refuse(_not_understood(step))


def _hear_freely(walk: Walk, understood: Understood, text: str, *, elsewhere: bool) -> None:
    """Words where no story is in the middle of anything: they stand for themselves alone."""
    if elsewhere and understood.acts:
        raise Digression(understood)
    bank = walk.story.bank
    mending = repair.mend(
        understood, text, misses=walk.story.misses, known=bank.known, country=bank.country
    )
    if walk.story.state == LOST and mending.kind in ("offered_person", "not_understood"):
        walk.lose("not_understood", silently=True)
    elif mending.asks:
        raise Digression(understood, mending)
    else:
        walk.lose(mending.kind)


def _understood(walk: Walk, text: str) -> Understood:
    """Return what words mean on this step, without a number that they take back."""
    bank, said = walk.story.bank, mended(text)
    instead = said != text or puts_right(text)
    expects = facts.expected(walk.story.step) or ("amount" if instead else "")
    found = understand(said, bank.country, expects=expects, today=bank.heard_on)
    return replace(found, bare=False) if said != text else found


def _is_elsewhere(walk: Walk, understood: Understood) -> bool:
    """Return whether the words ask for another story, or for this one with other facts."""
    if understood.flow is None:
        return False
    return understood.flow != walk.story.name or bool(facts.given(understood))


def _is_a_question(walk: Walk, understood: Understood, text: str) -> bool:
    """Return whether words that were no answer ask for another story, surely and in full.

    A word or two are more likely a wrong answer than a question of their own.
    """
    another = understood.flow is not None and understood.flow != walk.story.name
    return another and understood.acts and (understood.exact or len(text.split()) >= FEWEST_WORDS)


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


def _corrects(walk: Walk, understood: Understood, text: str) -> bool:
    """Take other facts for steps that were answered before, and keep all the other answers."""
    story, corrected = walk.story, False
    for step in story.steps:
        if not isinstance(step, Ask) or not step.entity or step is story.step:
            continue
        value = facts.corrected(step.entity, understood, text)
        if value and (step.slot or step.name) in story.slots:
            walk.correct(step, value)
            corrected = True
            if walk.refused or story.step_at(story.state) is None:
                break
    return corrected


def _note_more(walk: Walk, step: Ask, understood: Understood) -> None:
    """Keep what was said besides the answer for the steps that will ask for it."""
    story = walk.story
    if not step.entity or understood.bare:
        return
    for other in story.steps:
        if not isinstance(other, Ask) or other.entity in (None, step.entity):
            continue
        value = facts.said_for(other.entity, understood)
        if value and (other.slot or other.name) not in story.slots:
            story.slots[f"{GIVEN}{other.name}"] = value


def _not_understood(step: Step) -> Refusal:
    match step:
        case Code():
            return NotACode()
        case Prove() | NewSecret() | RepeatSecret():
            return NotAPin()
    return NotAnOption()
