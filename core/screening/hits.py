"""Hits as compliance reads them: who may be whom, side by side, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.errors import DeskRefusal
from core.screening.candidates import span_of
from core.screening.evidence import told
from core.screening.explain import in_words
from core.screening.party import Band, Party
from core.screening.screen import EXPLAINED, PARTY, party_of_json
from core.store.unit import Row, Unit

PERMISSION = "screening.review"
LONGEST_PAGE = 200
Status = Literal["open", "true_match", "false_positive", "gone"]
STATUSES: tuple[Status, ...] = get_args(Status)
_READ = """
select h.id, h.family, h.key, h.entry, h.score, h.band, h.status, h.found_at, h.decided_at,
    h.approval_id, h.explained, h.customer_id, s.id as version, s.subject, s.subject_id, s.party,
    e.name as listed, e.kind, e.programme, e.remarks, l.title, l.kind as list_kind,
    coalesce(o.born, e.born) as born, coalesce(o.countries, e.countries) as countries,
    coalesce(o.places, e.places) as places,
    not exists (
        select from screening_entries n
        where n.family = h.family and n.key = h.key and n.last_version is null) as delisted,
    a.id as asked
from screening_hits h
join screening_subjects s on s.id = h.subject_id
join screening_entries e on e.entry_id = h.entry_id
join screening_lists l on l.list_id = e.list_id
left join screening_entries o on o.list_id = h.family and o.key = h.key and o.last_version is null
left join approvals a on a.kind = 'screening_decision' and a.subject = h.id::text
    and a.status = 'pending'
"""


class UnknownHit(DeskRefusal):
    """There is no such hit."""

    code = "unknown_hit"


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRead:
    """A hit, opened. ``party`` is who was compared, as they were then; None once forgotten."""

    id: UUID
    subject: str
    subject_id: UUID
    customer: UUID | None
    """Whose data it is, or whose payee."""
    party: Party | None
    family: str
    key: str
    title: str
    list_kind: str
    listed: str
    """The entry's own name on its list."""
    kind: str
    programme: str
    remarks: str
    born: tuple[str, ...]
    countries: tuple[str, ...]
    places: tuple[str, ...]
    score: float
    band: Band
    status: Status
    found_at: datetime
    decided_at: datetime | None
    approval: UUID | None
    asked: UUID | None
    """The request that waits for its second person."""
    delisted: bool
    """Whether the entry has left its list since."""
    parts: Mapping[str, Any] | None

    @property
    def words(self) -> str:
        """Why it is a hit, in words."""
        return "" if self.parts is None else in_words(self.parts)


def page(
    unit: Unit,
    actor: Actor,
    *,
    status: Status = "open",
    customer: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[HitRead]:
    """Return hits, the newest first; ``after`` is the last one of the page before.

    :raises Forbidden: if their role reads none
    """
    actor.require(PERMISSION)
    rows = unit.all(
        f"""
        {_READ} where h.status = %(status)s
            and (%(customer)s::uuid is null or h.customer_id = %(customer)s)
            and (%(after)s::uuid is null or h.id < %(after)s)
        order by h.id desc limit %(limit)s
        """,
        status=status,
        customer=customer,
        after=after,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    return [_opened(unit, row) for row in rows]


def find(unit: Unit, actor: Actor, hit_id: UUID) -> HitRead:
    """Return one hit.

    :raises Forbidden: if their role reads none
    :raises UnknownHit: if there is no such hit
    """
    actor.require(PERMISSION)
    row = unit.maybe(f"{_READ} where h.id = %(id)s", id=hit_id)
    if row is None:
        raise UnknownHit
    return _opened(unit, row)


def of_subject(unit: Unit, actor: Actor, hit: HitRead, *, limit: int) -> list[HitRead]:
    """Return the other hits of the same subject, of all its versions, the newest first.

    :raises Forbidden: if their role reads none
    """
    actor.require(PERMISSION)
    rows = unit.all(
        f"""
        {_READ} where s.subject = %(subject)s and s.subject_id = %(of)s and h.id <> %(id)s
        order by h.id desc limit %(limit)s
        """,
        subject=hit.subject,
        of=hit.subject_id,
        id=hit.id,
        limit=limit,
    )
    return [_opened(unit, row) for row in rows]


def of_party(unit: Unit, actor: Actor, subject_id: UUID) -> list[HitRead]:
    """Return the hits that count of whoever was compared under an id, the newest first.

    :raises Forbidden: if their role reads none
    """
    actor.require(PERMISSION)
    rows = unit.all(
        f"""
        {_READ} where s.subject in ('customer', 'counterparty') and s.subject_id = %(of)s
            and h.status <> 'gone'
        order by h.id desc limit %(limit)s
        """,
        of=subject_id,
        limit=LONGEST_PAGE,
    )
    return [_opened(unit, row) for row in rows]


def counts(unit: Unit, actor: Actor) -> dict[str, int]:
    """Return how many hits are open by band, and how many stand whitelisted or true.

    :raises Forbidden: if their role reads none
    """
    actor.require(PERMISSION)
    rows = unit.all(
        """
        select case status when 'open' then band else status end as what, count(*) as many
        from screening_hits where status <> 'gone' group by 1
        """
    )
    found = dict.fromkeys(("block", "review", "true_match", "false_positive"), 0)
    return found | {row.what: row.many for row in rows}


def seen(unit: Unit, actor: Actor, hit: HitRead) -> None:
    """Note that somebody looked at a hit; the log's customer page says nothing of it."""
    audit.note(
        unit,
        actor,
        "screening.hit_seen",
        subject="screening hit",
        subject_id=hit.id,
        fields=("name", "date_of_birth", "country"),
    )


def _opened(unit: Unit, row: Row) -> HitRead:
    party = parts = None
    if row.party is not None:
        told_of = unit.keys.open_json(row.party, field=PARTY, row=row.version)
        party = party_of_json(told_of)
    if row.explained is not None:
        parts = unit.keys.open_json(row.explained, field=EXPLAINED, row=row.id)
    return HitRead(
        id=row.id,
        subject=row.subject,
        subject_id=row.subject_id,
        customer=row.customer_id,
        party=party,
        family=row.family,
        key=row.key,
        title=row.title,
        list_kind=row.list_kind,
        listed=row.listed,
        kind=row.kind,
        programme=row.programme,
        remarks=row.remarks,
        born=tuple(told(span_of(each)) for each in row.born),
        countries=tuple(row.countries),
        places=tuple(row.places),
        score=float(row.score),
        band=row.band,
        status=row.status,
        found_at=row.found_at,
        decided_at=row.decided_at,
        approval=row.approval_id,
        asked=row.asked,
        delisted=row.delisted,
        parts=parts,
    )
