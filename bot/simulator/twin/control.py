"""The hands on the phones: a JSON API for the page, tests and benchmarks.

Never a side door: everything it does goes out as a signed webhook call.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

from bot.simulator.twin import meta, partners
from bot.simulator.twin.desk import Desk, Photo, desk
from bot.simulator.twin.exchange import Pace
from bot.simulator.twin.post import Outcome, Then
from bot.simulator.wire import Letter

LONGEST_TEXT = 4096
LARGEST_PHOTO = 600_000  # bytes
MOST_PHOTOS = 50
MOST_AT_ONCE = 1000
MOST_WAITING = 50_000
LONGEST_WAIT = 20.0  # seconds a caller may wait for the bank's answer
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})

control = Blueprint("control", __name__, url_prefix="/twin")


@control.before_request
def check() -> None:
    """Take orders in JSON only: a page of another site cannot send that unasked."""
    if request.method == "POST" and not request.is_json:
        abort(415)


@control.get("/phones/<address>")
def phone(address: str) -> Response:
    """Show a phone: its threads and its USSD session."""
    with desk().exchange.phones.at(address) as held:
        return jsonify(held.view())


@control.get("/phones/<address>/bubbles/<ident>")
def bubble(address: str, ident: str) -> Response:
    """Show one message on a phone."""
    with desk().exchange.phones.at(address) as held:
        found = held.find(ident)
        return jsonify(found.view()) if found else abort(404)


@control.get("/phones/<address>/screen")
def screen(address: str) -> Response:
    """Show what the USSD screen of a phone shows."""
    with desk().exchange.phones.at(address) as held:
        session = held.session.view() if held.session else None
        return jsonify(session=session, loses_next=held.loses_next)


@control.get("/state")
def state() -> Response:
    """Show the phones somebody is about to look at, and tell of them from now on."""
    wanted = [address for address in request.args.get("phones", "").split(",") if address]
    phones = desk().exchange.phones
    phones.watch(wanted)
    views = []
    for address in wanted:
        with phones.at(address) as held:
            views.append(held.view())
    return jsonify(
        phones=views, tried=desk().tried.view(), faults=desk().exchange.faults.plan.view()
    )


@control.post("/phones/<address>/<act>")
def act(address: str, act: str) -> tuple[Response, int]:
    """Do something with a phone. With ``wait`` the bank's answer to the call comes back."""
    do = ACTS.get(act) or abort(404)
    order: dict[str, Any] = request.get_json()
    waiting = _Waiting() if order.get("wait") else None
    try:
        result = do(desk(), address, order, waiting.then if waiting else None)
    except (KeyError, TypeError, ValueError) as error:
        return jsonify(error=f"bad order: {error}"), 400
    except LookupError as error:
        return jsonify(error=str(error)), 409
    if result is None:
        return jsonify(error="nothing to do that with"), 409
    return jsonify({"id": result, **(waiting.answer() if waiting else {})}), 202


@control.post("/say")
def say_many() -> tuple[Response, int]:
    """Write from many phones at once: ``messages`` of ``address``, ``channel``, ``text``."""
    if desk().exchange.postman.waiting > MOST_WAITING:
        return jsonify(error="too many calls are on their way"), 429
    orders = list(request.get_json().get("messages", ()))[:MOST_AT_ONCE]
    ids = [
        desk().uplink.say(order["address"], _channel(order), str(order["text"])[:LONGEST_TEXT])
        for order in orders
    ]
    return jsonify(ids=ids), 202


@control.post("/faults")
def faults() -> tuple[Response, int]:
    """Change what goes wrong; ``{"reset": true, "seed": 7}`` switches everything off."""
    order: dict[str, Any] = request.get_json()
    held = desk().exchange.faults
    if order.pop("reset", False):
        held.reset(order.pop("seed", None))
    try:
        held.plan = held.plan.changed(order)
    except (TypeError, ValueError) as error:
        return jsonify(error=str(error)), 400
    desk().exchange.phones.announce("faults", faults=held.plan.view())
    return jsonify(held.plan.view()), 200


@control.post("/pace")
def pace() -> tuple[Response, int]:
    """Change when receipts come: ``sent``, ``delivered``, ``read`` in seconds, null for never."""
    order: dict[str, Any] = request.get_json()
    given = {k: order[k] for k in ("sent", "delivered", "read") if k in order}
    desk().exchange.pace = replace(desk().exchange.pace, **given)
    return jsonify(given), 200


@control.post("/reset")
def reset() -> tuple[Response, int]:
    """Forget phones, faults, pictures and the tour."""
    desk().exchange.phones.clear()
    desk().exchange.faults.reset()
    partners.reset(current_app)
    desk().exchange.pace = Pace()
    desk().photos.clear()
    desk().tried.clear()
    desk().mailbox.clear()
    desk().pairs.clear()
    desk().exchange.phones.announce("reset")
    return jsonify(done=True), 200


@control.get("/waiting")
def waiting() -> Response:
    """Tell how many calls are still on their way."""
    return jsonify(waiting=desk().exchange.postman.waiting)


