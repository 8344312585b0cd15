"""Links that staff are sent by mail: an invitation, or a way back to a forgotten password.

Each is a random secret whose hash is kept, works once, and dies with the next of its kind.
"""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from core.access.tokens import digest, fresh
from core.errors import DeskRefusal
from core.store.unit import Unit

Purpose = Literal["invitation", "reset"]
GOOD_FOR = {"invitation": timedelta(days=7), "reset": timedelta(hours=1)}
MOST_AT_ONCE = 5000


class LinkSpent(DeskRefusal):
    """The link was used, is too old, or never was one: a new one is needed."""

    code = "link_spent"


def issue(unit: Unit, *, staff: UUID, purpose: Purpose) -> str:
    """Return a new secret for a link; those of the same kind that somebody has are dead."""
    token = fresh()
    unit.run(
        """
        update staff_tokens set used_at = %(now)s
        where staff_id = %(staff)s and purpose = %(purpose)s and used_at is null
        """,
        staff=staff,
        purpose=purpose,
        now=unit.now,
    )
    unit.run(
        """
        insert into staff_tokens (token_hash, staff_id, purpose, issued_at, expires_at)
        values (%(hash)s, %(staff)s, %(purpose)s, %(now)s, %(expires)s)
        """,
        hash=digest(token),
        staff=staff,
        purpose=purpose,
        expires=unit.now + GOOD_FOR[purpose],
        now=unit.now,
    )
    return token


def owner(unit: Unit, token: str) -> UUID:
    """Return whose link that is, without using it.

    :raises LinkSpent: if it is not good (any more)
    """
    found: UUID | None = unit.value(
        """
        select t.staff_id from staff_tokens t join staff f on f.id = t.staff_id
        where t.token_hash = %(hash)s and t.used_at is null and t.expires_at > %(now)s
            and f.is_active
        """,
        hash=digest(token),
        now=unit.now,
    )
    if found is None:
        raise LinkSpent
    return found


def use(unit: Unit, token: str) -> UUID:
    """Use a link up, and return whose it was.

    :raises LinkSpent: if it is not good (any more)
    """
    found: UUID | None = unit.value(
        """
        update staff_tokens t set used_at = %(now)s from staff f
        where t.token_hash = %(hash)s and t.used_at is null and t.expires_at > %(now)s
            and f.id = t.staff_id and f.is_active
        returning t.staff_id
        """,
        hash=digest(token),
        now=unit.now,
    )
    if found is None:
        raise LinkSpent
    return found


def purge(unit: Unit) -> int:
    """Forget links that are over, and return how many."""
    return unit.run(
        """
        delete from staff_tokens where token_hash in (
            select token_hash from staff_tokens
            where expires_at < %(before)s order by expires_at limit %(most)s)
        """,
        before=unit.now - GOOD_FOR["invitation"],
        most=MOST_AT_ONCE,
    )
