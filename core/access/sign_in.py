"""Signing in: the password, then the second factor where there is one or must be.

Five wrong tries in a row lock a log-in for a quarter of an hour (NIST SP 800-63B section 5.2.2 asks
for a bound). They are counted in the person's row, under its lock, so it holds over any number of
processes. An e-mail that is nobody's is answered, and locked, just the same.

The password is compared between two units of work: `look`, then the hash, then `judge`. What
refuses is returned, not raised, so that what was counted commits.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core.access import audit, mfa, sessions
from core.access.actors import SYSTEM, Actor
from core.access.limits import Limit, TooManyTries, minutes
from core.access.refresh import SignInAgain
from core.access.sessions import Key, Kind
from core.errors import DeskRefusal, Refusal
from core.store.unit import Row, Unit

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
WINDOW = timedelta(minutes=15)
PER_ADDRESS = Limit("sign-in from", most=60, window=WINDOW)
PER_ACCOUNT = Limit("sign-in as", most=20, window=WINDOW)

Next = Literal["done", "code", "enrol"]


class WrongLogin(DeskRefusal):
    """The e-mail or the password is not right; which of them is not told."""

    code = "wrong_login"


class LoginLocked(DeskRefusal):
    """It was wrong too often. Fact: ``minutes``, when it opens again."""

    code = "login_locked"


@dataclass(frozen=True, slots=True)
class Look:
    """What must be known of a log-in to compare a password outside any transaction."""

    email: str = field(repr=False)
    staff: UUID | None
    hash: str | None = field(repr=False)
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a right factor led to: a session under ``key``, and what is still asked for.

    ``code``: the second factor; ``enrol``: their role must have one, and they have none yet.
    """

    key: Key
    staff: UUID
    role: str
    next: Next


def look(unit: Unit, *, email: str, ip: str) -> Look | TooManyTries:
    """Return whose log-in that is, counting the try; or what refuses it unlooked at."""
    email = normal(email)
    over = PER_ADDRESS.count(unit, ip) or PER_ACCOUNT.count(unit, email)
    if over is not None:
        return over
    row = unit.maybe(
        """
        select id, password_hash, password_changed_at from staff
        where email_index = %(email)s and is_active
        """,
        email=unit.keys.token(email, kind="email"),
    )
    if row is None:
        return Look(email, None, None, None)
    return Look(email, row.id, row.password_hash, row.password_changed_at)


def judge(
    unit: Unit, look: Look, *, right: bool, kind: Kind, ip: str, agent: str
) -> SignedIn | Refusal:
    """Sign somebody in whose password was right, half or wholly; count a wrong one.

    However many passwords were compared at once, no more than five wrong ones are answered: the
    rest find the log-in locked, and so does a right one.
    """
    row = _passed(unit, look, right=right, ip=ip)
    if isinstance(row, Refusal):
        return row
    todo = _next(row)
    if todo == "done":
        # Where a second factor follows, wrong tries stand until it was right as well.
        _forget_tries(unit, row)
    key = sessions.start(unit, staff=row.id, kind=kind, ip=ip, agent=agent, opened=todo == "done")
    done = SignedIn(key, row.id, row.role, todo)
    if todo == "done":
        _note(unit, done, ip=ip)
    return done


def check(unit: Unit, look: Look, *, right: bool, ip: str) -> Refusal | None:
    """Count a wrong password of somebody who is signed in already; return what refuses."""
    row = _passed(unit, look, right=right, ip=ip)
    return row if isinstance(row, Refusal) else None


def second(unit: Unit, key: Key, code: str, *, ip: str) -> SignedIn | Refusal:
    """Open a half-open session with a code of the second factor; count a wrong one."""
    staff = sessions.half_open(unit, key)
    row = None if staff is None else _lock(unit, staff)
    if row is None or row.mfa_secret is None:
        return SignInAgain()
    if _is_locked(unit, row):
        return LoginLocked(minutes=minutes(row.locked_until - unit.now))
    if not mfa.check(unit, staff=row.id, code=code):
        refused = _count_wrong(unit, row, ip=ip)
        return mfa.WrongMfaCode() if isinstance(refused, WrongLogin) else refused
    return _open(unit, key.session, row, ip=ip) or SignInAgain()


def prove_again(unit: Unit, actor: Actor, code: str) -> Refusal | None:
    """Prove the second factor anew in an open session, or return what refuses; counts wrong ones.

    :raises LookupError: if the actor is nobody in a session
    """
    if actor.id is None or actor.session is None:
        raise LookupError("nobody is signed in")
    row = _lock(unit, actor.id)
    if row is None:
        return SignInAgain()
    if row.mfa_secret is None:
        return mfa.MfaNotEnrolled()
    if _is_locked(unit, row):
        return LoginLocked(minutes=minutes(row.locked_until - unit.now))
    if not mfa.check(unit, staff=actor.id, code=code):
        refused = _count_wrong(unit, row, ip=actor.ip)
        return mfa.WrongMfaCode() if isinstance(refused, WrongLogin) else refused
    _forget_tries(unit, row)
    sessions.prove(unit, actor.session)
    audit.note(unit, actor, "staff.mfa_proven", subject="staff", subject_id=actor.id)
    return None


