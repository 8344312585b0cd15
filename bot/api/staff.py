"""Looking after staff over the API: ``/api/staff/…``, and the same under ``/v1``."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, current_app, request

from bot import entrance, guard
from bot.api.auth import described
from bot.api.bodies import answer, field, moment
from bot.house import House
from bot.problems import BadRequest, of_refusal
from core.access import sessions, staff
from core.access.actors import Actor
from core.access.staff import Member
from core.crm import leaving
from core.errors import Refusal
from core.store.unit import Unit

MANAGE = "staff.manage"
PAGE = 50

colleagues = Blueprint("staff", __name__, url_prefix="/api/staff")
colleagues.register_error_handler(Refusal, of_refusal)


@colleagues.get("")
@guard.guard(MANAGE)
def list_staff() -> Response:
    """List the staff by when they were added; ``after`` is the last id of the page before."""
    after = request.args.get("after")
    try:
        last = UUID(after) if after else None
    except ValueError:
        raise BadRequest(field="after") from None
    with _house().unit() as unit:
        found = staff.listed(unit, guard.actor(), after=last, limit=PAGE)
    following = str(found[-1].id) if len(found) == PAGE else None
    return answer(staff=[_described(one) for one in found], next=following)


@colleagues.post("")
@guard.guard(MANAGE, mfa=True)
def invite() -> Response:
    """Invite somebody: they are sent a link to choose a password."""
    member = entrance.invite(
        _house(), guard.actor(), email=field("email"), name=field("name"), role=field("role")
    )
    return answer(201, **_described(member))


@colleagues.post("/<uuid:id>/invite")
@guard.guard(MANAGE, mfa=True)
def invite_again(id: UUID) -> Response:  # noqa: A002 - what it is
    """Send a new invitation to somebody who has not joined yet."""
    return answer(**_described(entrance.invite_again(_house(), guard.actor(), id)))


@colleagues.post("/<uuid:id>/role")
@guard.guard(MANAGE, mfa=True)
def change_role(id: UUID) -> Response:  # noqa: A002
    """Give somebody another role."""
    role = field("role")
    return _changed(lambda unit, by: leaving.change_role(unit, by, id, role))


@colleagues.post("/<uuid:id>/deactivate")
@guard.guard(MANAGE, mfa=True)
def deactivate(id: UUID) -> Response:  # noqa: A002
    """Let somebody go, at once."""
    return _changed(lambda unit, by: leaving.deactivate(unit, by, id))


@colleagues.post("/<uuid:id>/reactivate")
@guard.guard(MANAGE, mfa=True)
def reactivate(id: UUID) -> Response:  # noqa: A002
    """Take somebody back."""
    return _changed(lambda unit, by: staff.reactivate(unit, by, id))


@colleagues.post("/<uuid:id>/unlock")
@guard.guard(MANAGE)
def unlock(id: UUID) -> Response:  # noqa: A002
    """Open a log-in that wrong tries have locked."""
    return _changed(lambda unit, by: staff.unlock(unit, by, id))


@colleagues.post("/<uuid:id>/reset-mfa")
@guard.guard(MANAGE, mfa=True)
def reset_mfa(id: UUID) -> Response:  # noqa: A002
    """Take away a second factor that was lost."""
    return _changed(lambda unit, by: staff.reset_mfa(unit, by, id))


@colleagues.get("/<uuid:id>/sessions")
@guard.guard(MANAGE)
def list_sessions(id: UUID) -> Response:  # noqa: A002
    """List somebody's live sessions."""
    with _house().unit() as unit:
        staff.get(unit, id)
        found = sessions.of_staff(unit, id)
    return answer(sessions=[described(one, guard.actor()) for one in found])


@colleagues.delete("/<uuid:id>/sessions")
@guard.guard(MANAGE)
def end_sessions(id: UUID) -> Response:  # noqa: A002
    """Sign somebody out everywhere."""
    with _house().unit() as unit:
        ended = staff.end_sessions(unit, guard.actor(), id)
    return answer(ended=ended)


def _changed(change: Callable[[Unit, Actor], Member]) -> Response:
    with _house().unit() as unit:
        member = change(unit, guard.actor())
    _house().tell("queue")  # cases may have come back into it
    return answer(**_described(member))


def _described(member: Member) -> dict[str, object]:
    return {
        "id": str(member.id),
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "isActive": member.is_active,
        "joined": member.joined,
        "lockedUntil": moment(member.locked_until),
        "mfaEnrolledAt": moment(member.mfa_enrolled_at),
        "languages": list(member.languages),
        "skills": list(member.skills),
        "createdAt": moment(member.created_at),
    }


def _house() -> House:
    house: House = current_app.extensions["house"]
    return house
