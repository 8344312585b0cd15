"""The scheme over HTTP: ``/webhooks/cards/<scheme>/<what>``, the same messages as JSON.

Each call is signed: ``X-Scheme-Signature`` is the HMAC-SHA256, in hex, of the time in
``X-Scheme-Timestamp`` (seconds since 1970), a dot and the body as it stands. A call from more than
five minutes ago is refused; one that is repeated gets the answer it got. Every field stands in
docs/guides/card-payments.md.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

import structlog
from flask import Blueprint, Response, abort, current_app, jsonify, request

from bot import card_deciding, metrics, retry
from bot.card_words import merchant_of
from bot.house import House
from bot.retry import GivenUp
from core.cards import clearing
from core.cards.card_pin import BLOCK_BYTES
from core.cards.clearing import Line, Report, ReportUnfit, Settled
from core.cards.messages import Kind, Merchant, Paid, Request, Way, What
from core.money import DIGITS, LARGEST_MINOR, Money
from core.partners.scheme import SIGNATURE, Scheme, signature

TIMESTAMP = "X-Scheme-Timestamp"
LONGEST = 512 * 1024
"""Bytes of a call: a report has thousands of lines."""
OLDEST_SECONDS = 300
LONGEST_ID = 60
KINDS = get_args(Kind)
CODE_RESULTS: Mapping[object, bool | None] = {"match": True, "no_match": False, None: None}

log = structlog.get_logger()
card_door = Blueprint("card_door", __name__, url_prefix="/webhooks/cards")


class Unfit(ValueError):
    """A call that cannot be meant. Its words name the field, never what stood there."""


@card_door.post("/<scheme>/settle")
def settle(scheme: str) -> tuple[Response, int] | Response:
    """Take in a report of the scheme, and say what of it the bank agrees with."""
    house = _house(scheme)
    told = _told(house, f"cards/{scheme}")
    try:
        report = report_of(told, scheme=scheme)
        settled = retry.twice(lambda: _settle(house, report))
    except (Unfit, ReportUnfit) as error:
        why = error.facts["why"] if isinstance(error, ReportUnfit) else str(error)
        return jsonify(error=why), 400
    except GivenUp:
        return _busy(f"cards/{scheme}")
    metrics.webhook(f"cards/{scheme}", "taken")
    return jsonify(matched=settled.matched.minor, unknown=list(settled.unknown)), 200


@card_door.post("/<scheme>/<kind>")
def message(scheme: str, kind: Kind) -> tuple[Response, int] | Response:
    """Answer a message about a payment; 503 where it is not known what became of it."""
    house = _house(scheme)
    if kind not in KINDS:
        abort(404)
    told = _told(house, f"cards/{scheme}")
    try:
        asked, block = request_of(told, scheme=scheme, kind=kind)
    except Unfit as error:
        log.warning("webhook unreadable", route=f"cards/{scheme}")
        metrics.webhook(f"cards/{scheme}", "unreadable")
        return jsonify(error=str(error)), 400
    answer = card_deciding.decide(house, asked, block)
    if answer is None:
        return _busy(f"cards/{scheme}")
    metrics.webhook(f"cards/{scheme}", "taken")
    said: dict[str, Any] = {"id": asked.told, "code": answer.code, "approved": answer.approved}
    if answer.amount is not None:
        said["amount"] = {"minor": answer.amount.minor, "currency": answer.amount.currency}
    if answer.approval:
        said["approval"] = answer.approval
    return jsonify(said), 200


def signed(key: str, moment: int, body: bytes) -> dict[str, str]:
    """Return the headers that prove a call: the scheme's side of the signature."""
    return {TIMESTAMP: str(moment), SIGNATURE: signature(key, f"{moment}.".encode() + body)}


def request_of(told: Mapping[str, Any], *, scheme: str, kind: Kind) -> tuple[Request, bytes | None]:
    """Return what a call asks of the bank, and the PIN block that came with it.

    :raises Unfit: if a field is missing or cannot be meant
    """
    card = _part(told, "card")
    paid = _part(told, "paid") if "paid" in told else _part(told, "amount")
    result = card.get("code_result")
    if result not in CODE_RESULTS:
        raise Unfit("card.code_result")
    asked = Request(
        scheme=scheme,
        told=_text(told, "id"),
        kind=kind,
        ref=_text(told, "transaction"),
        pan=_pan(card),
        what=_one_of(told, "kind", get_args(What), "purchase"),
        amount=_money(_part(told, "amount"), "amount"),
        paid=Paid(_whole(paid, "minor"), _text(paid, "currency")[:3]),
        rate=_rate(told.get("rate")),
        merchant=_merchant(_part(told, "merchant")),
        way=_one_of(told, "way", get_args(Way), None),
        expiry=_expiry(card.get("expiry")),
        code_matches=CODE_RESULTS[result],
        partial=told.get("partial") is True and "paid" not in told,
        final=told.get("final") is not False,
        decided=str(told.get("decided", ""))[:2] if kind == "advise" else "",
    )
    return asked, _block(card.get("pin_block"))


