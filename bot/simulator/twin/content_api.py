"""Twilio's Content API: templates created, listed, and submitted for approval."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.simulator.twin.desk import desk
from bot.simulator.twin.twilio import Refused, check, refuse

content_api = Blueprint("content_api", __name__, url_prefix="/v1/Content")
content_api.before_request(check)
content_api.register_error_handler(Refused, refuse)


@content_api.post("")
def create() -> tuple[Response, int]:
    """Keep a template."""
    try:
        made = desk().contents.create(request.get_json(silent=True) or {})
    except ValueError as error:
        raise Refused(400, 20001, str(error)) from None
    return jsonify(_shown(made)), 201


@content_api.get("")
def every() -> Response:
    """List the templates."""
    rows = [_shown(content) for content in desk().contents.all()]
    return jsonify(
        contents=rows,
        meta={"page": 0, "page_size": len(rows), "key": "contents", "next_page_url": None},
    )


@content_api.get("/<sid>")
def one(sid: str) -> Response:
    """Show a template."""
    return jsonify(_shown(_find(sid)))


@content_api.post("/<sid>/ApprovalRequests/whatsapp")
def submit(sid: str) -> tuple[Response, int]:
    """Submit a template for approval; the twin decides at once."""
    wanted: dict[str, Any] = request.get_json(silent=True) or {}
    name, category = str(wanted.get("name", "")), str(wanted.get("category", ""))
    if not name or category not in {"UTILITY", "MARKETING", "AUTHENTICATION"}:
        raise Refused(400, 20001, "name and category are required")
    content = desk().contents.approve(sid, name=name, category=category)
    if content is None:
        raise Refused(404, 20404, f"The requested resource {request.path} was not found")
    return jsonify({**content["approval"], "status": "received"}), 201


@content_api.get("/<sid>/ApprovalRequests")
def approval(sid: str) -> Response:
    """Show how the approval of a template stands."""
    content = _find(sid)
    return jsonify(
        sid=sid,
        account_sid=desk().exchange.wire.accounts.twilio_sid,
        whatsapp={"type": "whatsapp", **(content["approval"] or {"status": "unsubmitted"})},
        url=f"{desk().base_url}/v1/Content/{sid}/ApprovalRequests",
    )


def _find(sid: str) -> dict[str, Any]:
    content = desk().contents.find(sid)
    if content is None:
        raise Refused(404, 20404, f"The requested resource {request.path} was not found")
    return content


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    url = f"{desk().base_url}/v1/Content/{content['sid']}"
    kept = {k: v for k, v in content.items() if k != "approval"}
    return {
        **kept,
        "account_sid": desk().exchange.wire.accounts.twilio_sid,
        "date_created": "2026-01-01T00:00:00Z",
        "date_updated": "2026-01-01T00:00:00Z",
        "url": url,
        "links": {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        },
    }
