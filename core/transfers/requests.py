"""Requests: a customer asks another for money, who is told. How they end: ``request_endings``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from core.crm import customers
from core.errors import Refusal
from core.money import Money
from core.store.outbox import queue_notice
from core.store.unit import Row, Unit
from core.transfers import blocks, notes

STAYS_OPEN = timedelta(days=7)
MOST_OF_A_PAIR = 5
MOST_A_DAY = 20
MOST_WAITING = 100
"""How many open requests one customer may have to answer; their numbers have three digits."""
SEALED = "money_requests.note"


class TooManyRequests(Refusal):
    """The asker has asked enough. Facts: ``most``, ``scope`` (``pair``, ``day``, ``waiting``).

    ``waiting``: the one who is asked has too many requests to answer already.
    """

    code = "too_many_requests"


class RequestNotTaken(Refusal):
    """The one who is asked takes no requests from this customer. Fact: ``name`` (masked)."""

    code = "request_not_taken"


class UnknownRequest(Refusal):
    """There is no such open request."""

    code = "unknown_request"


@dataclass(frozen=True, slots=True)
class MoneyRequest:
    """An open request, as either side may see it. ``other`` is who is on the other side."""

    id: UUID
    number: int
    other: UUID
    name: str
    """Masked, of the other side."""
    phone: str
    """Masked, of the other side."""
    amount: Money
    note: str


def ask(unit: Unit, *, asker: UUID, asked: UUID, amount: Money, note: str = "") -> MoneyRequest:
    """Ask a customer for money, and tell them.

    :raises TooManyRequests: if the asker asked this customer, or anybody, too often
    :raises RequestNotTaken: if the customer takes no requests from the asker
    """
    if asker == asked:
        raise ValueError("money is asked of somebody else")
    people = customers.people(unit, [asker, asked])
    name = people[asked].masked_name
    if blocks.is_blocked(unit, asked, asker):
        raise RequestNotTaken(name=name)
    _require_room(unit, asker, asked)
    said, request = notes.clean(note), unit.new_id()
    number: int | None = unit.value(
        INSERT,
        id=request,
        asker=asker,
        asked=asked,
        amount=amount.minor,
        currency=amount.currency,
        note=unit.keys.seal(said, field=SEALED, row=request) if said else None,
        first=request.int % 900,
        expires=unit.now + STAYS_OPEN,
        now=unit.now,
    )
    if number is None:  # somebody else took it in the same instant
        raise TooManyRequests(scope="waiting", most=str(MOST_WAITING))
    facts = {
        "number": str(number),
        "amount": str(amount),
        "name": people[asker].masked_name,
    }
    alert = "money_requested_note" if said else "money_requested"
    queue_notice(
        unit, customer_id=asked, alert=alert, facts=facts | ({"note": said} if said else {})
    )
    phone = people[asked].masked_phone
    return MoneyRequest(request, number, asked, name, phone, amount, said)


def waiting_for(unit: Unit, customer: UUID, *, limit: int) -> list[MoneyRequest]:
    """Return what a customer is asked for and may still pay, the newest first."""
    rows = unit.all(
        OPEN.format(mine="asked", other="asker"), me=customer, limit=limit, now=unit.now
    )
    return _told(unit, rows)


def made_by(unit: Unit, customer: UUID, *, limit: int) -> list[MoneyRequest]:
    """Return what a customer asks others for and is still open, the newest first."""
    rows = unit.all(
        OPEN.format(mine="asker", other="asked"), me=customer, limit=limit, now=unit.now
    )
    return _told(unit, rows)


def numbered(unit: Unit, customer: UUID, number: int) -> MoneyRequest:
    """Return the open request to a customer with this number.

    :raises UnknownRequest: if there is none
    """
    rows = unit.all(
        """
        select id, number, asker as other, amount, currency, note from money_requests
        where asked = %(me)s and number = %(number)s and status = 'open' and expires_at > %(now)s
        """,
        me=customer,
        number=number,
        now=unit.now,
    )
    if not rows:
        raise UnknownRequest
    return _told(unit, rows)[0]


def _require_room(unit: Unit, asker: UUID, asked: UUID) -> None:
    """Judge how often somebody asks, one of their phones after the other."""
    customers.lock(unit, asker)
    row = unit.one(
        """
        select
            (select count(*) from money_requests where asker = %(asker)s and asked = %(asked)s
                and status = 'open' and expires_at > %(now)s) as pair,
            (select count(*) from money_requests
                where asker = %(asker)s and created_at > %(since)s) as day,
            (select count(*) from money_requests
                where asked = %(asked)s and status = 'open') as waiting
        """,
        asker=asker,
        asked=asked,
        since=unit.now - timedelta(days=1),
        now=unit.now,
    )
    for scope, count, most in (
        ("pair", row.pair, MOST_OF_A_PAIR),
        ("day", row.day, MOST_A_DAY),
        ("waiting", row.waiting, MOST_WAITING),
    ):
        if count >= most:
            raise TooManyRequests(scope=scope, most=str(most))


def _told(unit: Unit, rows: Sequence[Row]) -> list[MoneyRequest]:
    if not rows:
        return []
    people = customers.people(unit, [row.other for row in rows])
    return [
        MoneyRequest(
            id=row.id,
            number=row.number,
            other=row.other,
            name=people[row.other].masked_name,
            phone=people[row.other].masked_phone,
            amount=Money(row.amount, row.currency),
            note="" if row.note is None else unit.keys.open(row.note, field=SEALED, row=row.id),
        )
        for row in rows
    ]


# The first free number from one that differs from request to request, so that nobody guesses how
# many there are.
INSERT = """
insert into money_requests (id, number, asker, asked, amount, currency, note, created_at,
    expires_at)
select %(id)s, 100 + free.place, %(asker)s, %(asked)s, %(amount)s, %(currency)s, %(note)s, %(now)s,
    %(expires)s
from (
    select (%(first)s::int + step) %% 900 as place
    from generate_series(0, 899) step
    where not exists(select from money_requests r
        where r.asked = %(asked)s and r.number = 100 + (%(first)s::int + step) %% 900
            and r.status = 'open')
    order by step limit 1
) free
on conflict do nothing
returning number
"""

OPEN = """
select id, number, {other} as other, amount, currency, note from money_requests
where {mine} = %(me)s and status = 'open' and expires_at > %(now)s
order by created_at desc, id limit %(limit)s
"""
