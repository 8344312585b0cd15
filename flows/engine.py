"""Moves a story on by one turn. It opens no database, sends no message and sees no secret.

The hub's part: build the story from what it kept, call one function here, keep ``name``, ``state``,
``slots``, ``trail`` and ``misses`` of the story, and follow the ``Turn``: when it ``becomes``
another story, ``begin`` that one with ``given`` and the reply's text as ``after`` (laying this one
aside first, with its ``effect_id``, when the turn ``suspends``); when it ended and another was laid
aside, ``show`` that one with the reply's text as ``after``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from channels.message import Option, Reply
from flows import choices, facts, manners
from flows.listening import NUMBER, Digression, listen
from flows.story import GIVEN, Become, Call, Choose, End, Flow, Listen, Outcome, Secret
from flows.walk import Walk, explanation
from flows.words import Words

if TYPE_CHECKING:
    from core.bank import Proof

CANCEL = "cancel"
"""The intent of words that let go of everything."""
_ONLY_A_NUMBER = re.compile(r"\d{4,8}")


@dataclass(frozen=True, slots=True)
class Said:
    """What the customer said. Secrets never come here: their ``proof`` does, and no text."""

    text: str = field(default="", repr=False)
    choice: str = ""
    """The key of a tapped button or list row."""
    file: bool = False
    """A file came with it."""
    proof: "Proof | None" = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What came of one turn, for the hub to act on."""

    reply: Reply
    """Nothing is to be said where it is empty: a person answers."""
    becomes: str | None = None
    """The story to begin next, with ``given``; ``reply.text`` is what was said before it."""
    given: Mapping[str, str] = field(default_factory=dict)
    suspends: bool = False
    """The new story is an excursion: lay this one aside and come back to it."""
    calls: object | None = None
    """The question to ask the outside world, outside of any transaction."""
    refused: str | None = None
    """The code of the refusal that was told."""
    understood: bool = True
    secret: bool = False
    """The step that was spoken to waits for a secret."""
    loggable: bool = True
    """Whether what was said may be kept in clear."""
    keeps: "Proof | None" = field(default=None, repr=False)
    """The proof of a new PIN whose hash is to be kept until it is repeated; None: forget any."""
    wrote: bool = False
    ended: bool = False
    wants_mint: bool = False
    """An effect was read back: the hub gives it a new id and keeps that in ``effect_id``."""
    intent: str | None = None
    """What the customer's words were taken to mean, when they were not the step's answer."""


def begin(
    story: Flow, words: Words, given: Mapping[str, str] | None = None, *, after: str = ""
) -> Turn:
    """Open a story at its start, telling it what the customer has said already.

    ``given`` are answers by the name of the step that asks for them. A stranger is led to the menu
    when the story is for customers only. At an address that owes a code it waits for that: it is
    set aside before its first step, and begins when the proof was given.
    """
    if not (story.known or story.for_strangers):
        return Turn(reply=Reply(after), becomes="menu")
    story.slots |= {f"{GIVEN}{step}": value for step, value in (given or {}).items() if value}
    if story.guarded and not story.for_strangers and story.bank.owes_code:
        return Turn(reply=Reply(after), becomes="step_up", suspends=True)
    walk = Walk(story, words, [after])
    walk.take("open")
    return _told(walk)


def take_turn(story: Flow, said: Said, words: Words) -> Turn:
    """Let the customer speak once and return what the bank says back."""
    if isinstance(story.step, Call):
        return _told(Walk(story, words))  # still waiting for the world's answer
    secret = isinstance(story.step, Secret)
    story.proof = said.proof
    walk = Walk(story, words)
    try:
        listen(walk, text=said.text, choice=said.choice, proof=said.proof, file=said.file)
    except Digression as digression:
        return replace(_left(story, words, digression), secret=secret)
    told = _told(walk, secret=secret, loggable=_loggable(said, walk, secret=secret))
    passed_on = isinstance(story.step_at(story.state), Listen) and not (walk.moved or walk.said)
    return replace(told, reply=Reply("")) if passed_on else told


def answer(story: Flow, outcome: Outcome | str, words: Words) -> Turn:
    """Go on with what the outside world said: an answer, a refusal's code or ``timed_out``."""
    trigger, facts = (outcome, {}) if isinstance(outcome, str) else (outcome.trigger, outcome.facts)
    story.outcome = facts
    walk = Walk(story, words)
    # An answer nobody foresaw is no answer: the story says so and lets the customer go on.
    walk.take(trigger if story.may(trigger) else "timed_out")
    return _told(walk)


