"""Refresh tokens: each is used once, and gives the next (RFC 9700 section 4.14.2).

Whoever brings a used one has stolen it, or somebody stole it from them. Nobody can tell which, so
the whole session ends: whoever is its owner signs in again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.access import audit, sessions
from core.access.actors import Actor
from core.errors import DeskRefusal
from core.store.unit import Unit

MOST_AT_ONCE = 5000


class SignInAgain(DeskRefusal):
    """The token or session is over, or never was."""

    code = "sign_in_again"


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token that was just issued, by its id."""

    jti: UUID
    session: UUID
    staff: UUID
    role: str
    expires_at: datetime


Outcome = Refresh | Literal["over", "reused"]


def first(unit: Unit, session: UUID) -> Refresh:
    """Issue the first token of a session that has just been opened.

    :raises LookupError: if it is not open
    """
    owner = _lock(unit, session)
    if owner is None:
        raise LookupError(f"no open session {session}")
    return _issue(unit, session, *owner)


def rotate(unit: Unit, *, session: UUID, jti: UUID, ip: str = "") -> Outcome:
    """Use a token up and issue the next. One that was used before ends the session, for good.

    It is answered, not raised, so that the end commits.
    """
    owner = _lock(unit, session)
    if owner is None:
        return "over"
    used = unit.run(
        """
        update refresh_tokens set used_at = %(now)s
        where jti = %(jti)s and session_id = %(session)s and used_at is null
            and expires_at > %(now)s
        """,
        jti=jti,
        session=session,
        now=unit.now,
    )
    if used:
        return _issue(unit, session, *owner)
    reused = unit.value(
        """
        select used_at is not null from refresh_tokens
        where jti = %(jti)s and session_id = %(session)s
        """,
        jti=jti,
        session=session,
    )
    if not reused:
        return "over"
    sessions.end(unit, session, why="reuse")
    staff, role, _ = owner
    audit.note(
        unit,
        Actor(id=staff, kind="staff", role=role, permissions=frozenset(), session=session, ip=ip),
        "staff.refresh_reused",
        subject="staff_session",
        subject_id=session,
    )
    return "reused"


def purge(unit: Unit) -> int:
    """Forget tokens that are long over, and return how many."""
    return unit.run(
        """
        delete from refresh_tokens where jti in (
            select jti from refresh_tokens where expires_at < %(before)s limit %(most)s)
        """,
        before=unit.now - sessions.LONGEST,
        most=MOST_AT_ONCE,
    )


def _lock(unit: Unit, session: UUID) -> tuple[UUID, str, datetime] | None:
    """Lock a live session, so that its tokens are used one by one; None when it is over."""
    row = unit.maybe(
        """
        select s.staff_id, f.role, s.started_at
        from staff_sessions s join staff f on f.id = s.staff_id
        where s.id = %(session)s and s.kind = 'api' and s.opened_at is not null
            and s.ended_at is null and s.started_at > %(since)s and f.is_active
        for no key update of s
        """,
        session=session,
        since=unit.now - sessions.LONGEST,
    )
    return None if row is None else (row.staff_id, row.role, row.started_at)


def _issue(unit: Unit, session: UUID, staff: UUID, role: str, started: datetime) -> Refresh:
    made = Refresh(unit.new_id(), session, staff, role, started + sessions.LONGEST)
    unit.run(
        """
        insert into refresh_tokens (jti, session_id, issued_at, expires_at)
        values (%(jti)s, %(session)s, %(now)s, %(expires)s)
        """,
        jti=made.jti,
        session=session,
        expires=made.expires_at,
        now=unit.now,
    )
    return made
