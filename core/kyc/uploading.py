"""Pictures that a customer brings to a desk: taken in by staff, under the code of their request."""

from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.errors import DeskRefusal
from core.kyc import checks, pages, requests
from core.kyc.pictures import Picture
from core.kyc.pieces import Piece
from core.kyc.requests import Request, UnknownRequest
from core.store.unit import Unit

PERMISSION = "kyc.upload"


class NotAwaited(DeskRefusal):
    """That picture is not awaited (any more)."""

    code = "picture_not_awaited"


def find(unit: Unit, actor: Actor, code: str) -> Request:
    """Return the open request of a code, for its pictures to be taken in; that is written down.

    :raises Forbidden: if they upload nothing
    :raises UnknownRequest: if there is none
    """
    actor.require(PERMISSION)
    found = requests.by_code(unit, code)
    audit.note(
        unit,
        actor,
        "kyc.request_found",
        subject="kyc_request",
        subject_id=found.id,
        customer=found.customer,
    )
    return found


def open_request(unit: Unit, actor: Actor, request: UUID) -> Request:
    """Return an open request by its id.

    :raises Forbidden: if they upload nothing
    :raises UnknownRequest: if there is none, or it is over
    """
    actor.require(PERMISSION)
    found = requests.maybe(unit, request)
    if found is None or found.status != "open":
        raise UnknownRequest
    return found


def take_in(
    unit: Unit, actor: Actor, request: UUID, piece: Piece, picture: Picture, *, page: UUID
) -> None:
    """Take in a picture whose file stands under ``page``, and begin the check if it was the last.

    :raises Forbidden: if they upload nothing
    :raises UnknownRequest: if there is none, or it is over
    :raises NotAwaited: if the request does not wait for it
    """
    open_request(unit, actor, request)
    found = requests.lock(unit, request)
    awaited = {one: document for document, one in requests.missing(unit, found)}
    if found.status != "open" or piece not in awaited or actor.id is None:
        raise NotAwaited
    pages.upload(unit, page, awaited[piece], piece, picture, by=actor.id)
    checks.begin_due(unit, found)
    audit.note(
        unit,
        actor,
        "kyc.uploaded",
        subject="kyc_document",
        subject_id=awaited[piece],
        customer=found.customer,
        fields=(piece.key,),
    )
