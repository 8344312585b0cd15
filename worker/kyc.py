"""Documents of customers: pictures taken in, ends told of and reached, files deleted."""

from uuid import UUID

import structlog

from bot.house import House
from core.access import audit
from core.access.actors import SYSTEM
from core.crm import filing
from core.kyc import checks, documents, expiry, pages, policy, requests
from core.kyc.pages import Waiting
from core.kyc.pictures import Picture, PictureUnfit, clean
from core.kyc_review import telling
from core.store.crashpoints import reached

MOST = 500
NOT_ARRIVED = "not_arrived"

log = structlog.get_logger()


def take_in(house: House) -> int:
    """Take in the pictures that have arrived, and have whole documents checked; return how many."""
    with house.unit() as unit:
        due = pages.due(unit)
    for one in due:
        take_in_one(house, one)
    if due:
        house.tell("kyc")
    return len(due)


def take_in_one(house: House, waiting: Waiting) -> None:
    """Clean a picture and keep it, sealed; or ask for another where it is none that can be used."""
    try:
        picture = _arrived(house, waiting)
    except PictureUnfit as unfit:
        _refuse(house, waiting, unfit.facts["reason"])
        return
    house.files(pages.FOLDER).write(waiting.id, picture.content)
    reached("kyc.picture_written")
    with house.unit() as unit:
        request = requests.lock(unit, documents.find(unit, waiting.document).request)
        if pages.take_in(unit, waiting.id, picture):
            checks.begin_due(unit, request)
    log.info("picture taken in", page=str(waiting.id), type=picture.content_type)


def _arrived(house: House, waiting: Waiting) -> Picture:
    """Return a picture that has come, cleaned; outside any unit.

    :raises PictureUnfit: if it did not come, or cannot be used
    """
    if waiting.state != "kept":
        raise PictureUnfit(reason=NOT_ARRIVED)
    try:
        return clean(house.open_file("media", waiting.media))
    except FileNotFoundError:
        raise PictureUnfit(reason=NOT_ARRIVED) from None


def _refuse(house: House, waiting: Waiting, reason: str) -> None:
    with house.unit() as unit:
        document = documents.find(unit, waiting.document)
        request = requests.lock(unit, document.request)
        if pages.refuse(unit, waiting.id, reason=reason) and document.status == "received":
            telling.picture_unfit(unit, document, reason=reason, code=request.spelt)
    log.info("picture not taken in", page=str(waiting.id), reason=reason)


def look_after(house: House) -> None:
    """Tell of documents that end soon, end those that are over, and let old pictures go."""
    with house.unit() as unit:
        expiry.warn(unit)
    with house.unit() as unit:
        due = expiry.due(unit)
    for one in due:
        _end(house, one)
    with house.unit() as unit:
        before = policy.before(unit, "rejected_days")
        pages.let_go_of_refused(unit, before=before, limit=MOST)


def _end(house: House, document: UUID) -> None:
    with house.unit() as unit:
        ended = expiry.end(unit, document)
        if ended is None:
            return
        audit.note(
            unit,
            SYSTEM,
            "kyc.expired",
            subject="kyc_document",
            subject_id=document,
            customer=ended.document.customer,
            fields=(ended.document.type,),
            after={"tier": int(ended.tier)},
        )


def delete_files(house: House) -> int:
    """Delete the pictures that are to go; return how many."""
    files, done = house.files(pages.FOLDER), 0
    while True:
        with house.unit() as unit:
            ids = pages.leaving(unit)
        for one in ids:
            files.remove(one)
            with house.unit() as unit:
                pages.gone(unit, one)
        if not ids:
            return done
        done += len(ids)


def tidy_files(house: House) -> int:
    """Delete pictures that belong to no document; return how many."""
    return filing.delete_strays(house.unit, house.files(pages.FOLDER), known=pages.known)
