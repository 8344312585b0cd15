"""Screening: is somebody on a list? Two statements: candidates come in, what was found goes out.

Every comparison is kept, also one that finds nothing. Who asks hears a band and the hits that
count; what two people called a false positive does not, as long as neither side has changed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import NAMESPACE_OID, UUID, uuid5

from core.screening import candidates
from core.screening.candidates import Limits
from core.screening.explain import explained
from core.screening.party import Band, ListKind, Party
from core.screening.score import Scored, name_of, score
from core.store.unit import Unit, jsonb

Subject = Literal["customer", "counterparty"]
"""What somebody is to us who is compared: they bank here, or are party of a payment."""
PARTY = "screening_subjects.party"
EXPLAINED = "screening_hits.explained"

NOTE = """
select * from screening_note(%(id)s, %(version)s, %(subject)s, %(subject_id)s, %(customer)s,
    %(fingerprint)s, %(party)s, %(state)s, %(why)s, %(candidates)s, %(top)s::numeric, %(hits)s,
    %(explained)s::bytea[], %(now)s, %(correlation)s)
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that somebody may be. ``status`` says what was decided of it before, if anything."""

    id: UUID
    family: str
    key: str
    name: str
    """The listed name that is most like theirs."""
    score: float
    band: Band
    status: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How somebody stands against the lists, and the hits that say so."""

    band: Band
    hits: tuple[Hit, ...]


def screen(
    unit: Unit,
    party: Party,
    *,
    subject: Subject,
    subject_id: UUID,
    customer: UUID | None = None,
    why: str = "asked",
) -> Verdict:
    """Compare a party with every list, keep that, and return how they stand.

    ``subject`` is what they are to us, ``customer`` or ``counterparty``, and ``subject_id`` which
    one: what was decided of a hit holds for that one alone, so whoever is met again should come
    under the same id (`counterparty_id` makes one). ``customer`` is whose data it is, where that is
    a customer; ``why`` a word for what made it necessary.
    """
    name = name_of(party)
    looked = candidates.look(unit, name.asked)
    scored = [score(party, name, listed) for listed in looked.listed]
    found = hits_of(scored, looked.limits)
    version = unit.new_id()
    hits = [(n, unit.new_id(), *hit) for n, hit in enumerate(found, 1)]
    rows = unit.all(
        NOTE,
        id=unit.new_id(),
        version=version,
        subject=subject,
        subject_id=subject_id,
        customer=customer,
        fingerprint=fingerprint(unit, party),
        party=unit.keys.seal_json(as_json(party), field=PARTY, row=version),
        state=looked.state,
        why=why,
        candidates=len(looked.listed),
        top=max((one.score for one in scored), default=0.0),
        hits=jsonb([as_row(*hit) for hit in hits]),
        explained=[sealed_parts(unit, hit_id, one) for _, hit_id, one, _ in hits],
        now=unit.now,
        correlation=unit.correlation,
    )
    kept = {row.place: row for row in rows}
    return Verdict(
        rows[0].band,
        tuple(
            _hit(kept[n].hit_id, kept[n].status, one, band)
            for n, _, one, band in hits
            if kept[n].status != "false_positive"
        ),
    )


def counterparty_id(unit: Unit, customer: UUID | None, party: Party) -> UUID:
    """Return the id that a customer's counterparty is met under again; nobody can turn it back.

    Whoever pays one who is not known is nobody's (None), and met under one id of their own.
    """
    token = unit.keys.token(f"{customer} {_told(party)}", kind="counterparty")
    return uuid5(NAMESPACE_OID, token)


def hits_of(
    scored: Iterable[Scored], limits: Mapping[ListKind, Limits]
) -> Sequence[tuple[Scored, Band]]:
    """Return the entries that reach a band, each once by its likest name, the surest first."""
    best: dict[tuple[str, str], Scored] = {}
    for one in scored:
        entry = one.listed.family, one.listed.key
        if entry not in best or one.score > best[entry].score:
            best[entry] = one
    found = [(one, band_of(one.score, limits[one.listed.list_kind])) for one in best.values()]
    return sorted(
        ((one, band) for one, band in found if band != "clear"),
        key=lambda hit: (-hit[0].score, hit[0].listed.family, hit[0].listed.key),
    )


def band_of(score: float, limits: Limits) -> Band:
    """Return the band that a score falls into."""
    if limits.block is not None and score >= limits.block:
        return "block"
    return "review" if score >= limits.review else "clear"


def fingerprint(unit: Unit, party: Party) -> str:
    """Return what tells one version of a party from another, and tells nobody who it is."""
    return unit.keys.token(_told(party), kind="screening")


def party_of_json(told: Mapping[str, Any]) -> Party:
    """Return a party as `as_json` told it."""
    born = None if told["born"] is None else date.fromisoformat(told["born"])
    return Party(told["kind"], told["name"], born, told["country"], told["year"])


def as_json(party: Party) -> dict[str, str | int | None]:
    """Return a party as it is sealed; `party_of_json` reads it."""
    born = None if party.born is None else party.born.isoformat()
    return {
        "kind": party.kind,
        "name": party.name,
        "born": born,
        "country": party.country,
        "year": party.year,
    }


def as_row(place: int, hit: UUID, one: Scored, band: Band) -> dict[str, object]:
    """Return a hit as ``screening_note`` takes it."""
    return {
        "place": place,
        "id": str(hit),
        "family": one.listed.family,
        "key": one.listed.key,
        "entry": one.listed.entry,
        "entry_id": one.listed.entry_id,
        "score": one.score,
        "band": band,
    }


def sealed_parts(unit: Unit, hit: UUID, one: Scored) -> bytes:
    """Return the parts of a score as they are kept with a hit."""
    return unit.keys.seal_json(explained(one), field=EXPLAINED, row=hit)


def _hit(hit: UUID, status: str, one: Scored, band: Band) -> Hit:
    listed = one.listed
    return Hit(hit, listed.family, listed.key, listed.name, one.score, band, status)


def _told(party: Party) -> str:
    return json.dumps(as_json(party), sort_keys=True, ensure_ascii=False)
