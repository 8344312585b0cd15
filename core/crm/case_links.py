"""What belongs to a case: the payments it is about, and files. Each is named once."""

from uuid import UUID

from core.crm.case_store import By, Case
from core.store.unit import Unit


def attach(
    unit: Unit,
    case: Case,
    *,
    media: UUID | None = None,
    document: UUID | None = None,
    by: By = "customer",
    actor: UUID | None = None,
) -> None:
    """Add a file to a case: one that was sent to us, or a document of ours. Twice is once."""
    unit.run(
        """
        with attached as (
            insert into case_attachments (id, case_id, at, by, actor, media_id, document_id)
            values (%(id)s, %(case)s, %(now)s, %(by)s, %(actor)s, %(media)s, %(document)s)
            on conflict do nothing returning id
        )
        insert into case_events (id, case_id, at, what, by, actor, became)
        select %(event)s, %(case)s, %(now)s, 'attached', %(by)s, %(actor)s, id::text from attached
        """,
        id=unit.new_id(),
        event=unit.new_id(),
        case=case.id,
        media=media,
        document=document,
        by=by,
        actor=actor,
        now=unit.now,
    )


def link(unit: Unit, case: Case, *, transaction: UUID, by: By, actor: UUID | None = None) -> None:
    """Say that a case is about a payment; the caller knows whose it is. Twice is once."""
    unit.run(
        """
        with linked as (
            insert into case_links (case_id, transaction_id, at, by, actor)
            values (%(case)s, %(transaction)s, %(now)s, %(by)s, %(actor)s)
            on conflict do nothing returning transaction_id
        )
        insert into case_events (id, case_id, at, what, by, actor, became)
        select %(event)s, %(case)s, %(now)s, 'linked', %(by)s, %(actor)s, transaction_id::text
        from linked
        """,
        event=unit.new_id(),
        case=case.id,
        transaction=transaction,
        by=by,
        actor=actor,
        now=unit.now,
    )


def links(unit: Unit, case: Case) -> list[UUID]:
    """Return the payments a case is about, in the order they were named."""
    rows = unit.all(
        """
        select transaction_id from case_links where case_id = %(case)s order by at, transaction_id
        """,
        case=case.id,
    )
    return [row.transaction_id for row in rows]
