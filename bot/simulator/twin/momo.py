"""Mobile money beyond Kenya over HTTP: the GSMA Mobile Money API at ``/momo``.

``POST /momo/twin/pay_in`` with ``{"phone", "amount", "currency", "account"}`` is what somebody does
on a phone of theirs; no bank ever calls it.
"""

import json

from flask import Blueprint, Response, abort, jsonify, request

from bot.simulator.twin.stand import Callback, Stand
from core.partners.momo_twin import Answer, MomoTwin
from core.partners.mpesa_twin import Calling


def make(stand: Stand) -> Blueprint:
    """Return mobile money's twin."""
    firm = MomoTwin()
    twin = Blueprint("momo", __name__, url_prefix="/momo")

    def known() -> None:
        own = request.path.startswith("/momo/twin/")
        if not own and request.headers.get("X-API-Key") != stand.settings.momo_api_key:
            abort(401)

    def pay_in() -> tuple[Response, int]:
        asked = {name: str(value) for name, value in request.get_json().items()}
        reference, calling = firm.pay_in(
            phone=asked["phone"],
            amount=asked["amount"],
            currency=asked["currency"],
            account=asked.get("account", ""),
            now=stand.clock(),
        )
        _call(stand, calling)
        return _said((200, {"transactionReference": reference}))

    twin.before_request(known)
    _serve(twin, stand, firm)
    twin.add_url_rule("/twin/pay_in", view_func=pay_in, methods=["POST"])
    return twin


def _serve(twin: Blueprint, stand: Stand, firm: MomoTwin) -> None:
    """Answer what the bank asks."""

    def ask(kind: str) -> tuple[Response, int]:
        answer, calls = firm.ask(
            kind,
            request.get_json(),
            correlation=request.headers.get("X-CorrelationID", ""),
            callback=request.headers.get("X-Callback-URL", ""),
            now=stand.clock(),
        )
        for one in calls:
            _call(stand, one)
        return _said(answer)

    def state(server: str) -> tuple[Response, int]:
        return _said(firm.state(server, stand.clock()))

    def response(correlation: str) -> tuple[Response, int]:
        return _said(firm.response(correlation))

    def transaction(reference: str) -> tuple[Response, int]:
        return _said(firm.transaction(reference, stand.clock()))

    twin.add_url_rule("/transactions/type/<kind>", view_func=ask, methods=["POST"])
    twin.add_url_rule("/requeststates/<server>", view_func=state)
    twin.add_url_rule("/responses/<correlation>", view_func=response)
    twin.add_url_rule("/transactions/<reference>", view_func=transaction)


def _call(stand: Stand, one: Calling) -> None:
    """Put what came of a request where the bank said, as the GSMA's specification has it."""
    lie = None if one.lie is None else json.dumps(one.lie)
    body = json.dumps(one.body)
    stand.tell(Callback(stand.new_id(), body, lie, after=one.after, url=one.url, method="PUT"))


def _said(answer: Answer) -> tuple[Response, int]:
    status, body = answer
    return jsonify(body), status
