"""Words the bank did not understand at once, with what they meant: what understanding may learn.

Nobody is in them. Whoever hands words over takes numbers and names out first; what is personal all
the same is masked here, no digits are left, and no row says who wrote them. The same words with the
same meaning are one row, which counts. Nothing is learnt before somebody has looked at it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from core import pii
from core.access import audit
from core.access.actors import Actor
from core.errors import DeskRefusal
from core.store.unit import Row, Unit

Source = Literal["clarify", "agent", "fallback"]
"""The customer picked what was meant; somebody at the desk said it; it ended with a person."""
State = Literal["new", "accepted", "rejected"]
SOURCES: tuple[Source, ...] = ("clarify", "agent", "fallback")
STATES: tuple[State, ...] = ("new", "accepted", "rejected")
REVIEW = "understanding.review"
SEALED = "understanding_candidates.words"
LONGEST = 400
MOST_LISTED = 200
_DIGITS = re.compile(r"\*{0,4}\d(?:[\d.,]*\d)?")
_SPACES = re.compile(r"\s+")


class NoCandidate(DeskRefusal):
    """There are no words of that id. Fact: ``id``."""

    code = "no_candidate"


class MeaningNeeded(DeskRefusal):
    """Nobody has said yet what the words mean, and nothing can be learnt without that."""

    code = "meaning_needed"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words, and what they mean."""

    id: UUID
    words: str = field(repr=False)
    """Masked."""
    language: str
    guessed: tuple[str, ...]
    """The intents they were taken for, the likeliest first."""
    chosen: str | None
    """The intent that was meant, where anybody has said."""
    source: Source
    times: int
    state: State
    first_at: datetime
    last_at: datetime


def impersonal(text: str) -> str:
    """Return words as they are kept: one line, nothing personal in them, no digits."""
    masked = pii.mask(text[:LONGEST])
    return _SPACES.sub(" ", _DIGITS.sub("#", masked)).strip()


NOTE = """
insert into understanding_candidates as c (id, words, index, language, guessed, chosen, source,
    first_at, last_at)
values (%(id)s, %(words)s, %(index)s, %(language)s, %(guessed)s, %(chosen)s, %(source)s, %(now)s,
    %(now)s)
on conflict (index) do update set times = c.times + 1, last_at = excluded.last_at
returning c.id
"""


def note(
    unit: Unit,
    text: str,
    *,
    language: str,
    guessed: Sequence[str],
    chosen: str | None,
    source: Source,
) -> UUID | None:
    """Keep words and what they meant, once; return their id, or None where nothing is left of them.

    Words that were kept before with the same meaning are counted, also when they were judged.
    """
    words = impersonal(text)
    if not any(letter.isalpha() for letter in words):
        return None
    made = unit.new_id()
    said = f"{source} {language} {chosen or '-'} {words.casefold()}"
    kept: UUID = unit.value(
        NOTE,
        id=made,
        words=unit.keys.seal(words, field=SEALED, row=made),
        index=unit.keys.token(said, kind="candidate"),
        language=language,
        guessed=list(guessed),
        chosen=chosen,
        source=source,
        now=unit.now,
    )
    return kept


def correct(
    unit: Unit,
    actor: Actor,
    text: str,
    *,
    language: str,
    guessed: Sequence[str] = (),
    meant: str,
) -> UUID | None:
    """Keep what somebody at the desk says that a customer's words meant; return as `note` does.

    :raises Forbidden: if they may not answer cases
    """
    actor.require("cases.work")
    return note(unit, text, language=language, guessed=guessed, chosen=meant, source="agent")


LIST = """
select id, words, language, guessed, chosen, source, times, state, first_at, last_at
from understanding_candidates c
where state = %(state)s and (%(after)s::uuid is null or (times, id) < (
    select a.times, a.id from understanding_candidates a where a.id = %(after)s))
order by times desc, id desc limit %(limit)s
"""


def page(
    unit: Unit, state: State = "new", *, after: UUID | None = None, limit: int = 50
) -> list[Candidate]:
    """Return words that stand so, the most frequent first; ``after`` is the last one seen."""
    rows = unit.all(LIST, state=state, after=after, limit=max(1, min(limit, MOST_LISTED)))
    return [_read(unit, row) for row in rows]


def accepted(unit: Unit) -> Iterator[Candidate]:
    """Yield all that was accepted, page by page."""
    last: UUID | None = None
    while found := page(unit, "accepted", after=last, limit=MOST_LISTED):
        yield from found
        last = found[-1].id


def review(
    unit: Unit, actor: Actor, candidate: UUID, state: State, *, meant: str | None = None
) -> Candidate:
    """Accept or reject words; ``meant`` says what they mean, where that was wrong or not said.

    :raises Forbidden: if they may not judge what is learnt
    :raises NoCandidate: if there are none of that id
    :raises MeaningNeeded: if they are accepted and nobody has said what they mean
    """
    actor.require(REVIEW)
    row = unit.maybe(
        "select chosen from understanding_candidates where id = %(id)s for update", id=candidate
    )
    if row is None:
        raise NoCandidate(id=str(candidate))
    chosen = meant or row.chosen
    if state == "accepted" and chosen is None:
        raise MeaningNeeded
    changed = unit.one(
        """
        update understanding_candidates set state = %(state)s, chosen = %(chosen)s,
            reviewed_by = %(by)s, reviewed_at = %(at)s
        where id = %(id)s
        returning id, words, language, guessed, chosen, source, times, state, first_at, last_at
        """,
        id=candidate,
        state=state,
        chosen=chosen,
        by=None if state == "new" else actor.id,
        at=None if state == "new" else unit.now,
    )
    audit.note(
        unit,
        actor,
        "understanding.reviewed",
        subject="understanding",
        subject_id=candidate,
        after={"state": state, "meant": chosen},
    )
    return _read(unit, changed)


def _read(unit: Unit, row: Row) -> Candidate:
    return Candidate(
        id=row.id,
        words=unit.keys.open(bytes(row.words), field=SEALED, row=row.id),
        language=row.language,
        guessed=tuple(row.guessed),
        chosen=row.chosen,
        source=row.source,
        times=row.times,
        state=row.state,
        first_at=row.first_at,
        last_at=row.last_at,
    )
