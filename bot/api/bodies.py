"""What a request's body says, read field by field, and how an answer is written."""

from datetime import datetime

from flask import Response, jsonify, request

from bot.problems import BadRequest

LONGEST_FIELD = 4096


def field(name: str, *, default: str | None = None) -> str:
    """Return a field of the request's JSON body that must be text.

    :raises BadRequest: if it is not there (and has no default), is no text, or is far too long
    """
    body = request.get_json(silent=True)
    value = body.get(name, default) if isinstance(body, dict) else default
    if not isinstance(value, str) or len(value) > LONGEST_FIELD:
        raise BadRequest(field=name)
    return value


def answer(status: int = 200, /, **facts: object) -> Response:
    """Return a JSON answer that nobody on the way keeps."""
    response = jsonify(facts)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def nothing(status: int = 204) -> Response:
    """Return that it was done, and nothing else."""
    return Response(status=status, headers={"Cache-Control": "no-store"})


def moment(at: datetime | None) -> str | None:
    """Return a time as the API writes it (RFC 3339)."""
    return None if at is None else at.isoformat()