def show(story: Flow, words: Words, *, after: str = "") -> Turn:
    """Ask again what the story stands on, after other words."""
    return _told(Walk(story, words, [after]))


def take_up(story: Flow, words: Words, *, after: str = "") -> Turn:
    """Go on with a story that was set aside. Where it waits for the outside world, ask that again.

    The answer to the first question may have come meanwhile, when nobody waited for it.
    """
    return replace(show(story, words, after=after), calls=question(story))


def back(story: Flow, words: Words) -> Turn | None:
    """Step back to where the customer last answered; None when there is nowhere to go back to."""
    while story.trail:
        state, slots = story.trail.pop()
        if story.step_at(state):
            story.state, story.slots, story.misses = state, dict(slots), 0
            return _told(Walk(story, words, moved=True))
    return None


def explain(story: Flow, words: Words) -> Turn:
    """Help with the step the customer stands on, then ask it again."""
    return _told(Walk(story, words, [explanation(story, words)]))


def question(story: Flow) -> object | None:
    """Return what the story wants to ask the outside world now, or None."""
    step = story.step_at(story.state)
    return getattr(story, step.asks)() if isinstance(step, Call) else None


def options_of(story: Flow, words: Words) -> tuple[Option, ...]:
    """Return the options the customer may pick on this step, labelled."""
    return choices.offered(story, words)


def _loggable(said: Said, walk: Walk, *, secret: bool) -> bool:
    # A PIN may be typed too early or too late: no short number is kept that answered nothing.
    if said.proof is not None:
        return False
    if secret:
        return not NUMBER.search(said.text)
    return walk.understood or not _ONLY_A_NUMBER.fullmatch(said.text.strip())


def _told(walk: Walk, *, secret: bool = False, loggable: bool = True) -> Turn:
    """Return what came of a walk, with the words for the step it ended on."""
    story = walk.story
    words = walk.words.in_language(story.bank.language)
    step = story.step_at(story.state)
    becomes = step.name if isinstance(step, Become) else None
    if step is None or becomes:  # refused at the door, or on to another story
        reply = Reply(_joined(walk.said, words), ends=step is None)
    else:
        reply = _reply(story, words, walk.said)
    mints = isinstance(step, Choose) and step.mints
    return Turn(
        reply=reply,
        becomes=becomes,
        given=_left_over(story) if becomes else {},
        calls=question(story) if walk.moved else None,
        refused=walk.refused,
        understood=walk.understood,
        secret=secret,
        loggable=loggable,
        keeps=walk.keeps,
        wrote=walk.wrote,
        ended=step is None or isinstance(step, End),
        wants_mint=mints and (walk.moved or story.effect_id is None),
    )


def _left(story: Flow, words: Words, digression: Digression) -> Turn:
    """Return the turn that leaves a story: for another, for none, or to ask what was meant."""
    meant, mending = digression.understood, digression.mending
    if mending is not None:
        return Turn(
            reply=Reply(""),
            becomes="clarify",
            given=mending.given,
            refused=mending.kind,
            understood=False,
            intent=meant.intent,
        )
    if meant.intent == CANCEL:
        told = "cancelled" if story.resumes else "nothing_to_cancel"
        said = words.in_language(story.bank.language).say("manners", told)
        return Turn(reply=Reply(said), becomes="menu", intent=CANCEL)
    return Turn(
        reply=Reply(""),
        becomes=meant.flow,
        given=facts.given(meant),
        suspends=story.resumes and meant.flow != story.name,
        intent=meant.intent,
    )


def _left_over(story: Flow) -> dict[str, str]:
    """Return what the customer has said that this story did not ask for."""
    size = len(GIVEN)
    return {key[size:]: value for key, value in story.slots.items() if key.startswith(GIVEN)}


def _reply(story: Flow, words: Words, before: list[str]) -> Reply:
    ends = isinstance(story.step, End)
    facts = {"country": story.bank.country, **story.facts()}
    return Reply(
        text=_joined([*before, words.say(story.page, story.state, facts)], words),
        # Nobody can pick anything on a screen that closes.
        options=() if ends and words.channel == "ussd" else choices.offered(story, words),
        nav=manners.ways_out(
            words, back=not ends and bool(story.trail), menu=not ends and story.resumes
        ),
        ends=ends,
        button=words.say("manners", "button"),
    )


def _joined(parts: list[str], words: Words) -> str:
    gap = "\n\n" if words.channel == "whatsapp" else "\n"
    return gap.join(part for part in parts if part)
