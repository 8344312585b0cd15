"""Who works at the demo bank. Everybody knows their password and their second factor."""

from dataclasses import dataclass
from uuid import UUID

from core.access import mfa, staff
from core.access.actors import SYSTEM
from core.access.passwords import Passwords
from core.store.unit import Unit

PASSWORD = "wekeza-demo"  # noqa: S105 - the demo's, known to all
MFA_SECRET = "WEKEZADEMOWEKEZADEMOWEKEZADEMO22"  # noqa: S105 - the demo's, known to all


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the demo's staff."""

    name: str
    role: str
    languages: tuple[str, ...] = ("en", "sw")
    mfa: bool = False
    mailbox: str = ""
    """Before the ``@``, where it is not the role: the second one of a role has their own."""

    @property
    def email(self) -> str:
        """What they sign in with."""
        return f"{self.mailbox or self.role}@wekeza.test"


STAFF = (
    Colleague("Joyce Wairimu", "agent", languages=("en", "sw", "fr")),
    Colleague("Daniel Mutiso", "supervisor", mfa=True),
    Colleague("Halima Abdi", "compliance", mfa=True),
    Colleague("Peter Okello", "operations"),
    Colleague("Ruth Nyambura", "auditor"),
    Colleague("Samuel Kiprop", "admin", mfa=True),
    Colleague("Yusuf Hassan", "compliance", mfa=True, mailbox="deputy"),
)
EMAILS = tuple(colleague.email for colleague in STAFF)


def load(unit: Unit, password_hash: str) -> list[UUID]:
    """Have the demo's staff join, with the demo's password and second factor; return their ids."""
    members = []
    for colleague in STAFF:
        member = staff.add(
            unit,
            SYSTEM,
            email=colleague.email,
            name=colleague.name,
            role=colleague.role,
            languages=colleague.languages,
            password_hash=password_hash,
        )
        if colleague.mfa:
            mfa.enrol(unit, staff=member.id, secret=MFA_SECRET)
        members.append(member.id)
    return members


def log_ins() -> str:
    """Return, in one line, how the demo's staff sign in; (MFA) marks a second factor."""
    emails = ", ".join(f"{one.email}{' (MFA)' if one.mfa else ''}" for one in STAFF)
    return f"staff, all with password {PASSWORD}: {emails}; MFA secret {MFA_SECRET}"


def hashed() -> str:
    """Return a hash of the demo's password. It takes a while: call it outside any transaction."""
    return Passwords().hash(PASSWORD)
