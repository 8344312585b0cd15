"""Africa's Talking's messaging API as the official SDK speaks it."""

import hmac
import json
import re

from flask import Blueprint, Response, request

from bot.simulator.twin.desk import desk
from bot.simulator.twin.downlink import Parcel
from bot.simulator.twin.phones import Bubble

COST = "KES 0.8000"
MOST_RECIPIENTS = 1000
STATUSES = {
    101: "Sent",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
AT_ONCE = frozenset(str(code) for code in STATUSES if code >= 400)
LATER = frozenset({"Failed", "Rejected", "AbsentSubscriber", "Expired"})
_PHONE = re.compile(r"\+[1-9]\d{6,14}")

africastalking = Blueprint("africastalking", __name__)


@africastalking.post("/version1/messaging")
def messaging() -> Response:
    """Take a text message for one or more phones."""
    accounts = desk().exchange.wire.accounts
    form = request.form
    if desk().exchange.faults.is_down("africastalking"):
        return _plain("Service unavailable", 503)
    right = hmac.compare_digest(request.headers.get("apiKey", ""), accounts.at_key)
    if not right or form.get("username") != accounts.at_username:
        return _plain("The supplied authentication is invalid", 401)
    to, words = form.get("to", ""), form.get("message", "")
    for name, value in (("to", to), ("message", words)):
        if not value:
            return _plain(f"Request is missing required form field '{name}'", 400)
    sender = form.get("from", "")
    if sender and sender not in {accounts.at_sender, accounts.at_shortcode}:
        return _json("InvalidSenderId", [])
    numbers = [number.strip() for number in to.split(",")][:MOST_RECIPIENTS]
    recipients = [_take(number, words, sender) for number in numbers]
    sent = sum(r["statusCode"] == 101 for r in recipients)
    return _json(f"Sent to {sent}/{len(numbers)} Total Cost: {COST}", recipients)


def _take(number: str, words: str, sender: str) -> dict[str, object]:
    ident = f"ATXid_{desk().exchange.new_id()}"
    code = _code(number)
    if code == 101:
        bubble = Bubble(
            id=ident,
            channel="sms",
            text=words,
            at=desk().exchange.clock(),
            sender=sender,
            provider="africastalking",
        )
        desk().downlink.accept(Parcel(number, bubble, fault=desk().exchange.faults.code(LATER)))
    return {
        "statusCode": code,
        "number": number,
        "status": STATUSES[code],
        "cost": COST if code == 101 else "0",
        "messageId": ident if code == 101 else "None",
    }


def _code(number: str) -> int:
    if not _PHONE.fullmatch(number):
        return 403
    if desk().downlink.refuses(number, "africastalking:sms"):
        return 406
    return int(desk().exchange.faults.code(AT_ONCE) or 101)


def _json(message: str, recipients: list[dict[str, object]]) -> Response:
    body = {"SMSMessageData": {"Message": message, "Recipients": recipients}}
    # The official SDK wants exactly this content type, without a charset.
    return Response(json.dumps(body), status=201, content_type="application/json")


def _plain(words: str, status: int) -> Response:
    return Response(words, status=status, content_type="text/plain")
