"""Meta's Graph API as far as a bank uses it: messages, marks, files and templates."""

import hashlib
import hmac
import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.simulator.twin import meta_checks
from bot.simulator.twin.desk import Photo, desk
from bot.simulator.twin.downlink import Parcel
from bot.simulator.twin.meta_checks import PARAMETER, WRONG, GraphError
from bot.simulator.twin.meta_templates import MOST_KEPT
from bot.simulator.twin.phones import Bubble, Choice

NO_SUCH, EXPIRED, TOO_MUCH_TO_ONE = 33, 190, 131056
OUTSIDE_WINDOW = "131047"
LARGEST_FILE = 1024 * 1024
MOST_FILES = 50
RETRY_AFTER = "1"
# Refused at once: the HTTP status that each comes with.
AT_ONCE = {
    "4": 400, "10": 403, "80007": 400, "130429": 429, "131000": 500, "131016": 503, "131021": 400,
    "131031": 403, "131048": 400, "131056": 400, "131057": 503, "190": 401, "368": 403,
}  # fmt: skip
# Accepted at first, and failed in a receipt.
LATER = frozenset({"130472", "131026", "131047", "131049", "131050", "131051", "131053", "131062"})
_VERSION = re.compile(r"v\d\d\.0")
_PHONE = re.compile(r"\+?[1-9]\d{6,14}")
_SCOPED = re.compile(r"[A-Z]{2}\.[0-9A-Za-z.]{1,128}")

meta = Blueprint("meta", __name__, url_prefix="/<string(length=5):version>")


@meta.errorhandler(GraphError)
def refuse(refused: GraphError) -> Response:
    """Answer as Meta words its errors."""
    error: dict[str, Any] = {
        "message": f"(#{refused.code}) {refused}",
        "type": "OAuthException",
        "code": refused.code,
        "error_data": {"messaging_product": "whatsapp", "details": str(refused)},
        "fbtrace_id": desk().exchange.new_id()[:22],
    }
    if refused.subcode:
        error["error_subcode"] = refused.subcode
    answer = jsonify(error=error)
    answer.status_code = refused.status
    if refused.status == 429:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer


@meta.before_request
def check() -> None:
    """Let in only the app itself, and nobody while the company is down."""
    if not _VERSION.fullmatch(str((request.view_args or {}).pop("version", ""))):
        raise GraphError(PARAMETER, "Unknown path components", status=404)
    if desk().exchange.faults.is_down("meta"):
        raise GraphError(131016, "Service unavailable", status=503)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    right = desk().exchange.wire.meta.account.access_token
    if not right or not hmac.compare_digest(given.encode(), right.encode()):
        raise GraphError(EXPIRED, "Invalid OAuth access token.", status=401)


@meta.post("/<number>/messages")
def messages(number: str) -> Response:
    """Take a message or a mark, or say why not."""
    _check_number(number)
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        raise GraphError(PARAMETER, "Invalid parameter")
    if said.get("status") == "read":
        return _mark(said)
    kind = meta_checks.check(said)
    address = _address(said)
    _check_fault()
    if not desk().pairs.takes(number, address):
        raise GraphError(
            TOO_MUCH_TO_ONE, "(Business Account, Consumer Account) pair rate limit hit"
        )
    bubble = _bubble(said, kind, number)
    fault = desk().exchange.faults.code(LATER)
    if kind != "template" and not desk().downlink.in_window(address):
        fault = OUTSIDE_WINDOW
    ours = str(said.get("biz_opaque_callback_data") or "")
    desk().downlink.accept(Parcel(address, bubble, fault=fault, ours=ours))
    digits = address.removeprefix("+")
    contact = {"input": said.get("to") or said.get("recipient")}
    contact |= {"wa_id": digits} if address.startswith("+") else {"user_id": address}
    taken = {"id": bubble.id}
    if kind == "template":
        taken["message_status"] = "accepted"
    return jsonify(messaging_product="whatsapp", contacts=[contact], messages=[taken])


@meta.post("/<number>/media")
def upload(number: str) -> Response:
    """Keep a file, and return the id it is sent by."""
    _check_number(number)
    file = request.files.get("file")
    if file is None or request.form.get("messaging_product") != "whatsapp":
        raise GraphError(PARAMETER, "file and messaging_product are required")
    content = file.read(LARGEST_FILE + 1)
    if not 0 < len(content) <= LARGEST_FILE:
        raise GraphError(131053, "The file is too large")
    kind = request.form.get("type") or file.mimetype
    return jsonify(id=keep(content, kind))


