"""The way back from a person to the bot: what was interrupted goes on, perhaps with a slot mended.

A value that a person gives is given to the step that asks for it, as if the customer had said it,
so the bank's own rules judge it. It agrees to nothing: what is read back has a new id, and money
still takes the customer's yes and their PIN.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot import interrupted, kept
from bot.closing import close as close_turn
from bot.persons_turn import FLOW, PersonsTurn
from channels.message import Reply
from core.access import audit, staff
from core.access.actors import Actor
from core.crm import case_work, cases
from core.crm.case_store import Status
from core.errors import DeskRefusal
from flows import engine
from flows.story import START, Ask, Flow, effect, sources
from flows.understanding import understand
from flows.versions import stand
from flows.walk import Walk

WAITS: Status = "PendingCustomer"
"""Where a case goes that was handed back: the next word is the customer's, so the clock stands, and
it takes up nobody's hands. Words of theirs to the case bring it back."""


class NothingInterrupted(DeskRefusal):
    """There is no story to go back to, or it goes on already. Fact: ``number``."""

    code = "nothing_interrupted"


class CustomerIsBusy(DeskRefusal):
    """The customer is in the middle of something else. Fact: ``number``."""

    code = "customer_is_busy"


class WindowIsShut(DeskRefusal):
    """WhatsApp takes no questions for this customer until they write. Fact: ``number``."""

    code = "window_is_shut"


class NoSuchStep(DeskRefusal):
    """The story that was interrupted never came past that step. Fact: ``step``."""

    code = "no_such_step"


class NotCorrectable(DeskRefusal):
    """What was said there is no answer that can be given again. Fact: ``slot``."""

    code = "not_correctable"


class CorrectionRefused(DeskRefusal):
    """The bank does not take that answer. Facts: ``slot``, ``refusal`` (its code)."""

    code = "correction_refused"


@dataclass(frozen=True, slots=True)
class _Mended:
    """A story as it goes on, and from which step it was handed back."""

    story: Flow
    was: str


def hand_back(said: PersonsTurn, actor: Actor, step: str, slots: Mapping[str, str]) -> None:
    """Give the conversation back: the interrupted story goes on, and its customer is told by whom.

    Raises what `bot.handover.hand_back` does.
    """
    case = said.case
    case_work.require_work(actor, case)
    if case.done:
        raise cases.closed(case, said.unit.now)
    mended = _mended(said, step, slots)
    after = said.words.say(FLOW, "handed_back", {"who": _first_name(said, actor)})
    story = mended.story
    said.outcome = "handed_back"
    said.waits_long = True
    said.bank.go_on_with(story.name)
    if story.state == START:
        told = engine.begin(story, said.words, after=after)
    else:
        told = engine.take_up(story, said.words, after=after)
    reply = said.follow(story, told)
    if said.call is not None:
        said.reply_id = said.owe(Reply(after))  # the question follows once the world has answered
    close_turn(said, reply)
    _note(said, actor, mended, slots)


def _mended(said: PersonsTurn, step: str, slots: Mapping[str, str]) -> _Mended:
    """Take the interrupted story off the stack, to the step and with the answers wanted."""
    number = said.case.number
    if said.is_busy():
        raise CustomerIsBusy(number=number)
    if said.shut:
        raise WindowIsShut(number=number)
    said.talk.rest()
    interrupted.restore(said, number)
    if not said.talk.stack:
        raise NothingInterrupted(number=number)
    standing = stand(said.catalog, kept.aside(said.talk.stack.pop()))
    if standing.story is None:
        raise NothingInterrupted(number=number)
    place = interrupted.read_back_again(standing.story, standing.place)
    story = said.story_at(standing.story, place)
    if step and step != story.state:
        _step_back(story, step)
    for slot, value in slots.items():
        _correct(said, story, slot, value)
    return _Mended(story, place.state)


def _step_back(story: Flow, step: str) -> None:
    """Bring a story back to a step it came past; what was said from there on is unsaid."""
    at = [passed for passed, _ in story.trail]
    if step not in at:
        raise NoSuchStep(step=step)
    index = at.index(step)
    story.state, story.slots = step, dict(story.trail[index][1])
    story.trail, story.misses = story.trail[:index], 0


def _correct(said: PersonsTurn, story: Flow, slot: str, value: str) -> None:
    """Answer a step again, or the one the story stands on, as if its customer had."""
    step = _asked_by(story, slot)
    if step is None:
        raise NotCorrectable(slot=slot)
    meant, stood = understand(value, said.bank.country), story.state
    walk = Walk(story, said.words)
    walk.correct(step, meant.entity(step.entity) or value)
    # A refusal may lead on: a number that nobody here has is looked for elsewhere.
    if walk.refused is not None and story.state == stood:
        raise CorrectionRefused(slot=slot, refusal=walk.refused)


def _asked_by(story: Flow, slot: str) -> Ask | None:
    """Return the step that a slot was answered at, where it can be answered again."""
    passed = {at for at, _ in story.trail} | {story.state}
    return next(
        (
            step
            for step in correctable(type(story))
            if step.name in passed and slot in (step.slot, step.name)
        ),
        None,
    )


def correctable(story: type[Flow]) -> Iterator[Ask]:
    """Yield the steps whose answers can be given again.

    Free words are the customer's own, and an answer that writes is given once.
    """
    for step in story.steps:
        if not isinstance(step, Ask) or step.free:
            continue
        answers = (
            path for path in story.paths if path[0] == "answer" and step.name in sources(path)
        )
        if not any(effect(path) in story.writes for path in answers):
            yield step


def _first_name(said: PersonsTurn, actor: Actor) -> str:
    """Return what a member of staff is called to customers: their first name."""
    known = {} if actor.id is None else staff.names(said.unit, [actor.id])
    return next((name.split()[0] for name in known.values() if name.strip()), "Wekeza")


def _note(said: PersonsTurn, actor: Actor, mended: _Mended, slots: Mapping[str, str]) -> None:
    """Write down that a conversation was given back: where, and which answers, no words."""
    unit, case, story = said.unit, said.case, mended.story
    now = cases.get(unit, case.id)
    if now.status != WAITS and WAITS in case_work.MOVES[now.status]:
        case_work.set_status(unit, actor, now, WAITS)
    names = sorted(slots)
    told = f"handed back at {story.name}.{story.state}"
    cases.add_words(
        unit,
        case,
        by="system",
        actor=None,
        text=f"{told}: {', '.join(names)}" if names else told,
        internal=True,
    )
    audit.note(
        unit,
        actor,
        "case.handed_back",
        subject="case",
        subject_id=case.id,
        customer=case.customer,
        fields=names,
        before={"step": f"{story.name}.{mended.was}"},
        after={"step": f"{story.name}.{story.state}", "mended": ", ".join(names)},
    )
