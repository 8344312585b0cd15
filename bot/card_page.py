"""The page that shows a card's number once, to whoever has the link its customer was sent.

A link is opened by a press, not by being fetched: messengers fetch links to draw previews of them.
Nothing of the page is stored, nothing in it comes from elsewhere, and it runs no script.
"""

from typing import cast

from flask import Blueprint, Response, current_app, render_template, request

from bot import card_secrets
from bot.guard import public
from bot.house import House
from core.access.limits import Limit
from core.cards import reveal, reveal_store
from core.cards.reveal import Secrets
from core.crm.customers import people
from core.store.unit import Unit
from flows.words import LANGUAGES

LOOKS = Limit("card link opened from", most=30, window=reveal.CODE_GOOD_FOR)
PAPER = "paper"
"""What words are told on that are no message."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Vary": "Accept-Language",
}

card_page = Blueprint("card_page", __name__)


@card_page.get("/reveal/<token>")
@public("the token of a link, good for five minutes; limited per address")
def ask(token: str) -> Response:
    """Offer to show the card; 410 for a link that opens nothing (any more)."""
    with _house().unit() as unit:
        if LOOKS.count(unit, request.remote_addr or "") is not None:
            return _page("slow", 429)
        customer = reveal_store.waiting(unit, token)
        language = "" if customer is None else people(unit, [customer])[customer].language
    return _page("ask", 200, language) if customer is not None else _page("over", 410)


@card_page.post("/reveal/<token>")
@public("the token of a link, good for five minutes and one opening; limited per address")
def show(token: str) -> Response:
    """Use the link up and show what stands on the card."""
    house = _house()
    with house.unit() as unit:
        if LOOKS.count(unit, request.remote_addr or "") is not None:
            return _page("slow", 429)
        opened = reveal.open_link(unit, token)
        language = "" if opened is None else _language_of(unit, opened)
    if opened is None:
        return _page("over", 410)
    secrets = card_secrets.fetch(house, opened)
    if secrets is None:
        return _page("away", 503, language)
    return _page("shown", 200, language, secrets)


def _language_of(unit: Unit, opened: reveal.Opened) -> str:
    customer = opened.card.customer
    return people(unit, [customer])[customer].language


def _page(state: str, status: int, language: str = "", secrets: Secrets | None = None) -> Response:
    language = language or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
    words = _house().words(language, PAPER)
    html = render_template(
        "reveal.html",
        language=language,
        state=state,
        say=lambda block: words.say("reveal", block, {}),
        secrets=secrets,
    )
    return Response(html, status=status, headers=HEADERS | {"Content-Language": language})


def _house() -> House:
    return cast("House", current_app.extensions["house"])