@meta.get("/<media>")
def media(media: str) -> Response:
    """Tell where a file lies for the next few minutes."""
    photo = desk().photos.get(media)
    if photo is None:
        raise GraphError(PARAMETER, "Object does not exist", subcode=NO_SUCH)
    return jsonify(
        messaging_product="whatsapp",
        id=media,
        url=f"{desk().base_url}/lookaside/{media}",
        mime_type=photo.content_type,
        sha256=hashlib.sha256(photo.content).hexdigest(),
        file_size=len(photo.content),
    )


@meta.post("/<account>/message_templates")
def declare(account: str) -> Response:
    """Take a template; the twin decides on it at once."""
    _check_account(account)
    made = desk().templates.declare(request.get_json(silent=True) or {})
    return jsonify(id=made["id"], status=made["status"], category=made["category"])


@meta.get("/<account>/message_templates")
def templates(account: str) -> Response:
    """List the templates."""
    _check_account(account)
    every = desk().templates.all()
    return jsonify(
        data=every,
        paging={"cursors": {"before": "", "after": ""}},
        summary={
            "total_count": len(every),
            "message_template_count": len(every),
            "message_template_limit": MOST_KEPT,
            "are_translations_complete": True,
        },
    )


def keep(content: bytes, content_type: str) -> str:
    """Keep a file as Meta does, and return its id."""
    photos = desk().photos
    if len(photos) >= MOST_FILES:
        photos.pop(next(iter(photos)))
    ident = str(int(desk().exchange.new_id()[:12], 16))
    photos[ident] = Photo(content, content_type)
    return ident


def lookaside(media: str) -> Response:
    """Serve a file to the app it was told to, and to nobody else."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    right = desk().exchange.wire.meta.account.access_token
    photo = desk().photos.get(media)
    if photo is None or not hmac.compare_digest(given.encode(), right.encode()):
        return Response("", 404)
    return Response(photo.content, mimetype=photo.content_type)


def wamid(ident: str) -> str:
    """Return an id as Meta writes them."""
    return f"wamid.HBg{ident.upper()}AA=="


def _mark(said: dict[str, Any]) -> Response:
    if not desk().downlink.mark(str(said.get("message_id", "")), typing="typing_indicator" in said):
        raise GraphError(WRONG, "message_id is none of a message that was received")
    return jsonify(success=True)


def _check_number(number: str) -> None:
    if number not in desk().exchange.wire.meta.account.numbers:
        words = f"Object with ID '{number}' does not exist"
        raise GraphError(PARAMETER, words, subcode=NO_SUCH)


def _check_account(account: str) -> None:
    if account != desk().exchange.wire.meta.account.account:
        words = f"Object with ID '{account}' does not exist"
        raise GraphError(PARAMETER, words, subcode=NO_SUCH)


def _check_fault() -> None:
    if code := desk().exchange.faults.code(AT_ONCE):
        raise GraphError(int(code), f"The twin was told to fail with {code}", status=AT_ONCE[code])


def _address(said: dict[str, Any]) -> str:
    scoped = str(said.get("recipient") or "")
    if scoped:
        if _SCOPED.fullmatch(scoped):
            return scoped
        raise GraphError(WRONG, "recipient is no user id")
    to = str(said.get("to")).strip()
    if not _PHONE.fullmatch(to):
        raise GraphError(WRONG, "Parameter value is not valid: to")
    return f"+{to.removeprefix('+')}"


def _bubble(said: dict[str, Any], kind: str, number: str) -> Bubble:
    part = said[kind]
    bubble = Bubble(
        id=wamid(desk().exchange.new_id()),
        channel="whatsapp",
        text="",
        at=desk().exchange.clock(),
        sender=number,
        provider="meta",
    )
    if kind == "text":
        bubble.text = part["body"]
    elif kind == "template":
        bubble.text = desk().templates.fill(part)
    elif kind == "interactive":
        bubble.text = part["body"]["text"]
        bubble.choices, bubble.button = _choices(part["action"]), part["action"].get("button", "")
    elif kind in meta_checks.FILES:
        bubble.text, bubble.document = part.get("caption", ""), part.get("link", "")
    else:
        bubble.text = kind
    return bubble


def _choices(action: dict[str, Any]) -> tuple[Choice, ...]:
    if "buttons" in action:
        replies = [one["reply"] for one in action["buttons"]]
        return tuple(Choice(one["id"], one["title"]) for one in replies)
    rows = [row for section in action.get("sections", ()) for row in section["rows"]]
    return tuple(Choice(row["id"], row["title"], row.get("description", "")) for row in rows)
