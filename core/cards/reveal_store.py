"""Chances to see a card's number, as they stand in the books: made, opened once, and ended."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from core.errors import Refusal
from core.store.unit import Unit

TRIES = 3
RECENT, MOST_RECENT = timedelta(minutes=15), 3
DAY, MOST_A_DAY = timedelta(hours=24), 10

Way = Literal["link", "code"]


class TooManyReveals(Refusal):
    """A customer asked so often for numbers that none is shown for a while. Fact: ``minutes``."""

    code = "too_many_reveals"


@dataclass(frozen=True, slots=True)
class Taken:
    """A chance that was used just now."""

    id: UUID
    card: UUID
    customer: UUID


@dataclass(frozen=True, slots=True)
class Missed:
    """A code that was entered wrong. ``left`` tries remain; 0 ends it."""

    left: int


def add(
    unit: Unit,
    id: UUID,  # noqa: A002 - the chance's
    *,
    card: UUID,
    customer: UUID,
    way: Way,
    good_for: timedelta,
    token: str = "",
) -> None:
    """Write down a chance; of a link's token only the hash. Whoever calls has the card locked.

    :raises TooManyReveals: if the customer asked for three in a quarter of an hour or ten in a day
    """
    _require_few(unit, customer)
    end(unit, card)
    unit.run(
        """
        insert into card_reveals (id, card_id, customer_id, way, token_hash, created_at, expires_at)
        values (%(id)s, %(card)s, %(customer)s, %(way)s, %(hash)s, %(now)s, %(until)s)
        """,
        id=id,
        card=card,
        customer=customer,
        way=way,
        hash=_hash(token) if token else None,
        now=unit.now,
        until=unit.now + good_for,
    )


def end(unit: Unit, card: UUID) -> None:
    """End every chance to see a card's number that was not used."""
    unit.run(
        """
        update card_reveals set ended_at = %(now)s
        where card_id = %(card)s and opened_at is null and ended_at is null
            and expires_at > %(now)s
        """,
        card=card,
        now=unit.now,
    )


def waiting(unit: Unit, token: str) -> UUID | None:
    """Return whose a link is that would open now, or None. It is not used up by this."""
    found: UUID | None = unit.value(
        """
        select customer_id from card_reveals
        where token_hash = %(hash)s and opened_at is null and ended_at is null
            and expires_at > %(now)s
        """,
        hash=_hash(token),
        now=unit.now,
    )
    return found


def take_link(unit: Unit, token: str) -> Taken | None:
    """Use a link up; None when it is none of ours, was used before, or is too late."""
    row = unit.maybe(
        """
        update card_reveals set opened_at = %(now)s
        where token_hash = %(hash)s and opened_at is null and ended_at is null
            and expires_at > %(now)s
        returning id, card_id, customer_id
        """,
        hash=_hash(token),
        now=unit.now,
    )
    return None if row is None else Taken(*tuple(row))


def code_of(unit: Unit, customer: UUID) -> UUID | None:
    """Return the id of the code that a customer was last sent, taking no lock."""
    found: UUID | None = unit.value(
        """
        select id from card_reveals where customer_id = %(customer)s and way = 'code'
        order by created_at desc, id desc limit 1
        """,
        customer=customer,
    )
    return found


def take_code(unit: Unit, code: UUID | None, *, right: bool, by: UUID | None) -> Taken | Missed:
    """Use a code up whose digits were right, and count a wrong try; it is answered, not raised.

    So the count stays. One that was used, is too late or was tried too often has no tries left.
    """
    row = unit.maybe(
        """
        update card_reveals set attempts = attempts + case when %(right)s then 0 else 1 end,
            opened_at = case when %(right)s then %(now)s::timestamptz end,
            opened_by = case when %(right)s then %(by)s::uuid end
        where id = %(code)s and way = 'code' and opened_at is null and ended_at is null
            and expires_at > %(now)s and attempts < %(tries)s
        returning id, card_id, customer_id, attempts, opened_at is not null as opened
        """,
        code=code,
        right=right,
        by=by,
        tries=TRIES,
        now=unit.now,
    )
    if row is None:
        return Missed(0)
    if not row.opened:
        return Missed(TRIES - row.attempts)
    return Taken(row.id, row.card_id, row.customer_id)


def note_shown(unit: Unit, reveal: UUID) -> None:
    """Write down that what was opened was really shown."""
    unit.run(
        "update card_reveals set shown_at = %(now)s where id = %(id)s and shown_at is null",
        id=reveal,
        now=unit.now,
    )


def _require_few(unit: Unit, customer: UUID) -> None:
    asked = unit.one(
        """
        select count(*) filter (where created_at > %(recent)s) as recent, count(*) as today
        from card_reveals where customer_id = %(customer)s and created_at > %(day)s
        """,
        customer=customer,
        recent=unit.now - RECENT,
        day=unit.now - DAY,
    )
    if asked.today >= MOST_A_DAY:
        raise TooManyReveals(minutes=str(int(DAY.total_seconds()) // 60))
    if asked.recent >= MOST_RECENT:
        raise TooManyReveals(minutes=str(int(RECENT.total_seconds()) // 60))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
