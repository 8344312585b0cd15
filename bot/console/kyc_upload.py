"""Pictures that a customer brings to a branch: found by the code they were given, and taken in."""

from uuid import UUID

from flask import Response, abort, request

from bot.console import shell
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.errors import Refusal
from core.kyc import pages, requests, uploading
from core.kyc.pictures import LARGEST, PictureUnfit, clean
from core.kyc.pieces import Piece
from core.kyc.uploading import PERMISSION

TAKES = "console.kyc_take_in"
ENVELOPE = 64 * 1024
"""Bytes that a form has around its file."""


@console.before_request
def _let_a_picture_through() -> None:
    """Let this one form be as large as a picture: it is read before anything else looks at it."""
    if request.endpoint == TAKES:
        request.max_content_length = LARGEST + ENVELOPE


@console.get("/kyc", endpoint="kyc_upload")
@guard(PERMISSION)
def desk() -> Response:
    """Show where a customer's code is typed."""
    return _desk()


@console.post("/kyc", endpoint="kyc_find")
@guard(PERMISSION)
def find() -> Response:
    """Find the request of a code; that it was found is noted."""
    try:
        with shell.house().unit() as unit:
            found = uploading.find(unit, actor(), shell.field("code", most=20))
    except Refusal as refusal:
        return _desk(refusal)
    return shell.go("console.kyc_request", request_id=found.id)


@console.get("/kyc/<uuid:request_id>", endpoint="kyc_request")
@guard(PERMISSION)
def awaited(request_id: UUID) -> Response:
    """Show which pictures a request waits for."""
    return _page(request_id)


@console.post("/kyc/<uuid:request_id>/<piece>", endpoint="kyc_take_in")
@guard(PERMISSION)
def take_in(request_id: UUID, piece: str) -> Response:
    """Take a picture in: cleaned, then sealed, then noted."""
    house, page = shell.house(), shell.house().new_id()
    try:
        wanted = Piece.of(piece)
    except ValueError:
        abort(404)
    try:
        picture = clean(_file())
        house.files(pages.FOLDER).write(page, picture.content)
        with house.unit() as unit:
            uploading.take_in(unit, actor(), request_id, wanted, picture, page=page)
    except Refusal as refusal:
        house.files(pages.FOLDER).remove(page)
        return _page(request_id, refusal)
    house.tell("kyc")
    return shell.go("console.kyc_request", request_id=request_id, done="kyc_uploaded")


def _file() -> bytes:
    sent = request.files.get("file")
    if sent is None:
        raise PictureUnfit(reason="not_a_picture")
    return sent.stream.read(LARGEST + 1)


def _desk(refused: Refusal | None = None) -> Response:
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "customers")
    return shell.show(
        "kyc_upload", framed, status=shell.status_of(refused), refused=shell.told(refused)
    )


def _page(request_id: UUID, refused: Refusal | None = None) -> Response:
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "customers")
        found = uploading.open_request(unit, actor(), request_id)
        missing = [piece for _, piece in requests.missing(unit, found)]
        people = People()
        people.add(customers=[found.customer])
        people.load(unit)
    return shell.show(
        "kyc_request",
        framed,
        status=shell.status_of(refused),
        refused=shell.told(refused),
        one=found,
        missing=missing,
        people=people,
    )
