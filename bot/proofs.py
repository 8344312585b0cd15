"""Secrets are checked before a turn takes its lock: hashing is slow, and locks must be short."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bot.house import House
from channels.message import Inbound
from core.access import codes, pins
from core.access.pins import Proof
from core.crm import conversations
from core.crm.conversations import Opening, Peek
from core.store.unit import Unit
from flows.catalog import CATALOG
from flows.story import Code, NewSecret, Prove, RepeatSecret, Step
from flows.versions import Place, stand

_MAY_BE_SECRET = re.compile(r"\d{4,8}")
SECRET_STEPS = (Prove, NewSecret, RepeatSecret, Code)


class Stale(Exception):
    """The conversation moved on between the look and the lock; the turn starts over."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A proof, and the version of the conversation it was made for."""

    proof: Proof
    version: int


def prepare(house: House, inbound: Inbound) -> Prepared | None:
    """Check what may be a secret against the step it would be said to; None when it is none.

    The digits go no further: what follows sees only whether they were right.
    """
    text = inbound.text.strip()
    if not _MAY_BE_SECRET.fullmatch(text):
        return None
    with house.unit() as unit:
        seen = conversations.peek(unit, channel=inbound.channel, address=inbound.address)
        step = None if seen is None else _step(seen)
        if seen is None or not isinstance(step, SECRET_STEPS):
            return None
        look = pins.look(unit, seen.customer) if seen.customer else None
        code = _code(unit, inbound) if isinstance(step, Code) else None
    return Prepared(_proof(house, step, seen, look, code_id=code, text=text), seen.version)


def check(prepared: Prepared | None, opening: Opening) -> None:
    """Make sure that a proof was made for where the conversation stands now.

    :raises Stale: if the conversation has moved on since
    """
    if prepared is not None and prepared.version != opening.talk.version:
        raise Stale


def _step(seen: Peek) -> Step | None:
    """Return the step the words will be said to, also when the story has changed since."""
    place = Place(
        seen.flow, seen.flow_version, seen.state, trail=seen.trail, effect_id=seen.effect_id
    )
    standing = stand(CATALOG, place)
    return standing.story.step_at(standing.place.state) if standing.story else None


def _proof(
    house: House,
    step: Step,
    seen: Peek,
    look: pins.Look | None,
    *,
    code_id: UUID | None,
    text: str,
) -> Proof:
    match step:
        case NewSecret():
            born = look.born if look else _born(seen)
            return house.secrets.choose(text, born)
        case RepeatSecret():
            return house.secrets.repeat(seen.pending, text)
        case Code():
            return house.secrets.check_code(code_id, text)
    return house.secrets.prove(look, text)


def _code(unit: Unit, inbound: Inbound) -> UUID | None:
    return codes.look(unit, channel=inbound.channel, address=inbound.address)


def _born(seen: Peek) -> date | None:
    """Return the birth date somebody who is joining has given, so that its year is no PIN."""
    born = seen.slots.get("born")
    return date.fromisoformat(born) if born else None
