"""M-Pesa over HTTP: Daraja at ``/mpesa``, and a phone that pays the bank's paybill.

``POST /mpesa/twin/paybill`` with ``{"phone", "shillings", "account"}`` is what somebody does on a
phone of theirs; no bank ever calls it.
"""

import json

from flask import Blueprint, Response, abort, jsonify, request

from bot.simulator.twin.stand import Callback, Stand
from core.partners import daraja
from core.partners.mpesa import B2C, PUSH, PUSH_QUERY, STATUS
from core.partners.mpesa_twin import Answer, Calling, MpesaTwin


def make(stand: Stand) -> Blueprint:
    """Return M-Pesa's twin."""
    firm = MpesaTwin(stand.settings.mpesa_shortcode)
    twin = Blueprint("mpesa", __name__, url_prefix="/mpesa")

    def token() -> tuple[Response, int]:
        keys = request.authorization
        known = (stand.settings.mpesa_consumer_key, stand.settings.mpesa_consumer_secret)
        if keys is None or (keys.username, keys.password) != known:
            abort(401)
        return _said(firm.token())

    def push() -> tuple[Response, int]:
        _require_token()
        return _told(stand, *firm.push(request.get_json(), stand.clock()))

    def push_state() -> tuple[Response, int]:
        _require_token()
        return _said(firm.push_state(request.get_json(), stand.clock()))

    def pay() -> tuple[Response, int]:
        _require_token()
        return _told(stand, *firm.pay(request.get_json(), stand.clock()))

    def status() -> tuple[Response, int]:
        _require_token()
        return _told(stand, *firm.status(request.get_json(), stand.clock()))

    def paybill() -> tuple[Response, int]:
        asked = request.get_json()
        number, calls = firm.paybill(
            phone=str(asked["phone"]),
            shillings=int(asked["shillings"]),
            account=str(asked.get("account", "")),
            now=stand.clock(),
        )
        return _told(stand, (200, {"TransID": number}), calls)

    twin.add_url_rule(daraja.TOKEN, view_func=token)
    twin.add_url_rule(PUSH, view_func=push, methods=["POST"])
    twin.add_url_rule(PUSH_QUERY, view_func=push_state, methods=["POST"])
    twin.add_url_rule(B2C, view_func=pay, methods=["POST"])
    twin.add_url_rule(STATUS, view_func=status, methods=["POST"])
    twin.add_url_rule("/twin/paybill", view_func=paybill, methods=["POST"])
    return twin


def _require_token() -> None:
    if not request.headers.get("Authorization", "").startswith("Bearer demo-"):
        abort(401)


def _told(stand: Stand, answer: Answer, calls: list[Calling]) -> tuple[Response, int]:
    """Answer, and make the calls that follow from it."""
    for one in calls:
        lie = None if one.lie is None else json.dumps(one.lie)
        stand.tell(
            Callback(stand.new_id(), json.dumps(one.body), lie, after=one.after, url=one.url)
        )
    return _said(answer)


def _said(answer: Answer) -> tuple[Response, int]:
    status, body = answer
    return jsonify(body), status
