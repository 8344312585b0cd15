"""What went wrong, as an API tells it: problem details (RFC 9457) with a code that stays."""

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

from core.errors import DeskRefusal, Refusal

STATUS = {
    "wrong_login": 401,
    "wrong_mfa_code": 401,
    "sign_in_again": 401,
    "bad_token": 401,
    "login_locked": 423,
    "too_many_tries": 429,
    "forbidden": 403,
    "mfa_needed": 403,
    "mfa_not_enrolled": 409,
    "not_yours": 403,
    "own_request": 403,
    "not_your_request": 403,
    "address_not_allowed": 403,
    "bad_csrf": 403,
    "own_account": 409,
    "email_taken": 409,
    "no_such_staff": 404,
    "no_such_session": 404,
    "link_spent": 410,
    "weak_password": 422,
    "bad_staff": 422,
    "bad_request": 400,
}
"""The HTTP status of each refusal; any other is a conflict with how things stand (409)."""


class BadRequest(DeskRefusal):
    """A request lacks a field, or has one of the wrong kind. Fact: ``field``."""

    code = "bad_request"


def is_api(path: str) -> bool:
    """Return whether a path is an API's, whose errors are problem details."""
    return path.startswith(("/api/", "/v1/"))


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status that a refusal is answered with."""
    return STATUS.get(refusal.code, 409)


def problem(status: int, code: str, title: str, **facts: str) -> Response:
    """Return a problem document. ``code`` is stable; ``facts`` are what its words need."""
    answer = jsonify(
        {"type": "about:blank", "title": title, "status": status, "code": code} | facts
    )
    answer.mimetype = "application/problem+json"
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="wekeza"'
    if "minutes" in facts:
        answer.headers["Retry-After"] = str(int(facts["minutes"]) * 60)
    return answer


def of_refusal(refusal: Refusal) -> Response:
    """Return a refusal as a problem document."""
    title = refusal.code.replace("_", " ").capitalize()
    return problem(status_of(refusal), refusal.code, title, **refusal.facts)


def of_error(error: HTTPException) -> Response:
    """Answer Flask's own errors: a problem document under an API's paths, plain words elsewhere."""
    status = error.code or 500
    if is_api(request.path):
        return problem(status, error.name.lower().replace(" ", "_"), error.name)
    answer = Response(error.name, mimetype="text/plain")
    answer.status_code = status
    return answer
