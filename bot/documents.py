"""The door to documents: a link that is signed and less than a day old opens one."""

from uuid import UUID

from flask import Blueprint, Response, abort, current_app

from bot.house import House
from core.documents import links, shelf

documents = Blueprint("documents", __name__)


@documents.get("/documents/<uuid:document>/<signature>")
def file(document: UUID, signature: str) -> Response:
    """Open a document and hand it over; 403 for a link that is not ours, 410 for one too late."""
    house: House = current_app.extensions["house"]
    try:
        links.check(document, signature, secret_key=house.settings.secret_key, now=house.now())
    except links.LinkExpired:
        abort(410)
    except links.BadLink:
        abort(403)
    with house.unit() as unit:
        found = shelf.open_by_link(unit, document)
    if found is None:
        abort(410)
    try:
        content = house.open_file("documents", document)
    except FileNotFoundError:
        abort(410)
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
