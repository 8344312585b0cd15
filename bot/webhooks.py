"""The front doors: an HTTP call becomes a message, and a reply becomes an HTTP answer."""

from time import perf_counter
from urllib.parse import parse_qs

import structlog
from flask import Blueprint, Response, abort, current_app, request
from flask.blueprints import BlueprintSetupState

from bot import hub, metrics, parking
from bot.admission import Admission, TurnedAway
from bot.callbacks import note_moved
from bot.house import House
from bot.receipts import ReceiptWriter
from channels.message import (
    Answer,
    Door,
    Echo,
    Greeter,
    Heard,
    Hook,
    Inbound,
    Moved,
    OptOut,
    Receipt,
    Reply,
    SessionEnd,
)
from channels.meta_hook import LARGEST_CALL

log = structlog.get_logger()
FORM = "application/x-www-form-urlencoded"
webhooks = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@webhooks.record_once
def _make_room(state: BlueprintSetupState) -> None:
    house: House = state.app.extensions["house"]
    state.app.extensions["admission"] = Admission(
        running=house.settings.web_threads,
        waiting=house.settings.turns_waiting,
        contact_waiting=house.settings.contact_waiting,
    )


@webhooks.post("/twilio/<any(whatsapp, sms, status):kind>")
def twilio(kind: str) -> Response:
    """Hear Twilio: messages of two channels, and receipts. Checked by its signature."""
    return _knock(f"twilio/{kind}", secret="")


@webhooks.post("/africastalking/<secret>/<any(ussd, 'ussd-end', sms, delivery, optout):kind>")
def africastalking(secret: str, kind: str) -> Response:
    """Hear Africa's Talking. It signs nothing: the path holds a secret."""
    return _knock(f"africastalking/{kind}", secret=secret)


@webhooks.route("/meta/whatsapp", methods=["GET", "POST"])
def meta() -> Response:
    """Hear Meta: its handshake, and batches that are checked by their signature."""
    if request.method == "GET":
        return _greet("meta/whatsapp")
    request.max_content_length = LARGEST_CALL
    return _knock("meta/whatsapp", secret="")


@webhooks.route("/ussd/<gateway>/<secret>", methods=["GET", "POST", "PUT"])
@webhooks.route("/ussd/<gateway>/<secret>/<path:rest>", methods=["GET", "POST", "PUT"])
def ussd(gateway: str, secret: str, rest: str = "") -> Response:
    """Hear any other USSD gateway. Few of them sign anything: the path holds a secret."""
    return _knock(f"ussd/{gateway}", secret=secret, rest=rest)


def _greet(route: str) -> Response:
    """Answer a provider that asks whether the address is ours, as plain text and nothing else."""
    house: House = current_app.extensions["house"]
    door = house.door(route) or abort(404)
    answer = door.greet(_hook(house, "")) if isinstance(door, Greeter) else None
    if answer is None:
        metrics.webhook(route, "refused")
        abort(403)
    metrics.webhook(route, "greeted")
    return Response(answer.body, mimetype=answer.mimetype)


def _knock(route: str, *, secret: str, rest: str = "") -> Response:
    house: House = current_app.extensions["house"]
    began = perf_counter()
    door = house.door(route) or abort(404)
    hook = _hook(house, secret, rest)
    if not door.is_genuine(hook):
        log.warning("webhook refused", route=route, remote=hook.remote)
        metrics.webhook(route, "refused")
        _tell(house, route, began, genuine=False)
        abort(403)
    try:
        answer, facts = _heard(house, door, hook, _read(house, route, door, hook))
    except hub.NotHeard as lost:
        # Nothing was kept: the provider delivers again, or the sweep of missed messages finds it.
        log.warning("turn not taken", route=route, reason=str(lost))
        metrics.webhook(route, "busy")
        return Response("try again", 503, {"Retry-After": "2"}, mimetype="text/plain")
    metrics.webhook(route, "taken")
    _tell(house, route, began, genuine=True, **facts)
    return Response(answer.body, headers=dict(answer.headers), mimetype=answer.mimetype)


