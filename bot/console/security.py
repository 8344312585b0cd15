"""My security: the second factor, the recovery codes, the password, and where I am signed in."""

from uuid import UUID

from flask import Response, abort, request

from bot import entrance
from bot.api.auth import may_end
from bot.console import shell
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import mfa, sessions, staff
from core.errors import Refusal


@console.get("/security")
@guard(None)
def security() -> Response:
    """Show how one's own log-in is kept safe."""
    return _page()


@console.post("/security/second-factor")
@guard(None)
def begin_second_factor() -> Response:
    """Show a new secret; one that is in force is replaced only with a fresh code of it."""
    with shell.house().unit() as unit:
        if staff.get(unit, shell.me()).mfa_enrolled_at is not None:
            actor().require_mfa(unit.now)
    shown = entrance.begin_enrolment(shell.house(), actor())
    return _page(secret=shown.secret, picture=shown.svg())


@console.post("/security/second-factor/confirm")
@guard(None)
def confirm_second_factor() -> Response:
    """Put the new secret in force with its first code, and show the recovery codes once."""
    try:
        codes = entrance.confirm(shell.house(), actor(), shell.field("code", most=40))
    except Refusal as refusal:
        return _page(refusal)
    return _page(codes=codes)


@console.post("/security/password")
@guard(None)
def change_password() -> Response:
    """Choose another password; every other session ends."""
    current, new = request.form.get("password", ""), request.form.get("new", "")
    try:
        entrance.change_password(shell.house(), actor(), current=current, new=new)
    except Refusal as refusal:
        return _page(refusal)
    return shell.go("console.security", done="password")


@console.post("/security/sessions/<uuid:session>/end")
@guard(None, owner=may_end)
def end_session(session: UUID) -> Response:
    """End one of one's own sessions, at once."""
    if not entrance.end_session(shell.house(), actor(), session):
        abort(404)
    return shell.go("console.security", done="session_ended")


@console.post("/security/sessions/end")
@guard(None)
def end_other_sessions() -> Response:
    """End all of one's own sessions but this one."""
    with shell.house().unit() as unit:
        staff.end_sessions(unit, actor(), shell.me())
    return shell.go("console.security", done="sessions_ended")


def _page(refused: Refusal | None = None, **facts: object) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "security")
        member = staff.get(unit, shell.me())
        codes_left = mfa.codes_left(unit, member.id)
        mine = sessions.of_staff(unit, member.id)
    return shell.show(
        "security",
        framed,
        status=shell.status_of(refused),
        refused=shell.told(refused),
        member=member,
        codes_left=codes_left,
        sessions=mine,
        this=who.session,
        **facts,
    )
