"""Who does something at a desk: a person who works here, or the house itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core.errors import DeskRefusal

MFA_FRESH = timedelta(minutes=15)
"""How long a second factor counts for what asks for one."""


class Forbidden(DeskRefusal):
    """Their role does not allow it. Fact: ``permission``, the one it would take."""

    code = "forbidden"


class MfaNeeded(DeskRefusal):
    """It asks for a second factor that was proven within the last quarter of an hour."""

    code = "mfa_needed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and what they may do. ``id`` is the member of staff; None is the house itself.

    ``session`` is where they signed in, ``mfa_at`` when that session last proved its second factor,
    and ``ip`` the address this request came from.
    """

    id: UUID | None
    kind: Literal["staff", "system"]
    role: str
    permissions: frozenset[str]
    session: UUID | None = None
    mfa_at: datetime | None = None
    ip: str = ""

    def may(self, permission: str) -> bool:
        """Return whether they have a permission; the house itself has every one."""
        return self.kind == "system" or permission in self.permissions

    def require(self, permission: str) -> None:
        """Let those pass who have a permission.

        :raises Forbidden: if they have not
        """
        if not self.may(permission):
            raise Forbidden(permission=permission)

    def require_mfa(self, now: datetime) -> None:
        """Let those pass whose second factor was proven lately; the house itself has none.

        :raises MfaNeeded: if it was not
        """
        if self.kind == "system":
            return
        if self.mfa_at is None or now - self.mfa_at > MFA_FRESH:
            raise MfaNeeded


SYSTEM = Actor(id=None, kind="system", role="system", permissions=frozenset())
"""The house itself: a job, a chore, a command."""
