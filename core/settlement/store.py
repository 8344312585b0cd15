"""The rows of payments that leave: read, locked and moved only here, and each move written down.

Locks are taken in one order: the order to a partner, the payment, its nostro's line, then what the
ledger locks. Whoever moves a payment holds its row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.errors import Refusal
from core.money import Money
from core.settlement.routing import Choice
from core.store.unit import Row, Unit, jsonb

ACCOUNT, NAME = "settlements.account_no", "settlements.payee_name"
NOTE, WORDS = "settlements.note", "settlements.reason_words"
_MOVING = frozenset(
    {
        "rail", "tried", "attempts", "order_id", "partner_reference", "window_id", "due_at",
        "waits_for", "expected_by", "clearing", "in_clearing", "reserved_at", "reason_code",
        "reason_words", "returned", "return_reference", "settled_at", "ended_at",
    }
)  # fmt: skip
"""What may change while a payment is on its way."""


class UnknownPayout(Refusal):
    """The customer has made no such payment."""

    code = "unknown_payout"


@dataclass(frozen=True, slots=True)
class Settlement:
    """A payment that leaves, as it stands while its row is locked. Nothing sealed is opened yet."""

    id: UUID
    customer: UUID
    wallet: UUID
    bank_id: str
    kind: str
    amount: Money
    fee: Money
    status: str
    reference: str
    channel: str
    rail: str
    tried: tuple[str, ...]
    attempts: int
    order_id: UUID | None
    window_id: UUID | None
    due_at: datetime | None
    waits_for: str | None
    expected_by: datetime
    clearing: str | None
    in_clearing: Money
    reserved_at: str | None
    reason_code: str | None
    returned: Money
    settled_at: datetime | None
    events: int
    made_at: datetime
    confirmed: bool
    sealed: Mapping[str, bytes | None]
    """``account_no``, ``payee_name``, ``note``."""


_COLUMNS = """settlement_id, customer_id, wallet_id, bank_id, kind, amount, currency, fee, status,
    reference, channel, rail, tried, attempts, order_id, window_id, due_at, waits_for, expected_by,
    clearing, in_clearing, reserved_at, reason_code, returned, settled_at, events,
    "timestamp" as made_at, confirmed, account_no, payee_name, note"""


def lock(unit: Unit, settlement: UUID) -> Settlement | None:
    """Return a payment with its row locked, or None when there is none."""
    row = unit.maybe(
        f"select {_COLUMNS} from settlements where settlement_id = %(id)s for no key update",
        id=settlement,
    )
    return None if row is None else _settlement(row)


def lock_due(unit: Unit, settlement: UUID) -> Settlement | None:
    """Return a payment that is due with its row locked; None when somebody else is at it."""
    row = unit.maybe(
        f"""
        select {_COLUMNS} from settlements
        where settlement_id = %(id)s and due_at <= %(now)s for no key update skip locked
        """,
        id=settlement,
        now=unit.now,
    )
    return None if row is None else _settlement(row)


def find(unit: Unit, settlement: UUID) -> Settlement | None:
    """Return a payment as it stands, without a lock."""
    row = unit.maybe(
        f"select {_COLUMNS} from settlements where settlement_id = %(id)s", id=settlement
    )
    return None if row is None else _settlement(row)


def due(unit: Unit, *, most: int) -> list[UUID]:
    """Return the payments that are due to be looked at, the longest due first."""
    rows = unit.all(
        """
        select settlement_id from settlements where due_at <= %(now)s
        order by due_at, settlement_id limit %(most)s
        """,
        now=unit.now,
        most=most,
    )
    return [row.settlement_id for row in rows]


def move(
    unit: Unit,
    one: Settlement,
    status: str,
    *,
    event: str,
    code: str | None = None,
    facts: Mapping[str, str] | None = None,
    changes: Mapping[str, object] | None = None,
) -> Settlement:
    """Move a locked payment to a status, write down what happened, and return it as it is now.

    ``changes`` are other columns by name. ``facts`` go into the history, which everybody who looks
    after the bank may read: no names, numbers of accounts or words of others.
    """
    changes = changes or {}
    if unknown := changes.keys() - _MOVING:
        raise ValueError(f"these do not move: {sorted(unknown)}")
    sets = "".join(f", {name} = %({name})s" for name in sorted(changes))
    row = unit.one(
        f"""
        with moved as (
            update settlements set status = %(status)s, events = events + 1{sets}
            where settlement_id = %(id)s
            returning {_COLUMNS}
        ), told as (
            insert into settlement_events (settlement_id, seq, at, event, was, status, rail, code,
                facts, order_id, correlation)
            select settlement_id, events, %(now)s, %(event)s, %(was)s, status, rail, %(code)s,
                %(facts)s, order_id, %(correlation)s from moved
        )
        select * from moved
        """,
        id=one.id,
        was=one.status,
        status=status,
        event=event,
        code=code,
        facts=jsonb(dict(facts or {})),
        now=unit.now,
        correlation=unit.correlation,
        **changes,
    )
    return _settlement(row)


def put_off(unit: Unit, settlement: UUID, *, until: datetime) -> None:
    """Look at a payment that waits no earlier than this; nothing of it moves."""
    unit.run(
        """
        update settlements set due_at = %(until)s
        where settlement_id = %(id)s and due_at is not null
        """,
        id=settlement,
        until=until,
    )


def note(
    unit: Unit,
    one: Settlement,
    event: str,
    *,
    code: str | None = None,
    facts: Mapping[str, str] | None = None,
) -> Settlement:
    """Write down that something happened to a locked payment that moves nothing."""
    return move(unit, one, one.status, event=event, code=code, facts=facts)


def decided(unit: Unit, settlement: UUID, choice: Choice) -> None:
    """Write down why a route was taken, with every rail that was looked at."""
    unit.run(
        """
        insert into route_decisions (decision_id, settlement_id, at, chosen, why, candidates)
        values (%(id)s, %(settlement)s, %(now)s, %(chosen)s, %(why)s, %(candidates)s)
        """,
        id=unit.new_id(),
        settlement=settlement,
        chosen=choice.rail.rail if choice.rail else None,
        why=choice.why,
        candidates=jsonb(choice.told),
        now=unit.now,
    )


def account(unit: Unit, one: Settlement) -> str:
    """Return the payee's account or phone number; empty once it was forgotten."""
    return _opened(unit, one, "account_no", ACCOUNT)


