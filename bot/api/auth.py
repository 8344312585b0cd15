"""Signing in over the API: ``/api/auth/…``, and the same under ``/v1``.

``login`` asks for the password; where a second factor is asked for it answers with a ``mfaToken``
and what comes next, ``code`` or ``enrol``. Tokens come with the last right factor.
"""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, current_app, request

from bot import entrance, guard
from bot.api import tokens
from bot.api.bodies import answer, field, moment, nothing
from bot.house import House
from bot.problems import of_refusal
from core.access import sessions, staff
from core.access.actors import Actor
from core.access.sessions import Session, key_of
from core.errors import DeskRefusal, Refusal
from core.store.unit import Unit

auth = Blueprint("auth", __name__, url_prefix="/api/auth")


class NoSuchSession(DeskRefusal):
    """There is no live session of that id."""

    code = "no_such_session"


auth.register_error_handler(Refusal, of_refusal)


def may_end(unit: Unit, actor: Actor, facts: Mapping[str, Any]) -> bool:
    """Return whether a session is one's own, or one looks after staff. Nobody's is nobody's own."""
    return actor.may("staff.manage") or sessions.owner(unit, facts["session"]) == actor.id


@auth.post("/login")
@guard.public("the e-mail and password in the body; limited per address and per e-mail")
def login() -> Response:
    """Sign in with e-mail and password."""
    done = entrance.enter(
        _house(),
        email=field("email"),
        password=field("password"),
        kind="api",
        ip=_ip(),
        agent=request.headers.get("User-Agent", ""),
    )
    return answer(**tokens.of_sign_in(done))


@auth.post("/mfa")
@guard.public("the mfaToken of a sign-in, and a code")
def second_factor() -> Response:
    """Finish signing in with a code of the authenticator, or a recovery code."""
    done = entrance.second(_house(), key_of(field("mfaToken")), field("code"), ip=_ip())
    return answer(**tokens.of_sign_in(done))


@auth.post("/mfa/enrol")
@guard.public("the mfaToken of a sign-in that asks for enrolment")
def enrol() -> Response:
    """Show a new second factor to somebody who must have one to sign in."""
    shown = entrance.begin_enrolment(_house(), key_of(field("mfaToken")))
    return answer(secret=shown.secret, uri=shown.uri, qr=shown.svg())


@auth.post("/mfa/confirm")
@guard.public("the mfaToken of a sign-in that asks for enrolment, and a code")
def confirm() -> Response:
    """Put that second factor in force, and finish signing in."""
    key = key_of(field("mfaToken"))
    done, codes = entrance.confirm_in_sign_in(_house(), key, field("code"), ip=_ip())
    return answer(**tokens.of_sign_in(done), recoveryCodes=codes)


@auth.post("/mfa/replace")
@guard.guard(None)
def replace() -> Response:
    """Show a new second factor to somebody who is signed in; the old one stays in force."""
    shown = entrance.begin_enrolment(_house(), guard.actor())
    return answer(secret=shown.secret, uri=shown.uri, qr=shown.svg())


@auth.post("/mfa/replace/confirm")
@guard.guard(None)
def confirm_replaced() -> Response:
    """Put the new second factor in force."""
    return answer(recoveryCodes=entrance.confirm(_house(), guard.actor(), field("code")))


@auth.post("/mfa/prove")
@guard.guard(None)
def prove() -> Response:
    """Prove the second factor anew, for what asks for a fresh one."""
    entrance.prove(_house(), guard.actor(), field("code"))
    return nothing()


@auth.post("/refresh")
@guard.public("the refresh token in the body, good once")
def renew() -> Response:
    """Exchange a refresh token for new tokens. One that was used before ends its session."""
    return answer(**tokens.renewed(field("refreshToken"), ip=_ip()))


@auth.post("/logout")
@guard.guard(None)
def logout() -> Response:
    """End the session that the token is of, at once."""
    entrance.leave(_house(), guard.actor())
    return nothing()


@auth.get("/me")
@guard.guard(None)
def me() -> Response:
    """Say who is signed in and what they may do."""
    actor = guard.actor()
    with _house().unit() as unit:
        member = staff.get(unit, cast("UUID", actor.id))
    return answer(
        id=str(member.id),
        email=member.email,
        name=member.name,
        role=member.role,
        permissions=sorted(actor.permissions),
        mfaEnrolledAt=moment(member.mfa_enrolled_at),
    )


@auth.get("/sessions")
@guard.guard(None)
def list_sessions() -> Response:
    """List one's own live sessions."""
    actor = guard.actor()
    with _house().unit() as unit:
        found = sessions.of_staff(unit, cast("UUID", actor.id))
    return answer(sessions=[described(one, actor) for one in found])


@auth.delete("/sessions/<uuid:session>")
@guard.guard(None, owner=may_end)
def end_session(session: UUID) -> Response:
    """End a session of one's own, or anybody's for those who look after staff."""
    if not entrance.end_session(_house(), guard.actor(), session):
        raise NoSuchSession
    return nothing()


@auth.post("/password")
@guard.guard(None)
def change_password() -> Response:
    """Change one's password; every other session of one's own ends."""
    entrance.change_password(
        _house(), guard.actor(), current=field("currentPassword"), new=field("newPassword")
    )
    return nothing()


@auth.post("/password/forgotten")
@guard.public("limited per address; the answer is the same whether the e-mail is anybody's")
def forgotten() -> Response:
    """Send a way back by mail."""
    entrance.forgotten(_house(), email=field("email"), ip=_ip())
    return nothing(202)


@auth.post("/password/reset")
@guard.public("the token of a letter, good once")
def reset() -> Response:
    """Take up an invitation or a reset: choose a password."""
    entrance.accept(_house(), token=field("token"), password=field("password"), ip=_ip())
    return nothing()


def described(session: Session, actor: Actor) -> dict[str, object]:
    """Return a session as the API shows it; ``current`` is the one that asks."""
    return {
        "id": str(session.id),
        "kind": session.kind,
        "startedAt": moment(session.started_at),
        "lastSeenAt": moment(session.last_seen_at),
        "mfaAt": moment(session.mfa_at),
        "ip": session.ip,
        "agent": session.agent,
        "current": session.id == actor.session,
    }


def _house() -> House:
    house: House = current_app.extensions["house"]
    return house


def _ip() -> str:
    return request.remote_addr or ""
