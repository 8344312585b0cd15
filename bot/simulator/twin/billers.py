"""The billers' switch over HTTP: ``/billers``, and its callback once a payment is over."""

import json
from hmac import compare_digest

from flask import Blueprint, Response, abort, jsonify, request

from bot.simulator.twin.stand import Callback, Stand
from core.partners.billers import SIGNATURE, signature
from core.partners.billers_twin import TAKES, Answer, TwinBillers

CURRENCIES = {"YAKA": "UGX", "NWSC": "UGX", "DSTVUG": "UGX", "444999": "TZS"}
IN_SENEGAL = frozenset({"WOYOFAL", "SENELEC", "SENEAU"})


def make(stand: Stand) -> Blueprint:
    """Return the switch's twin."""
    firm = TwinBillers()
    twin = Blueprint("billers_twin", __name__, url_prefix="/billers")
    secret = str(stand.settings.billers_secret)

    @twin.before_request
    def genuine() -> None:
        signed = request.get_data() or request.path.removeprefix("/billers").encode()
        if not compare_digest(request.headers.get(SIGNATURE, ""), signature(secret, signed)):
            abort(401)

    @twin.get("/v1/billers/<code>/accounts/<number>")
    def account(code: str, number: str) -> tuple[Response, int]:
        return _said(firm.account(code, number, currency_of(code)))

    @twin.post("/v1/payments")
    def pay() -> tuple[Response, int]:
        body = request.get_json()
        answer = firm.pay(body, stand.clock())
        if answer[0] == 202:
            stand.tell(_callback(str(body["id"]), secret))
        return _said(answer)

    @twin.get("/v1/payments/<payment>")
    def payment(payment: str) -> tuple[Response, int]:
        return _said(firm.payment(payment, stand.clock()))

    return twin


def currency_of(code: str) -> str:
    """Return the currency that a biller's accounts are kept in."""
    if code in IN_SENEGAL:
        return "XOF"
    return CURRENCIES.get(code) or ("TZS" if code.startswith("00") else "KES")


def _callback(payment: str, secret: str) -> Callback:
    told = json.dumps({"event": f"{payment} over", "id": payment, "status": "completed"})
    lie = json.dumps({"event": f"{payment} over", "id": payment, "status": "failed"})
    return Callback(
        lane=payment,
        body=told,
        lie=lie,
        after=TAKES.total_seconds(),
        headers=lambda body: {SIGNATURE: signature(secret, body.encode())},
    )


def _said(answer: Answer) -> tuple[Response, int]:
    status, body = answer
    return jsonify(body), status
