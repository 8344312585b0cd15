"""Staff for tests: added through the same door as everybody, with one password among them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from uuid import UUID

from core.access import mfa, sessions, staff
from core.access.actors import SYSTEM, Actor
from core.access.passwords import Passwords
from core.access.staff import Member
from core.store.unit import Unit

PASSWORD = "tembo-saba-9"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
IP = "196.201.214.9"


class _Undo(Exception):
    """Leaves a savepoint."""


@contextmanager
def undone(unit: Unit) -> Iterator[None]:
    """Nothing that happens inside stays, the time neither."""
    began = unit.now
    with suppress(_Undo), unit.savepoint():
        yield
        raise _Undo
    unit.now = began


@cache
def hashed() -> str:
    return Passwords().hash(PASSWORD)


def colleague(
    unit: Unit, role: str = "agent", *, email: str = "", enrolled: bool = False, **facts: object
) -> Member:
    """Add somebody who has joined; with a second factor of ``SECRET`` where asked."""
    member = staff.add(
        unit,
        SYSTEM,
        email=email or f"{role}@bank.example",
        name=f"{role.title()} Wanjiku",
        role=role,
        password_hash=hashed(),
        **facts,  # type: ignore[arg-type]
    )
    if enrolled:
        mfa.enrol(unit, staff=member.id, secret=SECRET)
    return member


def code(now: datetime, *, steps: int = 0) -> str:
    """What an authenticator shows, some half minutes off."""
    return mfa.code_at(SECRET, int(now.timestamp()) + steps * mfa.STEP_SECONDS)


def at_work(unit: Unit, staff_id: UUID) -> Actor:
    """Somebody signed in at a desk."""
    key = sessions.start(unit, staff=staff_id, kind="desk", ip=IP, agent="", opened=True)
    actor = sessions.who(unit, key.session, key.secret, ip=IP)
    assert actor is not None
    return actor
