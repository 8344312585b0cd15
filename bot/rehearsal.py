"""One recorded conversation, on its way again through stories of the caller's choice.

The turns are real ones, in one transaction that is always rolled back. ``bot.replay`` says what is
taken from the record and what from the bank.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

import structlog

from bot import masks
from bot.closing import Walked
from bot.house import House
from bot.proofs import SECRET_STEPS
from bot.telling import Event
from bot.turn import Turn
from channels.message import Channel, Inbound
from core.access import codes, pins
from core.access.pins import Proof
from core.crm import conversations
from core.crm.conversations import Opening, Talk
from core.crm.recorded import Heard, Run
from core.store.unit import Unit
from flows.story import Code, Flow, NewSecret, RepeatSecret, sources
from flows.versions import Catalog, Place, renamed

log = structlog.get_logger()

PROVIDERS = {"ussd": "africastalking", "sms": "twilio", "whatsapp": "twilio"}
WRONG = frozenset(
    {"wrong_pin", "pin_locked", "weak_pin", "pins_differ", "wrong_code", "code_spent"}
)
NOT_TYPED = frozenset({"not_a_pin", "not_a_code"})
_FIGURES = re.compile(r"\b(?=[A-Z]*\d)[A-Z0-9]{8,}\b|\d+(?:[.,:\s]\d+)*")


@dataclass(frozen=True, slots=True)
class Stood:
    """Where one turn of a walk led, and what was said."""

    flow: str
    step: str
    words: str | None
    """With figures as ``#``; None where nothing was said at once."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the outside world is taken to have said."""

    trigger: str
    facts: Mapping[str, str]


def walk(house: House, run: Run, catalog: Catalog) -> list[Stood]:
    """Return where each turn leads. The list ends early where a story breaks, and says so."""
    found: list[Stood] = []
    with house.engine.connect() as connection:
        transaction = connection.begin()
        unit = Unit(connection, house.now(), house.new_id, str(house.new_id()), house.keys)
        again = _Again(house, unit, run, catalog)
        try:
            for heard in run.turns:
                found.append(again.take(heard))  # noqa: PERF401 - what went well before a bug counts
        except Exception as error:
            # A story that breaks is among what is looked for.
            log.info("replay broke", error=type(error).__name__)
            found.append(Stood("broken", type(error).__name__, None))
        finally:
            transaction.rollback()
    return found


def plain(words: str | None) -> str | None:
    """Return words with every figure and reference as ``#``: those differ from day to day."""
    return None if words is None else _FIGURES.sub("#", words)


def named_now(target: Catalog, heard: Heard, stood: Stood) -> Stood:
    """Return where a step is now, so that a new name alone is no difference."""
    story = target.stories.get(stood.flow)
    if story is None or stood.flow != heard.flow:
        return stood
    place = Place(stood.flow, heard.version, stood.step)
    while place.version < story.version and (move := story.moves.get(place.version)) is not None:
        place = renamed(place, move)
    return replace(stood, step=place.state)


