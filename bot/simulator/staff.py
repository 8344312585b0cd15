"""The demo's staff: how they sign in, the code of this moment, and the mail they get. Demo only."""

from typing import cast

from flask import Blueprint, Response, abort, current_app, render_template

from bot.house import House
from bot.simulator.remote import TwinAway, remote
from core.access import mfa
from core.demo import staff

demo_staff = Blueprint("demo_staff", __name__, url_prefix="/simulator")


@demo_staff.app_context_processor
def known() -> dict[str, object]:
    """Give every page of the demo what it tells of the staff."""
    return {"colleagues": staff.STAFF, "staff_password": staff.PASSWORD, "mfa_now": mfa_now}


@demo_staff.get("/code")
def code() -> Response:
    """Show what the staff's authenticators show now."""
    return _page("simulator/code.html")


@demo_staff.get("/mail")
def mails() -> Response:
    """List every letter that the demo's mail company took, the newest first."""
    return _page("simulator/mail.html", mails=_mails(), mail=None)


@demo_staff.get("/mail/<id>")
def mail(id: str) -> Response:  # noqa: A002 - what it is
    """Show one letter."""
    found = _mails()
    one = next((one for one in found or () if one["id"] == id), None)
    if found is not None and one is None:
        abort(404)
    return _page("simulator/mail.html", mails=found, mail=one)


def mfa_now() -> str:
    """Return the code of this moment."""
    return mfa.code_at(staff.MFA_SECRET, int(_house().now().timestamp()))


def _mails() -> list[dict[str, object]] | None:
    """Return the letters, the newest first; None when the twin does not answer."""
    try:
        return remote(_house().settings.twin_url).mails()
    except TwinAway:
        return None


def _page(template: str, **facts: object) -> Response:
    response = Response(render_template(template, **facts))
    response.headers["Cache-Control"] = "no-store"
    return response


def _house() -> House:
    return cast("House", current_app.extensions["house"])
