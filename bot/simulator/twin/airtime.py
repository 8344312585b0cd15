"""The wholesaler of airtime over HTTP: ``/airtime``, and its callback once an order is over."""

import json
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from bot.simulator.twin.stand import Callback, Stand
from core.partners.airtime import KEY_HEADER
from core.partners.airtime_twin import TAKES, Answer, TwinWholesaler


def make(stand: Stand) -> Blueprint:
    """Return the wholesaler's twin."""
    firm = TwinWholesaler()
    twin = Blueprint("airtime_twin", __name__, url_prefix="/airtime")

    @twin.before_request
    def known() -> None:
        given = request.headers.get("apiKey", "")
        if not compare_digest(given.encode(), str(stand.settings.at_api_key).encode()):
            abort(401)

    @twin.post("/version1/airtime/send")
    def send() -> tuple[Response, int]:
        (wanted,) = json.loads(request.form["recipients"])
        return _taken(wanted["phoneNumber"], wanted["amount"])

    @twin.post("/mobile/data/request")
    def data() -> tuple[Response, int]:
        (wanted,) = request.get_json()["recipients"]
        return _taken(wanted["phoneNumber"], "")

    @twin.get("/query/transaction/find")
    def find() -> tuple[Response, int]:
        asked = request.args
        return _said(
            firm.find(
                reference=asked.get("transactionId", ""),
                key=asked.get("idempotencyKey", ""),
                now=stand.clock(),
            )
        )

    def _taken(phone: str, value: str) -> tuple[Response, int]:
        key = request.headers.get(KEY_HEADER, "") or stand.new_id()
        answer = firm.sell(key, phone, value, stand.clock())
        told = firm.callback(key, stand.clock())
        if told is not None:
            stand.tell(_callback(told, phone))
        return _said(answer)

    return twin


def _callback(told: dict[str, Any], phone: str) -> Callback:
    lie = {**told, "status": "Failed" if told["status"] == "Success" else "Success"}
    return Callback(
        lane=phone,
        body=json.dumps(told),
        lie=json.dumps(lie),
        after=TAKES.total_seconds(),
    )


def _said(answer: Answer) -> tuple[Response, int]:
    status, body = answer
    return jsonify(body), status
