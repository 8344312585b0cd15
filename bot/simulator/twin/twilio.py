"""Twilio's API as the official client speaks it: messages, their list, and media."""

import hmac
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as Redirect

from bot.simulator.twin.contents import BadVariables, Filled
from bot.simulator.twin.desk import desk
from bot.simulator.twin.downlink import Parcel
from bot.simulator.twin.exchange import Logged
from bot.simulator.twin.phones import Bubble

API = "2010-04-01"
LONGEST_BODY = 1600
MOST_ON_A_PAGE = 1000
OUTSIDE_WINDOW = "63016"
# Refused at once.
AT_ONCE = {
    "20003": (401, "Authenticate"),
    "20429": (429, "Too Many Requests"),
    "20500": (500, "An internal server error has occurred"),
    "20503": (503, "Service unavailable"),
    "21211": (400, "The 'To' number is not a valid phone number."),
    "21408": (400, "Permission to send an SMS has not been enabled for the region"),
    "21610": (400, "Attempt to send to unsubscribed recipient"),
    "21611": (429, "The 'From' number has exceeded the maximum number of queued messages"),
    "21614": (400, "'To' number is not a valid mobile number"),
}
# Accepted at first, and failed in a receipt.
LATER = frozenset(str(code) for code in (*range(30001, 30009), *range(63001, 63042)))
RETRY_AFTER = "1"
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_SCOPED = re.compile(r"[A-Z]{2}\.[0-9A-Za-z]{1,128}")

twilio = Blueprint("twilio", __name__)


