"""The front doors: an HTTP call becomes a message, and a reply becomes an HTTP answer."""

from time import perf_counter

import structlog
from flask import Blueprint, Response, abort, current_app, request

from bot import hub, metrics
from bot.house import House
from channels.message import Heard, Hook, Inbound, OptOut, Receipt, SessionEnd

log = structlog.get_logger()
webhooks = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@webhooks.post("/twilio/<any(whatsapp, sms, status):kind>")
def twilio(kind: str) -> Response:
    """Hear Twilio: messages of two channels, and receipts. Checked by its signature."""
    return _knock(f"twilio/{kind}", secret="")


@webhooks.post("/africastalking/<secret>/<any(ussd, 'ussd-end', sms, delivery, optout):kind>")
def africastalking(secret: str, kind: str) -> Response:
    """Hear Africa's Talking. It signs nothing: the path holds a secret."""
    return _knock(f"africastalking/{kind}", secret=secret)


def _knock(route: str, *, secret: str) -> Response:
    house: House = current_app.extensions["house"]
    began = perf_counter()
    door = house.door(route) or abort(404)
    hook = _hook(house, secret)
    if not door.is_genuine(hook):
        log.warning("webhook refused", route=route, remote=hook.remote)
        metrics.webhook(route, "refused")
        _tell(house, route, began, genuine=False)
        abort(403)
    answer, facts = door.answer(None), {}
    try:
        for one in door.read(hook):
            if isinstance(one, Inbound):
                said = hub.hear(house, one)
                facts = {"correlation": said.correlation, "duplicate": said.duplicate}
                if one.channel == "ussd":
                    answer = door.answer(said.reply, said.page)
            else:
                _note(house, one)
    except hub.NotHeard as lost:
        # Nothing was kept: the provider delivers again, or the sweep of missed messages finds it.
        log.error("turn not taken", route=route, reason=str(lost))  # noqa: TRY400 - told by the hub
        metrics.webhook(route, "busy")
        return Response("try again", 503, {"Retry-After": "2"}, mimetype="text/plain")
    metrics.webhook(route, "taken")
    _tell(house, route, began, genuine=True, **facts)
    return Response(answer.body, mimetype=answer.mimetype)


def _note(house: House, heard: Heard) -> None:
    match heard:
        case Receipt():
            hub.note_receipt(house, heard)
        case SessionEnd():
            hub.note_session_end(house, heard)
        case OptOut():
            hub.note_opt_out(house, heard)


def _hook(house: House, secret: str) -> Hook:
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    body = request.get_data(cache=True)
    return Hook(
        url=f"{house.settings.public_base_url}{request.path}{query}",
        form={name: tuple(request.form.getlist(name)) for name in request.form},
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        secret=secret,
        remote=request.remote_addr or "",
    )


def _tell(house: House, route: str, began: float, *, genuine: bool, **facts: object) -> None:
    house.trace(
        "webhook",
        route=route,
        genuine=genuine,
        ms=round((perf_counter() - began) * 1000, 1),
        signature=(request.headers.get("X-Twilio-Signature") or "")[:6],
        remote=request.remote_addr,
        **facts,
    )
