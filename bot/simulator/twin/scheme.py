"""The card scheme over HTTP: ``/scheme``, and its notices of what was produced and shipped."""

import json
from collections.abc import Mapping
from hmac import compare_digest

from flask import Blueprint, Response, abort, jsonify, request

from bot.simulator.twin.stand import Callback, Stand
from core.partners.scheme import SIGNATURE, signature
from core.partners.scheme_twin import PRODUCED_AFTER, SHIPPED_AFTER, Answer, TwinScheme


def make(stand: Stand) -> Blueprint:
    """Return the scheme's twin."""
    firm = TwinScheme()
    twin = Blueprint("scheme_twin", __name__, url_prefix="/scheme")

    @twin.before_request
    def known() -> None:
        right = f"Bearer {stand.settings.scheme_key}"
        if not compare_digest(request.headers.get("Authorization", "").encode(), right.encode()):
            abort(401)

    _serve(twin, stand, firm)
    return twin


def _serve(twin: Blueprint, stand: Stand, firm: TwinScheme) -> None:
    """Answer what the issuer asks."""

    def cards() -> tuple[Response, int]:
        body = request.get_json()
        answer = firm.make(body, stand.clock())
        if answer[0] == 201 and body["type"] == "physical":
            _tell(stand, str(answer[1]["card"]))
        return _said(answer)

    def find() -> tuple[Response, int]:
        return _said(firm.find(request.args.get("id", ""), stand.clock()))

    def look(card: str) -> tuple[Response, int]:
        return _said(firm.look(card, stand.clock()))

    def close(card: str) -> tuple[Response, int]:
        return _said(firm.close(card, stand.clock()))

    def secrets(card: str) -> tuple[Response, int]:
        return _said(firm.secrets(card, str(request.get_json().get("showing", ""))))

    twin.add_url_rule("/v1/cards", view_func=cards, methods=["POST"])
    twin.add_url_rule("/v1/cards", view_func=find)
    twin.add_url_rule("/v1/cards/<card>", view_func=look)
    twin.add_url_rule("/v1/cards/<card>/close", view_func=close, methods=["POST"])
    twin.add_url_rule("/v1/cards/<card>/secrets", view_func=secrets, methods=["POST"])


def _tell(stand: Stand, card: str) -> None:
    """Tell the issuer when a card is produced, and when it is on its way."""
    key = str(stand.settings.scheme_webhook_key)

    def sign(body: str) -> Mapping[str, str]:
        return {SIGNATURE: signature(key, body.encode())}

    url = f"{str(stand.settings.public_base_url).rstrip('/')}/webhooks/payments/scheme"
    for news, after in (("produced", PRODUCED_AFTER), ("shipped", SHIPPED_AFTER)):
        told = {"event": f"{card} {news}", "type": f"card.{news}", "card": card}
        stand.tell(
            Callback(
                lane=card,
                body=json.dumps(told),
                lie=json.dumps(told | {"type": "card.closed"}),
                after=after.total_seconds(),
                url=url,
                headers=sign,
            )
        )


def _said(answer: Answer) -> tuple[Response, int]:
    status, body = answer
    return jsonify(body), status
