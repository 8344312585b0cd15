"""Where staff are signed in. A session ends at once: every request looks it up.

A desk's session is a cookie with a secret; half an hour without a request ends it, and twelve hours
end any (NIST SP 800-63B section 4.2.3, authenticator assurance level 2). Between the password and
the second factor a session is not open yet: it opens nothing, for ten minutes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core.access.actors import Actor
from core.access.tokens import digest, fresh
from core.store.unit import Row, Unit

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
HALF_OPEN = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last used: a write with every request is too many."""
MOST_LISTED = 100

Kind = Literal["desk", "api"]
Why = Literal["signed_out", "ended", "password_changed", "mfa_reset", "deactivated", "reuse"]


@dataclass(frozen=True, slots=True)
class Key:
    """What a browser or client shows to be in a session."""

    session: UUID
    secret: str

    def __str__(self) -> str:
        return f"{self.session}.{self.secret}"

    def __repr__(self) -> str:
        return f"Key({self.session})"


@dataclass(frozen=True, slots=True)
class Session:
    """A live session as its owner sees it in a list."""

    id: UUID
    staff: UUID
    kind: Kind
    started_at: datetime
    last_seen_at: datetime
    mfa_at: datetime | None
    ip: str
    agent: str


def key_of(text: str) -> Key | None:
    """Return the key that a cookie or token is, or None when it is none."""
    session, dot, secret = text.partition(".")
    try:
        return Key(UUID(session), secret) if dot else None
    except ValueError:
        return None


def start(unit: Unit, *, staff: UUID, kind: Kind, ip: str, agent: str, opened: bool) -> Key:
    """Sign somebody in whose password was right; not ``opened`` while a factor is missing."""
    key = Key(unit.new_id(), fresh())
    unit.run(
        """
        insert into staff_sessions (id, staff_id, secret_hash, kind, started_at, opened_at,
            last_seen_at, ip, agent)
        values (%(id)s, %(staff)s, %(hash)s, %(kind)s, %(now)s,
            case when %(opened)s then %(now)s::timestamptz end, %(now)s, %(ip)s, %(agent)s)
        """,
        id=key.session,
        staff=staff,
        hash=digest(key.secret),
        kind=kind,
        opened=opened,
        ip=unit.keys.seal(ip, field="staff_sessions.ip", row=key.session),
        agent=agent,
        now=unit.now,
    )
    return key


def half_open(unit: Unit, key: Key) -> UUID | None:
    """Return whose session waits for a second factor, taking no lock; None when none does."""
    found: UUID | None = unit.value(
        """
        select s.staff_id from staff_sessions s join staff f on f.id = s.staff_id
        where s.id = %(session)s and s.secret_hash = %(hash)s and s.opened_at is null
            and s.ended_at is null and s.started_at > %(since)s and f.is_active
        """,
        session=key.session,
        hash=digest(key.secret),
        since=unit.now - HALF_OPEN,
    )
    return found


def open_up(unit: Unit, session: UUID) -> Key | None:
    """Open a session whose second factor was proven, under a new secret: the old one is dead.

    None when it was opened or ended meanwhile.
    """
    key = Key(session, fresh())
    done = unit.run(
        """
        update staff_sessions set opened_at = %(now)s, mfa_at = %(now)s, last_seen_at = %(now)s,
            secret_hash = %(hash)s
        where id = %(session)s and opened_at is null and ended_at is null
        """,
        session=session,
        hash=digest(key.secret),
        now=unit.now,
    )
    return key if done else None


def who(unit: Unit, session: UUID, secret: str, *, ip: str = "", used: bool = True) -> Actor | None:
    """Return who is signed in with a desk's cookie; None when nobody is (any more).

    ``ip`` is where this request comes from. Being seen is written down once a minute, unless the
    session is not ``used``: a page that refreshes itself keeps nobody signed in.
    """
    row = unit.maybe(
        _LIVE + " and s.kind = 'desk' and s.secret_hash = %(hash)s and s.last_seen_at > %(idle)s",
        session=session,
        hash=digest(secret),
        since=unit.now - LONGEST,
        idle=unit.now - IDLE,
    )
    return None if row is None else _seen(unit, session, row, ip, used=used)


