"""Taking in what others tell: a file becomes sources and their lines, whole and once.

What is personal in a line (names, account numbers, words) is sealed; the account is found by its
token. The same file again is the same import.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.iso.messages import Unreadable
from core.iso.mt940 import is_mt940
from core.money import Money
from core.recon import report, statements
from core.recon.lines import write_lines
from core.recon.told import (
    AccountUnknown,
    FileUnreadable,
    Format,
    Line,
    PartnerNeeded,
    Told,
    ToldOtherwise,
)
from core.store.crashpoints import reached
from core.store.unit import Row, Unit

PERMISSION = "operations.reconcile"


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought. ``again``: it had come before, and nothing was done."""

    id: UUID
    format: str
    sources: int
    lines: int
    again: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Which of our nostros a source is about, and whose rail's; a report is about several."""

    partner: str
    account: str | None = None
    nostro: str | None = None
    currency: str | None = None


def take_in(
    unit: Unit, actor: Actor, content: bytes, *, partner: str = "", on: date | None = None
) -> Imported:
    """Take in a file: a rail's report, camt.053 or MT940, told by looking at it.

    ``partner`` says whose report it is, or whose account a statement is of that names one of
    theirs; ``on`` the day of a report without lines.

    :raises Forbidden: if their role takes in nothing
    :raises FileUnreadable: if it is none of them, or not whole
    :raises PartnerNeeded: if it is a report and ``partner`` is not given, or nobody's
    :raises AccountUnknown: if it is a statement of an account that is no nostro
    :raises ToldOtherwise: if the same statement came before in another file
    """
    actor.require(PERMISSION)
    format_, found = _read(unit, content, partner, on)
    # Two at once: the second waits here, and then sees what the first has done.
    unit.run("select pg_advisory_xact_lock(hashtextextended('recon import', 0))")
    digest = _digest(content, found)
    if known := _known(unit, digest):
        return known
    import_id = unit.new_id()
    unit.run(
        """
        insert into recon_imports (import_id, content_sha256, format, bytes, imported_at,
            imported_by)
        values (%(id)s, %(hash)s, %(format)s, %(bytes)s, %(now)s, %(by)s)
        """,
        id=import_id,
        hash=digest,
        format=format_,
        bytes=len(content),
        by=f"{actor.kind} {actor.id}" if actor.id else actor.kind,
        now=unit.now,
    )
    for told in found:
        place = _place(unit, told, partner)
        source = _keep(unit, import_id, told, place)
        write_lines(unit, source, told, place.partner, place.nostro)
        reached("recon.source_written")
    done = Imported(
        import_id, format_, len(found), sum(len(one.lines) for one in found), again=False
    )
    audit.note(
        unit,
        actor,
        "reconciliation.imported",
        subject="import",
        subject_id=import_id,
        after={"format": format_, "sources": done.sources, "lines": done.lines},
    )
    return done


def _digest(content: bytes, found: Sequence[Told]) -> bytes:
    """Return what tells a file from others: two reports without lines differ in their day."""
    seen = hashlib.sha256(content)
    for one in found:
        if one.kind == "report":
            seen.update(f"{one.name} {one.day}".encode())
    return seen.digest()


def _known(unit: Unit, digest: bytes) -> Imported | None:
    row = unit.maybe(
        """
        select i.import_id, i.format, count(s.source_id) as sources,
            coalesce(sum(s.lines), 0)::bigint as lines
        from recon_imports i left join recon_sources s on s.import_id = i.import_id
        where i.content_sha256 = %(hash)s group by i.import_id, i.format
        """,
        hash=digest,
    )
    if row is None:
        return None
    return Imported(row.import_id, row.format, row.sources, row.lines, again=True)


def _read(
    unit: Unit, content: bytes, partner: str, on: date | None
) -> tuple[Format, Sequence[Told]]:
    try:
        if report.is_report(content):
            if not unit.all("select from rails where partner = %(p)s limit 1", p=partner):
                raise PartnerNeeded
            return "report", (report.read(content, partner=partner, on=on),)
        return "mt940" if is_mt940(content) else "camt", statements.read(content)
    except Unreadable as why:
        raise FileUnreadable(why=str(why)) from None


def _place(unit: Unit, told: Told, partner: str) -> Place:
    if told.kind == "report":
        return Place(partner)
    row: Row | None = None
    for account in (told.account, f"{partner}-{_currency(told)}".upper()):
        row = row or unit.maybe(
            """
            select account, nostro, currency, partner from recon_accounts
            where account = %(account)s
            """,
            account=account,
        )
    if row is None or row.currency != _currency(told):
        raise AccountUnknown(account=told.account[-4:].rjust(len(told.account), "*"))
    return Place(row.partner, row.account, row.nostro, row.currency)


def _keep(unit: Unit, import_id: UUID, told: Told, place: Place) -> UUID:
    source = unit.new_id()
    balanced = told.opening is not None and told.closing is not None
    written = unit.run(
        """
        insert into recon_sources (source_id, import_id, source, partner, account, nostro, currency,
            name, number, since, day, opening, closing, lines, total)
        values (%(id)s, %(import)s, %(kind)s, %(partner)s, %(account)s, %(nostro)s,
            %(currency)s, %(name)s, %(number)s, %(since)s, %(day)s, %(opening)s, %(closing)s,
            %(lines)s, %(total)s)
        on conflict do nothing
        """,
        id=source,
        kind=told.kind,
        partner=place.partner,
        account=place.account,
        nostro=place.nostro,
        currency=place.currency,
        name=told.name,
        number=told.number,
        since=told.since,
        day=told.day,
        opening=told.opening.minor if told.opening else None,
        closing=told.closing.minor if told.closing else None,
        lines=len(told.lines),
        total=_total(told.lines) if balanced else None,
        **{"import": import_id},
    )
    if not written:
        raise ToldOtherwise(name=told.name, day=told.day.isoformat())
    return source


def _total(lines: Sequence[Line]) -> int:
    return sum(one.amount.minor for one in lines)


def _currency(told: Told) -> str:
    opening: Money | None = told.opening
    return opening.currency if opening else ""
