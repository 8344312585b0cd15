"""Providers of liquidity over HTTP: prices and deals, each at ``/<name>/v1``."""

import hmac

from flask import Blueprint, Response, abort, jsonify, request

from bot.simulator.twin.stand import Stand
from core.partners.liquidity_provider import SIGNATURE_HEADER, signature
from core.partners.liquidity_twin import FIRMS, Answer, TwinProvider


def make(stand: Stand) -> Blueprint:
    """Return the twin of the provider that the stand is named after."""
    firm = TwinProvider(FIRMS[stand.name])
    twin = Blueprint(stand.name, __name__, url_prefix=f"/{stand.name}")

    def genuine() -> None:
        secret = str(stand.settings.liquidity_secrets.get(stand.name, ""))
        path = request.path.removeprefix(f"/{stand.name}")
        right = signature(secret, method=request.method, path=path, body=request.get_data())
        if not hmac.compare_digest(request.headers.get(SIGNATURE_HEADER, ""), right):
            abort(401)

    def quotes() -> tuple[Response, int]:
        return _said(firm.quote(request.get_json(), stand.clock()))

    def deals() -> tuple[Response, int]:
        return _said(firm.deal(request.get_json(), stand.clock()))

    def deal(key: str) -> tuple[Response, int]:
        return _said(firm.found(key))

    twin.before_request(genuine)
    twin.add_url_rule("/v1/quotes", view_func=quotes, methods=["POST"])
    twin.add_url_rule("/v1/deals", view_func=deals, methods=["POST"])
    twin.add_url_rule("/v1/deals/<key>", view_func=deal, methods=["GET"])
    return twin


def _said(answer: Answer) -> tuple[Response, int]:
    status, body = answer
    return jsonify(body), status
