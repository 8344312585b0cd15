"""What mobile networks tell us of SIMs: ``POST /webhooks/sim/<secret>``.

The shape is CAMARA's sim-swap-subscriptions 0.x, as operators of the GSMA Open Gateway send it: a
CloudEvent of type ``org.camaraproject.sim-swap-subscriptions.v0.swapped`` whose data has the phone
number. Its id makes it count once, however often it is delivered. The path holds a secret.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, Response, abort, current_app, request

from bot import metrics, retry
from bot.house import House
from bot.retry import GivenUp
from core import phone
from core.access import trust

SWAPPED = "org.camaraproject.sim-swap-subscriptions.v0.swapped"
SUBSCRIPTION = "org.camaraproject.sim-swap-subscriptions.v0.subscription-"
"""How the types begin that tell of the subscription itself: -started, -ends, later -ended."""
LONGEST = 16 * 1024
LONGEST_ID = 200
ROUTE = "sim"

log = structlog.get_logger()
sim_notices = Blueprint("sim_notices", __name__, url_prefix="/webhooks")


class NotAnEvent(ValueError):
    """The call is no event of the kind we subscribe to."""


@dataclass(frozen=True, slots=True)
class Swapped:
    """A SIM that was changed."""

    id: str
    """Unique together with its source, as CloudEvents have it."""
    source: str
    phone: str
    """E.164."""
    at: datetime


@sim_notices.post("/sim/<secret>")
def swapped(secret: str) -> Response:
    """Hear that the SIM of a number was changed; 204 says that we have it, or had it before."""
    house: House = current_app.extensions["house"]
    known = house.settings.sim_webhook_secret or abort(404)
    if not hmac.compare_digest(secret.encode(), known.encode()):
        metrics.webhook(ROUTE, "refused")
        abort(403)
    if (request.content_length or 0) > LONGEST:
        abort(413)
    try:
        event = read(request.get_json(force=True, silent=True))
    except NotAnEvent as bad:
        metrics.webhook(ROUTE, "unreadable")
        return Response(str(bad), 400, mimetype="text/plain")
    try:
        if event is not None:
            retry.twice(lambda: _note(house, event))
    except GivenUp:
        metrics.webhook(ROUTE, "busy")
        return Response("try again", 503, {"Retry-After": "2"}, mimetype="text/plain")
    metrics.webhook(ROUTE, "taken")
    return Response(status=204)


def read(body: Any) -> Swapped | None:  # noqa: ANN401 - whatever JSON there is
    """Return what an event says; None for one that says nothing about a SIM.

    :raises NotAnEvent: if it is none, or lacks something
    """
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        raise NotAnEvent("a CloudEvent is expected, in JSON")
    if body["type"].startswith(SUBSCRIPTION):
        what = body["type"].removeprefix(SUBSCRIPTION)[:LONGEST_ID]
        log.warning("subscription to changed SIMs", what=what)
        return None
    if body["type"] != SWAPPED:
        raise NotAnEvent("events of this type are not subscribed to")
    data, ident, source = body.get("data"), body.get("id"), body.get("source")
    number = data.get("phoneNumber") if isinstance(data, dict) else None
    if not (isinstance(number, str) and phone.is_phone(number)):
        raise NotAnEvent("data.phoneNumber is a number in E.164")
    if not (isinstance(ident, str) and isinstance(source, str) and ident and source):
        raise NotAnEvent("an event has an id and a source")
    return Swapped(ident[:LONGEST_ID], source[:LONGEST_ID], number, _time(body.get("time")))


def _time(text: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise NotAnEvent("time is written as RFC 3339 has it") from None
    if at.tzinfo is None:
        raise NotAnEvent("time has its zone")
    return at


def _note(house: House, event: Swapped) -> None:
    with house.unit() as unit:
        trust.sim_changed(
            unit,
            event.phone,
            at=event.at,
            notice=f"{event.source} {event.id}",
            source="network",
        )
