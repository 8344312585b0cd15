"""The verification firm over HTTP: ``/verification``, and its callback once a check is over."""

import json
from hmac import compare_digest

from flask import Blueprint, Response, abort, jsonify, request

from bot.simulator.twin.stand import Callback, Stand
from core.partners.verification import PATH, SIGNATURE, signature
from core.partners.verification_twin import TAKES, Answer, TwinVerification

PREFIX = "/verification"
LARGEST = 48 * 1024 * 1024
"""Bytes: three pictures as they are sent."""


def make(stand: Stand) -> Blueprint:
    """Return the firm's twin."""
    firm = TwinVerification()
    twin = Blueprint("verification_twin", __name__, url_prefix=PREFIX)
    key = str(stand.settings.verification_key)

    @twin.before_request
    def genuine() -> None:
        request.max_content_length = LARGEST
        path = request.path.removeprefix(PREFIX)
        signed = signature(key, request.method.encode(), path.encode(), request.get_data())
        if not compare_digest(request.headers.get(SIGNATURE, ""), signed):
            abort(401)

    @twin.post(PATH)
    def verify() -> tuple[Response, int]:
        body = request.get_json()
        answer = firm.verify(body, stand.clock())
        if answer[0] == 202:
            stand.tell(_callback(str(body["job"]), key))
        return _said(answer)

    @twin.get(f"{PATH}/<job>")
    def check(job: str) -> tuple[Response, int]:
        return _said(firm.check(job, stand.clock()))

    return twin


def _callback(job: str, key: str) -> Callback:
    told = json.dumps({"event": f"{job} over", "job": job, "status": "completed"})
    lie = json.dumps({"event": f"{job} over", "job": job, "status": "failed", "code": "forged"})
    return Callback(
        lane=job,
        body=told,
        lie=lie,
        after=TAKES.total_seconds(),
        headers=lambda body: {SIGNATURE: signature(key, body.encode())},
    )


def _said(answer: Answer) -> tuple[Response, int]:
    status, body = answer
    return jsonify(body), status