def payee(unit: Unit, one: Settlement) -> str:
    """Return the payee's name; empty once it was forgotten."""
    return _opened(unit, one, "payee_name", NAME)


def words(unit: Unit, one: Settlement) -> str:
    """Return the payer's note; empty where there is none."""
    return _opened(unit, one, "note", NOTE)


def _opened(unit: Unit, one: Settlement, column: str, field: str) -> str:
    sealed = one.sealed[column]
    return "" if sealed is None else unit.keys.open(sealed, field=field, row=one.id)


def _settlement(row: Row) -> Settlement:
    return Settlement(
        id=row.settlement_id,
        customer=row.customer_id,
        wallet=row.wallet_id,
        bank_id=row.bank_id,
        kind=row.kind,
        amount=Money(row.amount, row.currency),
        fee=Money(row.fee, row.currency),
        status=row.status,
        reference=row.reference,
        channel=row.channel,
        rail=row.rail,
        tried=tuple(row.tried),
        attempts=row.attempts,
        order_id=row.order_id,
        window_id=row.window_id,
        due_at=row.due_at,
        waits_for=row.waits_for,
        expected_by=row.expected_by,
        clearing=row.clearing,
        in_clearing=Money(row.in_clearing, row.currency),
        reserved_at=row.reserved_at,
        reason_code=row.reason_code,
        returned=Money(row.returned, row.currency),
        settled_at=row.settled_at,
        events=row.events,
        made_at=row.made_at,
        confirmed=row.confirmed,
        sealed={"account_no": row.account_no, "payee_name": row.payee_name, "note": row.note},
    )
