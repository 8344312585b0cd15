"""What partners tell us: ``/webhooks/payments/<partner>``, with a secret after it for some.

Most call by POST; mobile money of the GSMA puts what came of a request where it was told to.

Nothing is decided here. The news is kept and the order it is about is asked after: what the partner
answers to our own question counts. A repeated delivery is answered the same and kept once.
"""

import structlog
from flask import Blueprint, Response, abort, current_app, request

from bot import metrics, parking, retry
from bot.house import House
from bot.retry import GivenUp
from channels.message import Hook
from core.partners import hearing
from core.partners.partner import Hearing, NotGenuine, Told, Unreadable

LONGEST = 256 * 1024
"""Bytes of one call."""
METHODS = ("POST", "PUT")
MOST_TOLD = 500
"""Pieces of news in one call; the rest is asked after anyway."""

log = structlog.get_logger()
payments = Blueprint("payments", __name__, url_prefix="/webhooks/payments")


@payments.route("/<partner>", methods=METHODS)
@payments.route("/<partner>/<secret>", methods=METHODS)
def hear(partner: str, secret: str = "") -> Response:
    """Hear a partner; 200 says that we have its news, or had it before."""
    house: House = current_app.extensions["house"]
    client = house.partners.get(partner)
    if not isinstance(client, Hearing):
        abort(404)
    if (request.content_length or 0) > LONGEST:
        abort(413)
    route = f"payments/{partner}"
    hook = _hook(house, secret)
    told = _told(house, client, hook, route)
    try:
        retry.twice(lambda: _keep(house, partner, told, hook.body))
    except GivenUp:
        metrics.webhook(route, "busy")
        return Response("try again", 503, {"Retry-After": "2"}, mimetype="text/plain")
    metrics.webhook(route, "taken")
    return Response(client.thanks, mimetype="application/json")


def _told(house: House, client: Hearing, hook: Hook, route: str) -> list[Told]:
    try:
        return list(client.hear(hook))[:MOST_TOLD]
    except NotGenuine:
        log.warning("webhook refused", route=route, remote=hook.remote)
        metrics.webhook(route, "refused")
        abort(403)
    except Unreadable as error:
        log.warning("webhook unreadable", route=route)
        metrics.webhook(route, "unreadable")
        parking.park(house, "webhook", route, error, facts={"route": route})
        abort(400)


def _keep(house: House, partner: str, told: list[Told], body: bytes) -> None:
    with house.unit() as unit:
        for one in told:
            hearing.keep(unit, partner, one, body=body)


def _hook(house: House, secret: str) -> Hook:
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    body = request.get_data(cache=True)  # before the form is read, which would take it
    return Hook(
        url=f"{house.settings.public_base_url}{request.path}{query}",
        form={name: tuple(values) for name, values in request.form.lists()},
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        secret=secret,
        remote=request.remote_addr or "",
    )
