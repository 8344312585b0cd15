"""Who has a case open, and who is typing: kept in Redis for as long as they say so."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import redis

from bot.house import House

HERE_SECONDS = 25
"""How long somebody counts as here after they said so; pages say it every ten seconds."""
STATES = ("viewing", "typing")


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has the case open."""

    staff: UUID
    state: str


def say(house: House, *, case: UUID, staff: UUID, state: str) -> None:
    """Keep that somebody is at a case; others are told when it is new. Never fails."""
    if state not in STATES:
        return
    key, now = _key(case), house.now().timestamp()
    try:
        before: Any = house.redis.hget(key, str(staff))
        house.redis.hset(key, str(staff), json.dumps({"state": state, "at": now}))
        house.redis.expire(key, HERE_SECONDS)
    except redis.RedisError:
        return
    if not _is_here(before, now) or json.loads(before)["state"] != state:
        house.tell(f"presence:{case}", staff=staff)


def others(house: House, *, case: UUID, but: UUID) -> list[Present]:
    """Return who else is at a case; nobody while Redis is away."""
    try:
        found: Any = house.redis.hgetall(_key(case))
    except redis.RedisError:
        return []
    now = house.now().timestamp()
    here = {UUID(staff.decode()): kept for staff, kept in found.items() if _is_here(kept, now)}
    here.pop(but, None)
    return [Present(staff, json.loads(kept)["state"]) for staff, kept in sorted(here.items())]


def _is_here(kept: bytes | None, now: float) -> bool:
    return kept is not None and now - json.loads(kept)["at"] < HERE_SECONDS


def _key(case: UUID) -> str:
    return f"desk:presence:{case}"
