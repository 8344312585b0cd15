"""The people who work here: invited, given a role, unlocked, and let go."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.access import audit, mfa, sessions, staff_tokens
from core.access.actors import Actor
from core.access.sign_in import normal
from core.errors import DeskRefusal
from core.store.unit import Row, Unit

LONGEST_PAGE = 100
LONGEST_NAME, LONGEST_EMAIL = 120, 254
_EMAIL = re.compile(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+")
_COLUMNS = """id, email, name, role, is_active, password_hash is not null as joined, locked_until,
    mfa_enrolled_at, languages, skills, created_at"""


class EmailTaken(DeskRefusal):
    """Somebody who works here has that e-mail address already."""

    code = "email_taken"


class BadStaff(DeskRefusal):
    """An e-mail address, name or role cannot be right. Fact: ``what``."""

    code = "bad_staff"


class NoSuchStaff(DeskRefusal):
    """Nobody who works here has that id."""

    code = "no_such_staff"


class OwnAccount(DeskRefusal):
    """Nobody changes their own role or lets themselves go: so somebody always remains."""

    code = "own_account"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here. ``joined`` is whether they have chosen a password yet."""

    id: UUID
    email: str
    name: str
    role: str
    is_active: bool
    joined: bool
    locked_until: datetime | None
    mfa_enrolled_at: datetime | None
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    created_at: datetime


def add(
    unit: Unit,
    by: Actor,
    *,
    email: str,
    name: str,
    role: str,
    languages: Sequence[str] = ("en",),
    skills: Sequence[str] = (),
    password_hash: str | None = None,
) -> Member:
    """Add somebody to the staff; without a password they need an invitation to choose one.

    :raises Forbidden: if ``by`` may not
    :raises BadStaff: if an e-mail, name or role cannot be right
    :raises EmailTaken: if the address is somebody's
    """
    by.require("staff.manage")
    email, name = normal(email), " ".join(name.split())
    _require_right(unit, email=email, name=name, role=role)
    staff = unit.new_id()
    added = unit.run(
        """
        insert into staff (id, email, email_index, name, role, password_hash, password_changed_at,
            languages, skills, created_at, created_by, updated_at, updated_by)
        values (%(id)s, %(email)s, %(index)s, %(name)s, %(role)s, %(hash)s,
            case when %(hash)s::text is not null then %(now)s::timestamptz end,
            %(languages)s, %(skills)s, %(now)s, %(by)s, %(now)s, %(by)s)
        on conflict (email_index) do nothing
        """,
        id=staff,
        email=unit.keys.seal(email, field="staff.email", row=staff),
        index=unit.keys.token(email, kind="email"),
        name=unit.keys.seal(name, field="staff.name", row=staff),
        role=role,
        hash=password_hash,
        languages=list(languages),
        skills=list(skills),
        by=_name(by),
        now=unit.now,
    )
    if not added:
        raise EmailTaken
    audit.note(unit, by, "staff.added", subject="staff", subject_id=staff, after={"role": role})
    return get(unit, staff)


def invite(unit: Unit, by: Actor, *, email: str, name: str, role: str) -> tuple[Member, str]:
    """Add somebody and return them with the secret of the link that invites them.

    Raises what `add` does.
    """
    member = add(unit, by, email=email, name=name, role=role)
    return member, staff_tokens.issue(unit, staff=member.id, purpose="invitation")


def invite_again(unit: Unit, by: Actor, staff: UUID) -> tuple[Member, str]:
    """Return somebody who has not joined yet with a new link; the one before is dead.

    :raises NoSuchStaff: if nobody waits to join under that id
    """
    by.require("staff.manage")
    member = get(unit, staff)
    if member.joined or not member.is_active:
        raise NoSuchStaff
    audit.note(unit, by, "staff.invited_again", subject="staff", subject_id=staff)
    return member, staff_tokens.issue(unit, staff=staff, purpose="invitation")


def set_password(
    unit: Unit, *, staff: UUID, password_hash: str, ip: str = "", but: UUID | None = None
) -> None:
    """Give somebody a new password; the lock opens and all their sessions (but one) end."""
    role = unit.value(
        """
        update staff set password_hash = %(hash)s, password_changed_at = %(now)s,
            failed_attempts = 0, locked_until = null, updated_at = %(now)s, updated_by = %(by)s
        where id = %(staff)s and is_active returning role
        """,
        staff=staff,
        hash=password_hash,
        by=str(staff),
        now=unit.now,
    )
    if role is None:
        raise NoSuchStaff
    sessions.end_all(unit, staff, why="password_changed", but=but)
    actor = Actor(staff, "staff", role, frozenset(), session=but, ip=ip)
    audit.note(unit, actor, "staff.password_changed", subject="staff", subject_id=staff)


def change_role(unit: Unit, by: Actor, staff: UUID, role: str) -> Member:
    """Give somebody another role. They sign in again, as the new role demands it.

    Edges call ``core.crm.leaving``, which looks after their cases as well.

    :raises OwnAccount: if it is ``by`` themselves
    :raises NoSuchStaff: if there is nobody
    :raises BadStaff: if there is no such role
    """
    before = _to_change(unit, by, staff)
    if not unit.value("select exists(select from roles where name = %(role)s)", role=role):
        raise BadStaff(what="role")
    _update(unit, by, staff, "role = %(role)s", role=role)
    sessions.end_all(unit, staff, why="ended")
    audit.note(
        unit,
        by,
        "staff.role_changed",
        subject="staff",
        subject_id=staff,
        before={"role": before.role},
        after={"role": role},
    )
    return get(unit, staff)