def is_live(unit: Unit, session: UUID) -> bool:
    """Return whether a desk's session is still open, without counting as a use of it."""
    found: bool = unit.value(
        f"select exists({_LIVE} and s.kind = 'desk' and s.last_seen_at > %(idle)s)",
        session=session,
        since=unit.now - LONGEST,
        idle=unit.now - IDLE,
    )
    return found


def who_of_token(unit: Unit, session: UUID, staff: UUID, *, ip: str = "") -> Actor | None:
    """Return who is signed in with a signed token that names these two; None when nobody is."""
    row = unit.maybe(
        _LIVE + " and s.kind = 'api' and s.staff_id = %(staff)s",
        session=session,
        staff=staff,
        since=unit.now - LONGEST,
    )
    return None if row is None else _seen(unit, session, row, ip)


_LIVE = """
    select s.staff_id, s.mfa_at, s.last_seen_at, f.role, array(
        select p.permission from role_permissions p where p.role = f.role) as permissions
    from staff_sessions s join staff f on f.id = s.staff_id
    where s.id = %(session)s and s.opened_at is not null and s.ended_at is null
        and s.started_at > %(since)s and f.is_active"""


def _seen(unit: Unit, session: UUID, row: Row, ip: str, *, used: bool = True) -> Actor:
    if used and unit.now - row.last_seen_at > SEEN_EVERY:
        unit.run(
            "update staff_sessions set last_seen_at = %(now)s where id = %(session)s",
            session=session,
            now=unit.now,
        )
    return Actor(
        id=row.staff_id,
        kind="staff",
        role=row.role,
        permissions=frozenset(row.permissions),
        session=session,
        mfa_at=row.mfa_at,
        ip=ip,
    )


def prove(unit: Unit, session: UUID) -> None:
    """Write down that a session has just proven its second factor (again)."""
    unit.run(
        "update staff_sessions set mfa_at = %(now)s where id = %(session)s and ended_at is null",
        session=session,
        now=unit.now,
    )


def of_staff(unit: Unit, staff: UUID) -> list[Session]:
    """Return somebody's live sessions, the newest first, a hundred at most."""
    rows = unit.all(
        """
        select id, staff_id, kind, started_at, last_seen_at, mfa_at, ip, agent
        from staff_sessions
        where staff_id = %(staff)s and opened_at is not null and ended_at is null
            and started_at > %(since)s and (kind = 'api' or last_seen_at > %(idle)s)
        order by started_at desc, id limit %(most)s
        """,
        staff=staff,
        since=unit.now - LONGEST,
        idle=unit.now - IDLE,
        most=MOST_LISTED,
    )
    return [
        Session(
            id=row.id,
            staff=row.staff_id,
            kind=row.kind,
            started_at=row.started_at,
            last_seen_at=row.last_seen_at,
            mfa_at=row.mfa_at,
            ip=unit.keys.open(bytes(row.ip), field="staff_sessions.ip", row=row.id),
            agent=row.agent,
        )
        for row in rows
    ]


def owner(unit: Unit, session: UUID) -> UUID | None:
    """Return whose session that is or was; None when there is none of that id."""
    found: UUID | None = unit.value(
        "select staff_id from staff_sessions where id = %(session)s", session=session
    )
    return found


def end(unit: Unit, session: UUID, *, why: Why) -> bool:
    """End a session, at once; return whether it was still live."""
    ended = unit.run(
        """
        update staff_sessions set ended_at = %(now)s, ended_why = %(why)s
        where id = %(session)s and ended_at is null
        """,
        session=session,
        why=why,
        now=unit.now,
    )
    return ended == 1


def end_all(unit: Unit, staff: UUID, *, why: Why, but: UUID | None = None) -> int:
    """End all of somebody's sessions (but one), at once, and return how many were live."""
    return unit.run(
        """
        update staff_sessions set ended_at = %(now)s, ended_why = %(why)s
        where staff_id = %(staff)s and ended_at is null and id is distinct from %(but)s
        """,
        staff=staff,
        why=why,
        but=but,
        now=unit.now,
    )