def report_of(told: Mapping[str, Any], *, scheme: str) -> Report:
    """Return the report that a call brings.

    :raises Unfit: if a field is missing or cannot be meant
    """
    net = _part(told, "net")
    currency = _text(net, "currency")
    lines = told.get("lines")
    if not isinstance(lines, list) or len(lines) > clearing.MOST_LINES:
        raise Unfit("lines")
    if not all(isinstance(line, dict) for line in lines):
        raise Unfit("lines")
    try:
        day = date.fromisoformat(_text(told, "day"))
    except ValueError:
        raise Unfit("day") from None
    return Report(
        scheme,
        _text(told, "id"),
        day,
        _signed(net, currency),
        [Line(_text(line, "id"), _signed(line, currency)) for line in lines],
    )


def _settle(house: House, report: Report) -> Settled:
    with house.unit() as unit:
        return clearing.settle(unit, report)


def _house(scheme: str) -> House:
    house: House = current_app.extensions["house"]
    if scheme != Scheme.name or not house.settings.scheme_webhook_key:
        abort(404)
    return house


def _told(house: House, route: str) -> dict[str, Any]:
    """Return the object of a call that the scheme has signed lately; anything else ends here."""
    if (request.content_length or 0) > LONGEST:
        abort(413)
    body = request.get_data(cache=False)
    moment = request.headers.get(TIMESTAMP, "")
    if not moment.isascii() or not moment.isdecimal() or len(moment) > 12:
        _refuse(route)
    right = signed(house.settings.scheme_webhook_key, int(moment), body)[SIGNATURE]
    given = request.headers.get(SIGNATURE, "")
    if not hmac.compare_digest(given.encode(), right.encode()):
        _refuse(route)
    if abs(_seconds(house.now()) - int(moment)) > OLDEST_SECONDS:
        _refuse(route)
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(told, dict):
        abort(400)
    return told


def _refuse(route: str) -> None:
    log.warning("webhook refused", route=route, remote=request.remote_addr or "")
    metrics.webhook(route, "refused")
    abort(403)


def _busy(route: str) -> Response:
    metrics.webhook(route, "busy")
    return Response("try again", 503, {"Retry-After": "2"}, mimetype="text/plain")


def _seconds(now: datetime) -> int:
    return int(now.timestamp())


def _part(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = told.get(name)
    if not isinstance(part, dict):
        raise Unfit(name)
    return part


def _text(told: Mapping[str, Any], name: str) -> str:
    text = told.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_ID or not text.isprintable():
        raise Unfit(name)
    return text


def _whole(told: Mapping[str, Any], name: str) -> int:
    number = told.get(name)
    if type(number) is not int or not 0 <= number <= LARGEST_MINOR:
        raise Unfit(name)
    return number


def _money(told: Mapping[str, Any], name: str) -> Money:
    currency = told.get("currency")
    if currency not in DIGITS:
        raise Unfit(f"{name}.currency")
    return Money(_whole(told, "minor"), str(currency))


def _signed(told: Mapping[str, Any], currency: str) -> Money:
    number = told.get("minor")
    if type(number) is not int or abs(number) > LARGEST_MINOR or currency not in DIGITS:
        raise Unfit("minor")
    return Money(number, currency)


def _pan(card: Mapping[str, Any]) -> str:
    number = card.get("number")
    if not (isinstance(number, str) and number.isascii() and number.isdecimal()):
        raise Unfit("card.number")
    if not 12 <= len(number) <= 19:
        raise Unfit("card.number")
    return number


def _one_of(told: Mapping[str, Any], name: str, known: tuple[Any, ...], default: Any) -> Any:  # noqa: ANN401 - one of the words it is given
    value = told.get(name, default)
    if value not in known:
        raise Unfit(name)
    return value


def _rate(told: object) -> Decimal | None:
    if told is None:
        return None
    try:
        rate = Decimal(str(told)[:20])
    except InvalidOperation:
        raise Unfit("rate") from None
    if not rate.is_finite() or rate <= 0:
        raise Unfit("rate")
    return rate


def _expiry(told: object) -> tuple[int, int] | None:
    if told is None:
        return None
    try:
        day = date.fromisoformat(f"{told}-01")
    except ValueError:
        raise Unfit("card.expiry") from None
    return day.year, day.month


def _block(told: object) -> bytes | None:
    if told is None:
        return None
    try:
        block = bytes.fromhex(str(told))
    except ValueError:
        raise Unfit("card.pin_block") from None
    if len(block) != BLOCK_BYTES:
        raise Unfit("card.pin_block")
    return block


def _merchant(told: Mapping[str, Any]) -> Merchant:
    return merchant_of(
        name=str(told.get("name", "")),
        id=str(told.get("id", "")),
        city=str(told.get("city", "")),
        country=str(told.get("country", "")),
        mcc=str(told.get("mcc", "")),
    )
