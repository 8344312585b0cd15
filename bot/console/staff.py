"""The staff: who works here, invited, given a role, unlocked, and let go. For administrators."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response

from bot import entrance
from bot.console import shell
from bot.console.given import cursor
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import sessions, staff
from core.access.actors import Actor
from core.crm import leaving
from core.errors import Refusal
from core.store.unit import Unit

MANAGE = "staff.manage"
ROLES = ("agent", "supervisor", "compliance", "operations", "auditor", "admin")
PAGE = 50


@console.get("/staff")
@guard(MANAGE)
def staff_list() -> Response:
    """Show who works here."""
    return _page()


@console.post("/staff")
@guard(MANAGE, mfa=True)
def invite() -> Response:
    """Invite somebody: they are sent a link to choose a password."""
    try:
        entrance.invite(
            shell.house(),
            actor(),
            email=shell.field("email", most=254),
            name=shell.field("name", most=120),
            role=shell.field("role", most=20),
        )
    except Refusal as refusal:
        return _page(refusal)
    return shell.go("console.staff_list", done="invited")


@console.get("/staff/<uuid:member_id>")
@guard(MANAGE)
def member(member_id: UUID) -> Response:
    """Show a colleague's log-in: role, factor, sessions."""
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "staff")
        shown = staff.get(unit, member_id)
        live = sessions.of_staff(unit, member_id)
    return shell.show("member", framed, member=shown, sessions=live, roles=ROLES)


@console.post("/staff/<uuid:member_id>/invite")
@guard(MANAGE, mfa=True)
def invite_again(member_id: UUID) -> Response:
    """Send a new invitation; the link before is dead."""
    entrance.invite_again(shell.house(), actor(), member_id)
    return shell.go("console.member", member_id=member_id, done="invited")


@console.post("/staff/<uuid:member_id>/role")
@guard(MANAGE, mfa=True)
def change_role(member_id: UUID) -> Response:
    """Give a colleague another role; they sign in again."""
    role = shell.field("role", most=20)
    return _do(member_id, "role", lambda unit, by: leaving.change_role(unit, by, member_id, role))


@console.post("/staff/<uuid:member_id>/deactivate")
@guard(MANAGE, mfa=True)
def deactivate(member_id: UUID) -> Response:
    """Let a colleague go, at once."""
    return _do(member_id, "deactivated", lambda unit, by: leaving.deactivate(unit, by, member_id))


@console.post("/staff/<uuid:member_id>/reactivate")
@guard(MANAGE, mfa=True)
def reactivate(member_id: UUID) -> Response:
    """Take a colleague back."""
    return _do(member_id, "activated", lambda unit, by: staff.reactivate(unit, by, member_id))


@console.post("/staff/<uuid:member_id>/unlock")
@guard(MANAGE)
def unlock(member_id: UUID) -> Response:
    """Open a log-in that wrong tries have locked."""
    return _do(member_id, "unlocked", lambda unit, by: staff.unlock(unit, by, member_id))


@console.post("/staff/<uuid:member_id>/reset-mfa")
@guard(MANAGE, mfa=True)
def reset_mfa(member_id: UUID) -> Response:
    """Take away a second factor that was lost."""
    return _do(member_id, "mfa_reset", lambda unit, by: staff.reset_mfa(unit, by, member_id))


@console.post("/staff/<uuid:member_id>/sessions/end")
@guard(MANAGE)
def end_sessions(member_id: UUID) -> Response:
    """Sign a colleague out everywhere."""
    return _do(
        member_id, "sessions_ended", lambda unit, by: staff.end_sessions(unit, by, member_id)
    )


def _do(member_id: UUID, done: str, change: Callable[[Unit, Actor], Any]) -> Response:
    with shell.house().unit() as unit:
        change(unit, actor())
    shell.house().tell("queue")  # cases may have come back into it
    return shell.go("console.member", member_id=member_id, done=done)


def _page(refused: Refusal | None = None) -> Response:
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "staff")
        found = staff.listed(unit, actor(), after=cursor(), limit=PAGE + 1)
    return shell.show(
        "staff",
        framed,
        status=shell.status_of(refused),
        refused=shell.told(refused),
        members=found[:PAGE],
        next=found[PAGE - 1].id if len(found) > PAGE else None,
        roles=ROLES,
    )