class _Again:
    """One conversation on its way again."""

    def __init__(self, house: House, unit: Unit, run: Run, catalog: Catalog) -> None:
        self._house, self._unit, self._run, self._catalog = house, unit, run, catalog
        # Who was a stranger then may be a customer now: a number nobody has stands for theirs.
        unknown = run.address[:4] + "100000000"
        self._address = run.address if run.turns[0].known else unknown
        self._session = ""
        self._asked = ""  # the id of the message heard last; its answer from outside may follow
        self._conversation: UUID | None = None

    def take(self, heard: Heard) -> Stood:
        """Take one recorded turn."""
        if heard.said is None:
            return self._answer(heard)
        inbound = self._inbound(heard, heard.said)
        opening = conversations.open_turn(
            self._unit,
            provider=inbound.provider,
            provider_id=inbound.id,
            channel=inbound.channel,
            address=inbound.address,
            language=heard.language,
        )
        if not isinstance(opening, Opening):
            raise TypeError("an id that was made just now was heard before")
        if self._conversation is None:
            self._begin(opening.talk, heard)
        turn = Turn(self._house, self._unit, opening, Event.of(inbound), catalog=self._catalog)
        turn.proof = self._proof(turn, heard)
        return _stood(turn, turn.take())

    def _inbound(self, heard: Heard, said: str) -> Inbound:
        self._asked = f"replay:{self._house.new_id()}"
        opens = self._run.channel == "ussd" and not said
        if opens or not self._session:
            self._session = self._asked
        return Inbound(
            channel=cast("Channel", self._run.channel),
            provider=PROVIDERS[self._run.channel],
            id=self._asked,
            address=self._address,
            to="",
            text="" if heard.tapped else said,
            choice=said if heard.tapped else "",
            session=self._session,
            opens=opens,
        )

    def _begin(self, talk: Talk, heard: Heard) -> None:
        """Put the conversation where the run began: between stories, or at the menu."""
        self._conversation = talk.id
        talk.rest()
        talk.stack, talk.last_reply, talk.outcome, talk.page = [], None, None, 0
        talk.expired_flow = None
        talk.prompted_at, talk.misses, talk.language = None, 0, heard.language
        if heard.said:
            talk.session = self._session
        if heard.flow == "menu" and heard.before:
            talk.flow, talk.state = heard.flow, heard.before
            talk.flow_version = self._catalog.stories["menu"].version

    def _proof(self, turn: Turn, heard: Heard) -> Proof | None:
        """Return the proof of a secret as it was recorded, for the step that asks for one now."""
        story = turn.story()
        step = None if story is None else story.step
        hidden = heard.said == masks.HIDDEN and heard.outcome not in NOT_TYPED
        if not hidden or not isinstance(step, SECRET_STEPS):
            return None
        right = heard.outcome not in WRONG
        if isinstance(step, NewSecret | RepeatSecret):
            kind: pins.Kind = "new" if isinstance(step, NewSecret) else "repeat"
            return Proof(kind, ok=right, new_hash="replayed")
        if isinstance(step, Code):
            code = codes.look(self._unit, channel=turn.event.channel, address=turn.event.address)
            return Proof("code", ok=right, code_id=code)
        look = turn.bank.customer_id and pins.look(self._unit, turn.bank.customer_id)
        return Proof("pin", ok=right, version=look.version if look else 0)

    def _answer(self, heard: Heard) -> Stood:
        """Go on with an answer from outside, where the conversation waits for one."""
        opening = self._conversation and conversations.lock(self._unit, self._conversation)
        if not opening:
            return Stood("none", "none", None)
        provider = PROVIDERS[self._run.channel]
        event = Event.ours(opening.talk, provider=provider, provider_id=self._asked)
        turn = Turn(self._house, self._unit, opening, event, catalog=self._catalog)
        walked = turn.resume(self._as_answered(turn.story(), heard), asked=None)
        if walked is None:
            return Stood(opening.talk.flow or "none", opening.talk.state or "none", None)
        return _stood(turn, walked)

    def _as_answered(self, story: Flow | None, heard: Heard) -> Answered:
        """Return the answer that led where the record says, with facts made up for it."""
        if story is None:
            return Answered("timed_out", {})
        led = named_now(self._catalog, heard, Stood(story.name, heard.after or "", None))
        ways = [
            str(path[0])
            for path in story.paths
            if story.state in sources(path) and path[2] == led.step
        ]
        # Where several answers lead there, any that tells something will do.
        trigger = "answered" if "answered" in ways else next(iter(ways), "timed_out")
        return Answered(trigger, {name: str(value) for name, value in story.widest.items()})


def _stood(turn: Turn, walked: Walked) -> Stood:
    flow, _, step = walked.after.partition(".")
    said = None if walked.reply is None or turn.call is not None else masks.shown(walked.reply)
    return Stood(flow, step, plain(said))