def confirm_enrolment(unit: Unit, key: Key, code: str, *, ip: str) -> tuple[SignedIn, list[str]]:
    """Enrol somebody whose role demands it, in mid sign-in; return it opened, and recovery codes.

    :raises SignInAgain: if there is no such half-open session
    :raises WrongMfaCode: if that is not the new secret's code
    :raises MfaNotEnrolled: if enrolling was not begun
    """
    staff = sessions.half_open(unit, key)
    row = None if staff is None else _lock(unit, staff)
    if row is None or row.mfa_secret is not None:
        raise SignInAgain
    codes = mfa.confirm(unit, staff=row.id, code=code)
    if codes is None:
        raise mfa.WrongMfaCode
    done = _open(unit, key.session, row, ip=ip)
    if done is None:
        raise SignInAgain
    audit.note(unit, actor_of(done, ip), "staff.mfa_enrolled", subject="staff", subject_id=row.id)
    return done, codes


def actor_of(done: SignedIn, ip: str) -> Actor:
    """Return who has just signed in, as the log names them; they may do nothing yet."""
    return Actor(done.staff, "staff", done.role, frozenset(), session=done.key.session, ip=ip)


def normal(email: str) -> str:
    """Return an e-mail address in the one form it is looked up by."""
    return email.strip().lower()


def _open(unit: Unit, session: UUID, row: Row, *, ip: str) -> SignedIn | None:
    """Open a session whose factors were all right; None when it ended meanwhile."""
    key = sessions.open_up(unit, session)
    if key is None:
        return None
    _forget_tries(unit, row)
    done = SignedIn(key, row.id, row.role, "done")
    _note(unit, done, ip=ip)
    return done


def _note(unit: Unit, done: SignedIn, *, ip: str) -> None:
    audit.note(unit, actor_of(done, ip), "staff.signed_in", subject="staff", subject_id=done.staff)


def _lock(unit: Unit, staff: UUID) -> Row | None:
    return unit.maybe(
        """
        select id, role, password_hash, password_changed_at, failed_attempts, locked_until,
            mfa_secret
        from staff where id = %(staff)s and is_active for no key update
        """,
        staff=staff,
    )


def _passed(unit: Unit, look: Look, *, right: bool, ip: str) -> Row | Refusal:
    """Return the locked row of somebody whose password was right; else count, and what refuses."""
    row = None if look.staff is None else _lock(unit, look.staff)
    if row is None or row.password_hash is None:
        return _count_stranger(unit, look.email)
    if _is_locked(unit, row):
        return LoginLocked(minutes=minutes(row.locked_until - unit.now))
    if not right or row.password_changed_at != look.changed_at:
        return _count_wrong(unit, row, ip=ip)
    return row


def _is_locked(unit: Unit, row: Row) -> bool:
    return row.locked_until is not None and row.locked_until > unit.now


def _next(row: Row) -> Next:
    if row.mfa_secret is not None:
        return "code"
    return "enrol" if row.role in mfa.REQUIRED_OF else "done"


def _count_wrong(unit: Unit, row: Row, *, ip: str) -> WrongLogin | LoginLocked:
    """Count a wrong password or code; the fifth in a row locks."""
    before = row.failed_attempts if row.failed_attempts < TRIES else 0
    locks = before + 1 >= TRIES
    unit.run(
        """
        update staff set failed_attempts = %(many)s,
            locked_until = case when %(locks)s then %(until)s::timestamptz end
        where id = %(staff)s
        """,
        staff=row.id,
        many=before + 1,
        locks=locks,
        until=unit.now + LOCKED_FOR,
    )
    audit.note(
        unit,
        Actor(None, "system", "system", SYSTEM.permissions, ip=ip),
        "staff.locked" if locks else "staff.sign_in_failed",
        subject="staff",
        subject_id=row.id,
    )
    return LoginLocked(minutes=minutes(LOCKED_FOR)) if locks else WrongLogin()


def _count_stranger(unit: Unit, email: str) -> WrongLogin | LoginLocked:
    """Count a try at an e-mail that nobody signs in with, so that it locks as a person's does."""
    row = unit.one(
        """
        insert into attempts as a (key, many, began_at) values (%(key)s, 1, %(now)s)
        on conflict (key) do update set
            many = case when a.many < %(tries)s then a.many + 1
                        when a.began_at > %(since)s then a.many else 1 end,
            began_at = case when a.many >= %(tries)s and a.began_at > %(since)s
                            then a.began_at else %(now)s end
        returning many, began_at
        """,
        key=unit.keys.token(f"stranger:{email}", kind="attempt"),
        tries=TRIES,
        since=unit.now - LOCKED_FOR,
        now=unit.now,
    )
    if row.many >= TRIES:
        return LoginLocked(minutes=minutes(row.began_at + LOCKED_FOR - unit.now))
    return WrongLogin()


def _forget_tries(unit: Unit, row: Row) -> None:
    if row.failed_attempts:
        unit.run(
            """
            update staff set failed_attempts = 0, locked_until = null where id = %(staff)s
            """,
            staff=row.id,
        )
