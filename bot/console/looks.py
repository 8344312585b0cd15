"""Which looks are written down again: a page that refreshes itself is one look for a while."""

import redis

from bot.house import House
from core.access.actors import Actor

SAME_LOOK_SECONDS = 600


def is_new(house: House, who: Actor, what: str) -> bool:
    """Return whether a session has not looked at this in the last ten minutes.

    While Redis is away every look is new.
    """
    try:
        key = f"desk:look:{who.session}:{what}"
        return bool(house.redis.set(key, b"1", nx=True, ex=SAME_LOOK_SECONDS))
    except redis.RedisError:
        return True


def again(house: House, who: Actor, what: str) -> None:
    """Keep that a session has looked at this just now."""
    try:
        house.redis.set(f"desk:look:{who.session}:{what}", b"1", ex=SAME_LOOK_SECONDS)
    except redis.RedisError:
        return
