"""Where anybody who holds a receipt sees whether the bank gave it: by its code, without a log-in.

Little is told: amount, day and masked names, to whoever has the code. Codes cannot be guessed, and
whoever tries is slowed down by their network's address.
"""

from typing import cast
from urllib.parse import quote

from flask import Blueprint, Response, current_app, redirect, render_template, request

from bot.guard import public
from bot.house import House
from core.access.limits import Limit
from core.documents import receipt
from core.documents.receipt import Confirmed
from flows.words import LANGUAGES

LOOKS = Limit("receipt checked from", most=30, window=receipt.CHECKED_WITHIN)
PAPER = "paper"
"""What words are told on that are no message."""
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

verify = Blueprint("verify", __name__)


@verify.get("/verify")
@public("a page to type a code at")
def ask() -> Response:
    """Ask for a code, or go on to the page of the one that was typed."""
    typed = receipt.plain(request.args.get("code", ""))
    if typed:
        return cast("Response", redirect(f"/verify/{quote(typed, safe='')}", code=303))
    return _page("ask")


@verify.get("/verify/<code>")
@public("the code of a receipt; limited per address")
def answer(code: str) -> Response:
    """Say whether a code is good, and what for; 404 if it is not, 429 after too many tries."""
    code = receipt.plain(code)
    house = _house()
    with house.unit() as unit:
        refused = LOOKS.count(unit, request.remote_addr or "")
    if refused is not None:
        return _page("slow", status=429, minutes=refused.facts["minutes"])
    if not receipt.is_code(code):
        return _page("slip", status=404, code=code)
    with house.unit() as unit:
        found = receipt.confirm(unit, code)
    if found is None:
        return _page("unknown", status=404, code=code)
    return _page("undone" if found.undone else "valid", code=code, found=found)


def _page(
    state: str,
    *,
    status: int = 200,
    code: str = "",
    found: Confirmed | None = None,
    minutes: str = "",
) -> Response:
    language = request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
    words = _house().words(language, PAPER)
    html = render_template(
        "verify.html",
        language=language,
        state=state,
        code=receipt.in_fours(code),
        say=lambda block, **given: words.say("verify", block, given),
        found=found,
        minutes=minutes,
    )
    response = Response(html, status=status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _house() -> House:
    return cast("House", current_app.extensions["house"])