class Refused(Exception):
    """Twilio does not accept the call."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@twilio.errorhandler(Refused)
def refuse(refused: Refused) -> Response:
    """Answer as Twilio words its errors."""
    answer = jsonify(
        code=refused.code,
        message=str(refused),
        more_info=f"https://www.twilio.com/docs/errors/{refused.code}",
        status=refused.status,
    )
    answer.status_code = refused.status
    if refused.status == 429:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer


@twilio.before_request
def check() -> None:
    """Let in only the account itself, and nobody while the company is down."""
    if desk().exchange.faults.is_down("twilio"):
        raise Refused(503, 20503, "Service unavailable")
    accounts = desk().exchange.wire.accounts
    given = request.authorization
    user, password = (given.username, given.password) if given else ("", "")
    right = hmac.compare_digest(user or "", accounts.twilio_sid) and hmac.compare_digest(
        password or "", accounts.twilio_token
    )
    if not right:
        raise Refused(401, 20003, "Authenticate")
    asked = (request.view_args or {}).get("account", accounts.twilio_sid)
    if asked != accounts.twilio_sid:
        raise Refused(404, 20404, f"The requested resource {request.path} was not found")


@twilio.post(f"/{API}/Accounts/<account>/Messages.json")
def create(account: str) -> tuple[Response, int]:
    """Take a message, or say why not."""
    form = request.form
    to, sender = form.get("To", ""), form.get("From", "")
    channel = _check_ends(to, sender)
    _check_fault()
    address = to.removeprefix("whatsapp:")
    if desk().downlink.refuses(address, f"twilio:{channel}"):
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")
    filled = _words()
    bubble = Bubble(
        id=f"SM{desk().exchange.new_id()}",
        channel=channel,
        text=filled.text,
        at=desk().exchange.clock(),
        sender=sender,
        choices=filled.choices,
        button=filled.button,
        provider="twilio",
        document=form.get("MediaUrl", ""),
    )
    fault = filled.fault or desk().exchange.faults.code(LATER)
    if channel == "whatsapp" and not (filled.approved or desk().downlink.in_window(address)):
        fault = OUTSIDE_WINDOW
    desk().downlink.accept(Parcel(address, bubble, form.get("StatusCallback", ""), fault))
    logged = Logged(
        sid=bubble.id, at=bubble.at, sender=sender, to=to, text=bubble.text, inbound=False
    )
    return jsonify(_message(account, logged, status="queued")), 201


@twilio.get(f"/{API}/Accounts/<account>/Messages.json")
def messages(account: str) -> Response:
    """List messages, newest first, by date, sender and receiver."""
    size = min(request.args.get("PageSize", 50, int), MOST_ON_A_PAGE)
    page = request.args.get("Page", 0, int)
    kept = [logged for logged in desk().exchange.listed() if _wanted(logged)]
    rows = kept[page * size : (page + 1) * size]
    path = f"/{API}/Accounts/{account}/Messages.json"
    more = (page + 1) * size < len(kept)
    arguments = {k: v for k, v in request.args.items() if k not in {"Page", "PageSize"}}
    return jsonify(
        messages=[_message(account, row) for row in rows],
        page=page,
        page_size=size,
        uri=_uri(path, arguments, page, size),
        first_page_uri=_uri(path, arguments, 0, size),
        next_page_uri=_uri(path, arguments, page + 1, size) if more else None,
        previous_page_uri=_uri(path, arguments, page - 1, size) if page else None,
        start=page * size,
        end=page * size + len(rows) - 1,
    )


@twilio.get(f"/{API}/Accounts/<account>/Messages/<sid>.json")
def message(account: str, sid: str) -> Response:
    """Show one message."""
    return jsonify(_message(account, _find(sid)))


@twilio.get(f"/{API}/Accounts/<account>/Messages/<sid>/Media.json")
def media_list(account: str, sid: str) -> Response:
    """List the pictures of a message."""
    found = _find(sid)
    rows = [
        {
            "sid": name,
            "account_sid": account,
            "parent_sid": sid,
            "content_type": photo.content_type,
            "uri": f"/{API}/Accounts/{account}/Messages/{sid}/Media/{name}.json",
        }
        for name, photo in desk().photos.items()
        if found.media and name == _media_sid(sid)
    ]
    return jsonify(media_list=rows, page=0, page_size=50, next_page_uri=None)


@twilio.get(f"/{API}/Accounts/<account>/Messages/<sid>/Media/<media>")
def media(account: str, sid: str, media: str) -> Redirect:
    """Send whoever may see a picture on to where it lies."""
    del account
    if media not in desk().photos or media != _media_sid(sid):
        raise Refused(404, 20404, f"The requested resource {request.path} was not found")
    return redirect(f"{desk().base_url}/media/{media}", code=302)


@twilio.post("/v3/Indicators/Typing.json")
def typing() -> Response:
    """Show a phone on WhatsApp that it was read, and that an answer is being written."""
    said = request.get_json(silent=True) or {}
    if said.get("channel") != "WHATSAPP":
        raise Refused(400, 20001, "channel is WHATSAPP")
    if not desk().downlink.mark(str(said.get("messageId", "")), typing=True):
        raise Refused(404, 20404, "The requested message was not found")
    return jsonify(success=True)


def _media_sid(message_sid: str) -> str:
    return f"ME{message_sid[2:]}"


def _check_ends(to: str, sender: str) -> str:
    accounts = desk().exchange.wire.accounts
    channel = "whatsapp" if to.startswith("whatsapp:") else "sms"
    address = to.removeprefix("whatsapp:")
    if not (_PHONE.fullmatch(address) or (channel == "whatsapp" and _SCOPED.fullmatch(address))):
        raise Refused(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not sender:
        raise Refused(400, 21603, "A 'From' phone number is required.")
    theirs = "whatsapp" if sender.startswith("whatsapp:") else "sms"
    if theirs != channel or sender.removeprefix("whatsapp:") not in accounts.numbers:
        raise Refused(400, 63007, f"Twilio could not find a Channel with the From address {sender}")
    return channel


def _check_fault() -> None:
    if code := desk().exchange.faults.code(AT_ONCE):
        status, words = AT_ONCE[code]
        raise Refused(status, int(code), words)


def _words() -> Filled:
    form = request.form
    sid = form.get("ContentSid", "")
    if sid:
        content = desk().contents.find(sid)
        if content is None:
            raise Refused(400, 21655, f"The ContentSid {sid} is invalid")
        try:
            return desk().contents.fill(content, form.get("ContentVariables", ""))
        except BadVariables:
            raise Refused(400, 21656, "The ContentVariables Parameter is invalid") from None
    body = form.get("Body", "")
    if not body and not form.getlist("MediaUrl"):
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    return Filled(body)


def _find(sid: str) -> Logged:
    found = next((row for row in desk().exchange.listed() if row.sid == sid), None)
    if found is None:
        raise Refused(404, 20404, f"The requested resource {request.path} was not found")
    return found


def _wanted(row: Logged) -> bool:
    args = request.args
    if (args.get("To") or row.to) != row.to or (args.get("From") or row.sender) != row.sender:
        return False
    after, before, on = args.get("DateSent>"), args.get("DateSent<"), args.get("DateSent")
    return (
        (after is None or row.at >= _when(after))
        and (before is None or row.at <= _when(before))
        and (on is None or row.at.date() == _when(on).date())
    )


def _when(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, 20001, f"Invalid DateSent: {text}") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _uri(path: str, arguments: dict[str, str], page: int, size: int) -> str:
    return f"{path}?{urlencode({**arguments, 'PageSize': size, 'Page': page})}"


def _message(account: str, row: Logged, status: str = "") -> dict[str, Any]:
    date = format_datetime(row.at)
    uri = f"/{API}/Accounts/{account}/Messages/{row.sid}"
    return {
        "sid": row.sid,
        "account_sid": account,
        "api_version": API,
        "body": row.text,
        "date_created": date,
        "date_sent": None if status else date,
        "date_updated": date,
        "direction": "inbound" if row.inbound else "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": row.sender,
        "to": row.to,
        "messaging_service_sid": None,
        "num_media": str(row.media),
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "status": status or ("received" if row.inbound else "sent"),
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "uri": f"{uri}.json",
    }
