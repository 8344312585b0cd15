"""The card acquirer over HTTP: its API at ``/cards``, and the page that a customer pays on."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from flask import Blueprint, Response, abort, jsonify, request

from bot.simulator.twin.stand import Callback, Stand
from core.partners.cards import SIGNATURE
from core.partners.cards_twin import LIE, Answer, CardsTwin, Page

PAGE = """<!doctype html><meta name="viewport" content="width=device-width"><title>Pay</title>
<h1>{currency} {amount:,.2f}</h1><p>A twin of an acquirer's page: no card is asked for.</p>
<form method="post"><button name="pays" value="yes">Pay (3-D Secure goes well)</button>
<button name="pays" value="no">Pay (the bank declines)</button></form>"""
PAID = "<!doctype html><title>Pay</title><p>{words}</p>"


def make(stand: Stand) -> Blueprint:
    """Return the acquirer's twin."""
    firm = CardsTwin()
    twin = Blueprint("cards", __name__, url_prefix="/cards")

    def known() -> None:
        own = request.path.startswith("/cards/pay/")
        if not own and request.headers.get("Authorization") != f"Bearer {stand.settings.cards_key}":
            abort(401)

    twin.before_request(known)
    _serve(twin, stand, firm)
    _show(twin, stand, firm)
    return twin


def _serve(twin: Blueprint, stand: Stand, firm: CardsTwin) -> None:
    """Answer what the bank asks."""

    def payments() -> tuple[Response, int]:
        base = stand.settings.cards_base
        return _said(firm.make(request.get_json(), base=base, now=stand.clock()))

    def verify() -> tuple[Response, int]:
        return _said(firm.verify(request.args.get("tx_ref", "")))

    def refund(number: int) -> tuple[Response, int]:
        return _said(firm.refund(number, request.get_json()))

    def refunds() -> tuple[Response, int]:
        return _said(firm.refunds(int(request.args.get("tx_id", "0"))))

    twin.add_url_rule("/v3/payments", view_func=payments, methods=["POST"])
    twin.add_url_rule("/v3/transactions/verify_by_reference", view_func=verify)
    twin.add_url_rule("/v3/transactions/<int:number>/refund", view_func=refund, methods=["POST"])
    twin.add_url_rule("/v3/refunds", view_func=refunds)


def _show(twin: Blueprint, stand: Stand, firm: CardsTwin) -> None:
    """Show the page, and tell the bank what was done on it."""

    def sign(body: str) -> Mapping[str, str]:
        key = stand.settings.cards_webhook_key.encode()
        signed = hmac.digest(key, body.encode(), hashlib.sha256)
        return {SIGNATURE: base64.b64encode(signed).decode()}

    def page(id: str) -> str:  # noqa: A002 - the page's
        found: Page = firm.pages.get(id) or abort(404)
        return PAGE.format(currency=found.currency, amount=found.amount)

    def pay(id: str) -> tuple[str, int]:  # noqa: A002
        told = firm.pay(id, succeeds=request.form.get("pays") == "yes", now=stand.clock())
        if told is None:
            return PAID.format(words="This page is over."), 410
        lie = json.dumps(told | {"data": firm.told(firm.pages[id], times=LIE)})
        url = _webhook(stand)
        stand.tell(Callback(stand.new_id(), json.dumps(told), lie, url=url, headers=sign))
        return PAID.format(words=told["data"]["processor_response"]), 200

    twin.add_url_rule("/pay/<id>", view_func=page)
    twin.add_url_rule("/pay/<id>", view_func=pay, methods=["POST"])


def _webhook(stand: Stand) -> str:
    """Return where the bank hears cards: the acquirer signs, so no secret is in the address."""
    return f"{str(stand.settings.public_base_url).rstrip('/')}/webhooks/payments/cards"


def _said(answer: Answer) -> tuple[Response, int]:
    status, body = answer
    return jsonify(body), status