class _Waiting:
    def __init__(self) -> None:
        self._done = Event()
        self._outcome = Outcome(0, "", 0.0)

    def then(self, _: Letter, outcome: Outcome) -> None:
        self._outcome = outcome
        self._done.set()

    def answer(self) -> dict[str, Any]:
        self._done.wait(LONGEST_WAIT)
        outcome = self._outcome
        return {"status": outcome.status, "body": outcome.body, "ms": outcome.ms}


Act = Callable[[Desk, str, dict[str, Any], Then | None], str | None]


def _channel(order: dict[str, Any]) -> str:
    if order["channel"] not in {"whatsapp", "sms"}:
        raise ValueError("channel is whatsapp or sms")
    return str(order["channel"])


def _say(at: Desk, address: str, order: dict[str, Any], then: Then | None) -> str:
    return at.uplink.say(
        address,
        _channel(order),
        str(order["text"])[:LONGEST_TEXT],
        twice=bool(order.get("twice")),
        forged=bool(order.get("forged")),
        then=then,
    )


def _tap(at: Desk, address: str, order: dict[str, Any], then: Then | None) -> str:
    return at.uplink.tap(address, str(order["message"]), str(order["payload"]), then=then)


def _photo(at: Desk, address: str, order: dict[str, Any], _: Then | None) -> str:
    kind = str(order["content_type"])
    if kind not in PICTURES:
        raise ValueError("a picture is JPEG, PNG or WebP")
    try:
        content = base64.b64decode(str(order["content"]), validate=True)
    except binascii.Error as error:
        raise ValueError("content is base64") from error
    if not 0 < len(content) <= LARGEST_PHOTO:
        raise ValueError(f"a picture has at most {LARGEST_PHOTO} bytes")
    if at.uplink.carrier(address) == "meta":
        photo = Photo(content, kind)
        return at.uplink.photograph_by_meta(address, meta.keep(content, kind), photo)
    ident = at.exchange.new_id()
    if len(at.photos) >= MOST_PHOTOS:
        at.photos.pop(next(iter(at.photos)))
    at.photos[f"ME{ident}"] = Photo(content, kind)
    account = at.exchange.wire.accounts.twilio_sid
    url = f"{at.base_url}/2010-04-01/Accounts/{account}/Messages/MM{ident}/Media/ME{ident}"
    return at.uplink.photograph(address, url, sid=f"MM{ident}", content_type=kind)


def _dial(at: Desk, address: str, order: dict[str, Any], then: Then | None) -> str:
    at.sessions.dial(address, str(order.get("code") or "*384*100#")[:30], then=then)
    return address


def _press(at: Desk, address: str, order: dict[str, Any], then: Then | None) -> str | None:
    return address if at.sessions.press(address, str(order["keys"]), then=then) else None


def _key(at: Desk, address: str, order: dict[str, Any], then: Then | None) -> str | None:
    """Press the handset's one green key: answer the screen, or dial what was typed."""
    keys = str(order.get("keys", "")).strip()
    if at.sessions.is_open(address):
        return address if keys and at.sessions.press(address, keys, then=then) else None
    at.sessions.dial(address, (keys or "*384*100#")[:30], then=then)
    return address


def _expire(at: Desk, address: str, _: dict[str, Any], __: Then | None) -> str:
    at.sessions.expire(address)
    return address


def _hang_up(at: Desk, address: str, _: dict[str, Any], __: Then | None) -> str:
    at.sessions.hang_up(address)
    return address


def _drop(at: Desk, address: str, _: dict[str, Any], __: Then | None) -> str:
    at.sessions.drop(address)
    return address


def _lose_next(at: Desk, address: str, _: dict[str, Any], __: Then | None) -> str:
    at.sessions.lose_next(address)
    return address


def _again(at: Desk, address: str, order: dict[str, Any], then: Then | None) -> str | None:
    forged = bool(order.get("forged"))

    def done(letter: Letter, outcome: Outcome) -> None:
        if outcome.taken and not forged:
            at.tried.tick("twice")
        if outcome.status == 403 and forged:
            at.tried.tick("forged")
        if then:
            then(letter, outcome)

    channel = str(order["channel"])
    return address if at.uplink.again(address, channel, forged=forged, then=done) else None


def _close_window(at: Desk, address: str, _: dict[str, Any], __: Then | None) -> str:
    at.uplink.close_window(address)
    return address


def _opt_out(at: Desk, address: str, _: dict[str, Any], __: Then | None) -> str:
    at.uplink.opt_out(address)
    return address


def _swap_sim(at: Desk, address: str, _: dict[str, Any], __: Then | None) -> str:
    at.uplink.swap_sim(address)
    return address


def _carrier(at: Desk, address: str, order: dict[str, Any], then: Then | None) -> str:
    """Write to the bank's WhatsApp number at another company from now on."""
    at.uplink.change_carrier(address, str(order["provider"]))
    if then:
        then(Letter("", address, "", {}), Outcome(200, "", 0.0))
    return address


ACTS: dict[str, Act] = {
    "say": _say,
    "tap": _tap,
    "photo": _photo,
    "dial": _dial,
    "press": _press,
    "key": _key,
    "expire": _expire,
    "hang-up": _hang_up,
    "drop": _drop,
    "lose-next": _lose_next,
    "again": _again,
    "carrier": _carrier,
    "close-window": _close_window,
    "opt-out": _opt_out,
    "swap-sim": _swap_sim,
}
