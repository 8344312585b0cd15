"""What somebody has begun to write on a case: sealed in Redis, so that another screen goes on."""

from typing import Any
from uuid import UUID

import redis

from bot.house import House
from core.store.keyring import BrokenSeal, UnknownKey

KEPT_SECONDS = 7 * 24 * 3600
LONGEST = 4000
MODES = ("reply", "note")
_FIELD = "desk.drafts"


def keep(house: House, *, case: UUID, staff: UUID, mode: str, words: str) -> None:
    """Keep a draft, or forget it when there is nothing in it. Never fails: the page has it too."""
    key = _key(case, staff, mode)
    try:
        if words.strip():
            sealed = house.keys.seal(words[:LONGEST], field=_FIELD, row=key)
            house.redis.set(key, sealed, ex=KEPT_SECONDS)
        else:
            house.redis.delete(key)
    except redis.RedisError:
        return


def read(house: House, *, case: UUID, staff: UUID, mode: str) -> str:
    """Return a draft; nothing when there is none, or its key has gone."""
    key = _key(case, staff, mode)
    try:
        sealed: Any = house.redis.get(key)
        return house.keys.open(sealed, field=_FIELD, row=key) if sealed else ""
    except (redis.RedisError, UnknownKey, BrokenSeal):
        return ""


def _key(case: UUID, staff: UUID, mode: str) -> str:
    return f"desk:draft:{case}:{staff}:{mode}"
