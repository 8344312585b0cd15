"""The pictures of documents: awaited, taken in, refused, and deleted when their time is over.

What a customer sends on WhatsApp arrives with the other files they send (`core.crm.media`); it is
taken over from there, cleaned, and kept among the documents, and the file it came as is deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.kyc.pictures import Picture
from core.kyc.pieces import Piece
from core.store.unit import Unit

FOLDER = "kyc"
"""Under DATA_DIR; each file is named by its page's id."""
GIVEN_UP = timedelta(hours=2)
"""A picture that has not been fetched by then is asked for again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page whose file was sent: ``media`` is its id there, and ``state`` how that stands."""

    id: UUID
    document: UUID
    media: UUID
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is kept."""

    id: UUID
    document: UUID
    side: str
    status: str
    content_type: str
    kept_at: datetime | None


def expect(unit: Unit, document: UUID, piece: Piece, *, media: UUID) -> bool:
    """Note that a customer sent a picture of a document; False if that side has one already."""
    written = unit.run(
        """
        insert into kyc_pages (id, doc_id, side, status, source, media_id, created_at)
        values (%(id)s, %(document)s, %(side)s, 'waiting', 'whatsapp', %(media)s, %(now)s)
        on conflict do nothing
        """,
        id=unit.new_id(),
        document=document,
        side=piece.side,
        media=media,
        now=unit.now,
    )
    return written > 0


def upload(
    unit: Unit, page: UUID, document: UUID, piece: Piece, picture: Picture, *, by: UUID
) -> bool:
    """Note a picture that somebody at the desk brought in; False if that side has one already.

    The file stands under ``page`` by then; one that is not noted belongs to nobody and is deleted.
    """
    return _keep(unit, page, document, piece, picture, source="desk", by=by)


def plant(unit: Unit, page: UUID, document: UUID, piece: Piece, picture: Picture) -> bool:
    """Note a picture that belongs to the demo."""
    return _keep(unit, page, document, piece, picture, source="demo", by=None)


def _keep(
    unit: Unit,
    page: UUID,
    document: UUID,
    piece: Piece,
    picture: Picture,
    *,
    source: str,
    by: UUID | None,
) -> bool:
    written = unit.run(
        """
        insert into kyc_pages (id, doc_id, side, status, source, uploaded_by, content_type, bytes,
            created_at, kept_at)
        values (%(id)s, %(document)s, %(side)s, 'kept', %(source)s, %(by)s, %(type)s, %(bytes)s,
            %(now)s, %(now)s)
        on conflict do nothing
        """,
        id=page,
        document=document,
        side=piece.side,
        source=source,
        by=by,
        type=picture.content_type,
        bytes=len(picture.content),
        now=unit.now,
    )
    return written > 0


def due(unit: Unit, *, limit: int = 50) -> list[Waiting]:
    """Return pages whose file has arrived, was lost, or is awaited for too long; oldest first."""
    rows = unit.all(
        """
        select p.id, p.doc_id, p.media_id, m.state, p.created_at
        from kyc_pages p join media m on m.id = p.media_id
        where p.status = 'waiting'
            and (m.state <> 'waiting' or p.created_at < %(before)s)
        order by p.created_at limit %(limit)s
        """,
        before=unit.now - GIVEN_UP,
        limit=limit,
    )
    return [Waiting(*tuple(row)) for row in rows]


def take_in(unit: Unit, page: UUID, picture: Picture) -> bool:
    """Note that a page's file is kept, and let go of what it came as; False if it was done."""
    taken = unit.run(
        """
        with taken as (
            update kyc_pages set status = 'kept', content_type = %(type)s, bytes = %(bytes)s,
                kept_at = %(now)s
            where id = %(id)s and status = 'waiting' returning media_id),
        gone as (
            update media m set state = 'leaving' from taken
            where m.id = taken.media_id and m.state = 'kept')
        select from taken
        """,
        id=page,
        type=picture.content_type,
        bytes=len(picture.content),
        now=unit.now,
    )
    return taken > 0


def refuse(unit: Unit, page: UUID, *, reason: str) -> bool:
    """Note that a page's file cannot be used, and let go of it; False if it was done."""
    refused = unit.run(
        """
        with refused as (
            update kyc_pages set status = 'refused', reason_code = %(reason)s
            where id = %(id)s and status = 'waiting' returning media_id),
        gone as (
            update media m set state = 'leaving' from refused
            where m.id = refused.media_id and m.state = 'kept')
        select from refused
        """,
        id=page,
        reason=reason,
    )
    return refused > 0


def of_documents(unit: Unit, documents: Sequence[UUID]) -> list[Page]:
    """Return the pages of documents that are awaited or kept, by document and side."""
    rows = unit.all(
        """
        select id, doc_id, side, status, coalesce(content_type, '') as content_type, kept_at
        from kyc_pages where doc_id = any(%(ids)s) and status in ('waiting', 'kept')
        order by doc_id, side desc
        """,
        ids=list(documents),
    )
    return [Page(*tuple(row)) for row in rows]


def let_go_of_refused(unit: Unit, *, before: datetime, limit: int) -> int:
    """Have pictures deleted of documents that were not taken before then; return how many."""
    return unit.run(
        """
        update kyc_pages set status = case status when 'kept' then 'leaving' else 'gone' end
        where id in (
            select p.id from kyc_pages p join kyc_documents d using (doc_id)
            where p.status in ('kept', 'waiting') and d.status in ('rejected', 'asked_again')
                and d.updated_at < %(before)s
            order by p.id limit %(limit)s)
        """,
        before=before,
        limit=limit,
    )


def leaving(unit: Unit, *, limit: int = 100) -> list[UUID]:
    """Return pages whose files are to be deleted."""
    rows = unit.all(
        "select id from kyc_pages where status = 'leaving' order by id limit %(limit)s", limit=limit
    )
    return [row.id for row in rows]


def gone(unit: Unit, page: UUID) -> None:
    """Note that a page's file was deleted."""
    unit.run("update kyc_pages set status = 'gone' where id = %(id)s", id=page)


def known(unit: Unit, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these files belong on the disk, or may arrive there at any moment."""
    rows = unit.all(
        """
        select id from kyc_pages
        where id = any(%(ids)s) and status in ('waiting', 'kept', 'leaving')
        """,
        ids=list(ids),
    )
    return {row.id for row in rows}