def _read(house: House, route: str, door: Door, hook: Hook) -> list[Heard]:
    """Read a genuine call; one that cannot be read is parked, and its provider is told."""
    try:
        return door.read(hook)
    except Exception as error:
        # A bug in our reading. The call itself is not kept: it may hold a PIN.
        log.exception("webhook unreadable", route=route)
        place = parking.trace_of(error).rpartition("\n")[2]
        parking.park(house, "webhook", f"{route} {place}", error, facts={"route": route})
        metrics.webhook(route, "unreadable")
        if route.endswith("/ussd") or route.startswith("ussd/"):
            return []  # answered with the door's own last words
        abort(500)


def _heard(
    house: House, door: Door, hook: Hook, news: list[Heard]
) -> tuple[Answer, dict[str, object]]:
    answer, facts = _answer(door, hook, None), dict[str, object]()
    for one in news:
        if isinstance(one, Inbound):
            said = _hear(house, one)
            facts = {"correlation": said.correlation, "duplicate": said.duplicate}
            if one.channel == "ussd":
                answer = _answer(door, hook, said.reply, said.page)
        else:
            _note(house, one)
    return answer, facts


def _answer(door: Door, hook: Hook, reply: Reply | None, page: int = 0) -> Answer:
    """Return a door's answer; some repeat in it what they were called with."""
    if isinstance(door, Echo):
        return door.answer_to(hook, reply, page)
    return door.answer(reply, page)


def _hear(house: House, inbound: Inbound) -> hub.Said:
    """Hear a message when it is its contact's turn; turn it away when there is no room for it."""
    admission: Admission = current_app.extensions["admission"]
    contact = f"{inbound.channel} {inbound.address}"
    try:
        with admission.turn(contact, inbound.id, again=inbound.channel != "ussd"):
            return hub.hear(house, inbound)
    except TurnedAway as away:
        return hub.turn_away(house, inbound, why=away.why, in_hand=away.in_hand)


def _note(house: House, heard: Heard) -> None:
    match heard:
        case Receipt():
            _note_receipt(house, heard)
        case SessionEnd():
            hub.note_session_end(house, heard)
        case OptOut():
            hub.note_opt_out(house, heard)
        case Moved():
            note_moved(house, heard)


def _note_receipt(house: House, receipt: Receipt) -> None:
    together: ReceiptWriter = current_app.extensions["receipts"]
    try:
        together.note(receipt)
    except Exception as error:
        # One that cannot be written must not hold up those of its batch: each alone, then.
        log.warning("receipts taken one by one", error=type(error).__name__)
        hub.note_receipt(house, receipt)


def _hook(house: House, secret: str, rest: str = "") -> Hook:
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    body = request.get_data(cache=True)
    return Hook(
        url=f"{house.settings.public_base_url}{request.path}{query}",
        form=_form(body),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        secret=secret,
        remote=request.remote_addr or "",
        method=request.method,
        rest=rest,
    )


def _form(body: bytes) -> dict[str, tuple[str, ...]]:
    """Return the fields of a form. Flask reads parts and files too, which no provider sends."""
    if request.method == "GET":
        return {name: tuple(values) for name, values in request.args.lists()}
    if request.mimetype != FORM:
        return {name: tuple(values) for name, values in request.form.lists()}
    text = body.decode(errors="replace")
    fields = parse_qs(text, keep_blank_values=True, errors="replace")
    return {name: tuple(values) for name, values in fields.items()}


def _tell(house: House, route: str, began: float, *, genuine: bool, **facts: object) -> None:
    if not house.settings.demo_mode:
        return
    house.trace(
        "webhook",
        route=route,
        genuine=genuine,
        ms=round((perf_counter() - began) * 1000, 1),
        signature=(request.headers.get("X-Twilio-Signature") or "")[:6],
        remote=request.remote_addr,
        **facts,
    )
