"""What was interrupted for a person: kept with the case, and put back when its time comes.

While somebody is on the line it stands on the conversation's stack. A chat that rests loses that;
the case's context does not. An effect that was read back before never keeps its id on the way: it
is read back again, under a new one.
"""

from dataclasses import replace

from bot.telling import Telling
from core.crm.case_context import Known, Left
from flows import understanding
from flows.story import START, Choose, Flow, Secret
from flows.understanding import understand
from flows.versions import Catalog, Place, stand


def restore(turn: Telling, number: str) -> None:
    """Put a story back on an empty stack that was interrupted for a case and never gone on with."""
    if turn.talk.stack:
        return
    left = turn.bank.left_waiting(number)
    place = None if left is None else place_of(turn.catalog, left)
    if place is None:
        return
    turn.talk.stack = [
        {
            "flow": place.flow,
            "version": place.version,
            "state": place.state,
            "slots": dict(place.slots),
            "trail": [[at, dict(slots)] for at, slots in place.trail],
            "effect_id": "",
        }
    ]


def place_of(catalog: Catalog, left: Left) -> Place | None:
    """Return where an interrupted story goes on in the version told now; None if nowhere."""
    trail = [(at, dict(slots)) for at, slots in left.trail]
    standing = stand(catalog, Place(left.flow, left.version, left.step, left.slots, trail))
    if standing.story is None:
        return None
    return read_back_again(standing.story, standing.place)


def read_back_again(story: type[Flow], place: Place) -> Place:
    """Return a place without the id of what was read back: on the read-back, where that was passed.

    A secret that nothing says the use of any more is asked for from the start.
    """
    place = replace(place, effect_id=None)
    passed = [at for at, _ in place.trail]
    for state in (place.state, *reversed(passed)):
        step = story.step_at(state)
        if isinstance(step, Choose) and step.mints:
            trail = place.trail[: passed.index(state)] if state in passed else place.trail
            return replace(place, state=state, trail=trail)
    if isinstance(story.step_at(place.state), Secret):
        return Place(story.name, story.version, START)
    return place


def note_context(turn: Telling) -> None:
    """Keep with a case that was opened in this turn what is known of the conversation."""
    if turn.visitor.opened is None:
        return
    laid, inbound = turn.interrupted, turn.event.inbound
    left = None
    if laid is not None:
        left = Left(laid.flow, laid.version, laid.state, laid.slots, tuple(laid.trail))
    said = "" if inbound is None else inbound.text
    turn.bank.note_context(
        Known(
            conversation=turn.talk.id,
            channel=turn.talk.channel,
            language=turn.bank.language,
            last_inbound_at=turn.talk.last_inbound_at,
            left=left,
            taken_up=left is not None and all(one["flow"] != left.flow for one in turn.talk.stack),
            guesses=_guesses(said, turn.bank.country),
            feeling=_feeling(said),
        )
    )


def _guesses(said: str, country: str) -> list[tuple[str, float]]:
    """Return what words may mean, the likeliest first, with how sure each is."""
    meant = understand(said, country)
    found = {} if meant.intent is None else {meant.intent: meant.confidence}
    for one in meant.alternatives:
        found.setdefault(one.intent, one.confidence)
    return [(intent, round(confidence, 3)) for intent, confidence in found.items()]


def _feeling(said: str) -> tuple[str, float] | None:
    """Return how a customer sounds, as far as a few words tell."""
    felt = understanding.feel(said)
    return None if felt is None else (felt.kind, round(felt.score, 3))