def deactivate(unit: Unit, by: Actor, staff: UUID) -> Member:
    """Let somebody go: they are signed out everywhere at once. Raises what `change_role` does.

    What they had in hand is given back by ``core.crm.leaving``, which is what edges call.
    """
    _to_change(unit, by, staff)
    _update(unit, by, staff, "is_active = false")
    sessions.end_all(unit, staff, why="deactivated")
    audit.note(unit, by, "staff.deactivated", subject="staff", subject_id=staff)
    return get(unit, staff)


def reactivate(unit: Unit, by: Actor, staff: UUID) -> Member:
    """Take somebody back who was let go. Raises what `change_role` does."""
    _to_change(unit, by, staff)
    _update(unit, by, staff, "is_active = true")
    audit.note(unit, by, "staff.reactivated", subject="staff", subject_id=staff)
    return get(unit, staff)


def unlock(unit: Unit, by: Actor, staff: UUID) -> Member:
    """Open a log-in that wrong tries have locked. Raises what `change_role` does."""
    _to_change(unit, by, staff)
    _update(unit, by, staff, "failed_attempts = 0, locked_until = null")
    audit.note(unit, by, "staff.unlocked", subject="staff", subject_id=staff)
    return get(unit, staff)


def reset_mfa(unit: Unit, by: Actor, staff: UUID) -> Member:
    """Take away the second factor of somebody who lost it. Raises what `change_role` does."""
    _to_change(unit, by, staff)
    mfa.forget(unit, staff)
    audit.note(unit, by, "staff.mfa_reset", subject="staff", subject_id=staff)
    return get(unit, staff)


def end_sessions(unit: Unit, by: Actor, staff: UUID) -> int:
    """Sign somebody out everywhere and return of how many sessions."""
    if by.id != staff:
        by.require("staff.manage")
    get(unit, staff)
    many = sessions.end_all(unit, staff, why="ended", but=by.session)
    audit.note(
        unit, by, "staff.sessions_ended", subject="staff", subject_id=staff, after={"many": many}
    )
    return many


def get(unit: Unit, staff: UUID) -> Member:
    """Return a member of staff.

    :raises NoSuchStaff: if there is nobody
    """
    row = unit.maybe(f"select {_COLUMNS} from staff where id = %(id)s", id=staff)
    if row is None:
        raise NoSuchStaff
    return _member(unit, row)


def by_email(unit: Unit, email: str) -> Member | None:
    """Return who signs in with an e-mail address, let go or not; None when nobody does."""
    row = unit.maybe(
        f"select {_COLUMNS} from staff where email_index = %(index)s",
        index=unit.keys.token(normal(email), kind="email"),
    )
    return None if row is None else _member(unit, row)


def names(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of some members of staff, as far as they are known."""
    rows = unit.all(
        "select id, name from staff where id = any(%(ids)s) limit 1000", ids=list(set(ids))
    )
    return {row.id: unit.keys.open(bytes(row.name), field="staff.name", row=row.id) for row in rows}


def listed(unit: Unit, by: Actor, *, after: UUID | None = None, limit: int = 50) -> list[Member]:
    """Return members of staff by when they were added; ``after`` is the last of the page before.

    :raises Forbidden: if ``by`` may not
    """
    by.require("staff.manage")
    rows = unit.all(
        f"""
        select {_COLUMNS} from staff
        where %(after)s::uuid is null
            or (created_at, id) > (select created_at, id from staff where id = %(after)s)
        order by created_at, id limit %(limit)s
        """,
        after=after,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    return [_member(unit, row) for row in rows]


def _require_right(unit: Unit, *, email: str, name: str, role: str) -> None:
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise BadStaff(what="email")
    if not name or len(name) > LONGEST_NAME:
        raise BadStaff(what="name")
    if not unit.value("select exists(select from roles where name = %(role)s)", role=role):
        raise BadStaff(what="role")


def _to_change(unit: Unit, by: Actor, staff: UUID) -> Member:
    by.require("staff.manage")
    if by.id == staff:
        raise OwnAccount
    return get(unit, staff)


def _update(unit: Unit, by: Actor, staff: UUID, what: str, **facts: object) -> None:
    unit.run(
        f"""
        update staff set {what}, updated_at = %(now)s, updated_by = %(by)s where id = %(staff)s
        """,
        staff=staff,
        by=_name(by),
        now=unit.now,
        **facts,
    )


def _name(by: Actor) -> str:
    return str(by.id or by.role)


def _member(unit: Unit, row: Row) -> Member:
    return Member(
        id=row.id,
        email=unit.keys.open(bytes(row.email), field="staff.email", row=row.id),
        name=unit.keys.open(bytes(row.name), field="staff.name", row=row.id),
        role=row.role,
        is_active=row.is_active,
        joined=row.joined,
        locked_until=row.locked_until,
        mfa_enrolled_at=row.mfa_enrolled_at,
        languages=tuple(row.languages),
        skills=tuple(row.skills),
        created_at=row.created_at,
    )
