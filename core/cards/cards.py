"""Cards as they stand in the books: found, read and locked. `lifecycle` moves them."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from core.errors import Refusal
from core.money import Money
from core.store.unit import Row, Unit

Type = Literal["virtual", "physical"]
Occasion = Literal["first", "replacement", "renewal"]
Status = Literal[
    "requested", "produced", "shipped", "active", "paused", "blocked",
    "lost", "stolen", "closed", "replaced", "failed",
]  # fmt: skip
LIVING: tuple[Status, ...] = ("requested", "produced", "shipped", "active", "paused", "blocked")
"""Cards that may still become something else; the other statuses are the end of one."""
MOST_LISTED = 50


class UnknownCard(Refusal):
    """The customer has no such card."""

    code = "unknown_card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card. Its number is in the vault; the last four digits tell cards apart."""

    id: UUID
    customer: UUID
    wallet: UUID
    product: str
    type: Type
    status: Status
    limit: Money
    """What it may spend in a month, in the wallet's currency."""
    replaces: UUID | None
    """The card whose place it takes."""
    occasion: Occasion
    order_id: UUID
    reference: str
    channel: str
    status_by_kind: Literal["customer", "staff", "system"]
    status_by: UUID | None
    status_why: str
    status_at: datetime
    created_at: datetime
    bin: str = ""
    """The first six digits; like ``last4`` and ``scheme_id`` empty until it has a number."""
    last4: str = ""
    expires_on: date | None = None
    """The last day on which it is good; None until it has a number."""
    scheme_id: str = ""
    """What the card scheme calls it."""
    code: str = ""
    """Why it failed; empty for any other."""
    moves: int = 0
    """How often its status has moved: the number of its last event."""

    @property
    def currency(self) -> str:
        """The wallet's currency."""
        return self.limit.currency

    @property
    def shown(self) -> str:
        """What tells it apart on any screen: ``*1234``, or nothing while it has no number."""
        return f"*{self.last4}" if self.last4 else ""

    @property
    def is_open(self) -> bool:
        """Whether it may pay now, as far as its status goes."""
        return self.status == "active"

    @property
    def is_living(self) -> bool:
        """Whether it may still become something else."""
        return self.status in LIVING

    @property
    def keeps_its_place(self) -> bool:
        """Whether it follows the card it replaced: it lives, or another follows it in turn."""
        return self.is_living or self.status == "replaced"


def add(unit: Unit, card: Card) -> None:
    """Write down a card that was asked for. Its first event says by whom."""
    unit.run(
        """
        insert into cards (card_id, customer_id, wallet_id, product_id, type, status, "limit",
            currency, replaces, occasion, order_id, reference, channel, status_by_kind, status_by,
            status_why, status_at, created_at)
        values (%(id)s, %(customer)s, %(wallet)s, %(product)s, %(type)s, %(status)s, %(limit)s,
            %(currency)s, %(replaces)s, %(occasion)s, %(order)s, %(reference)s, %(channel)s,
            %(by_kind)s, %(by)s, %(why)s, %(at)s, %(created_at)s)
        """,
        id=card.id,
        customer=card.customer,
        wallet=card.wallet,
        product=card.product,
        type=card.type,
        status=card.status,
        limit=card.limit.minor,
        currency=card.currency,
        replaces=card.replaces,
        occasion=card.occasion,
        order=card.order_id,
        reference=card.reference,
        channel=card.channel,
        by_kind=card.status_by_kind,
        by=card.status_by,
        why=card.status_why,
        at=card.status_at,
        created_at=card.created_at,
    )


def by_id(unit: Unit, card_id: UUID) -> Card | None:
    """Return a card by its id, or None when there is none."""
    return _maybe(unit, f"select {COLUMNS} from cards where card_id = %(id)s", id=card_id)


def by_scheme_id(unit: Unit, scheme_id: str) -> Card | None:
    """Return the card that the scheme calls so, or None when there is none."""
    return _maybe(unit, f"select {COLUMNS} from cards where scheme_id = %(id)s", id=scheme_id)


def locked(unit: Unit, card_id: UUID) -> Card:
    """Return a card with its row locked until the unit ends, so that nobody else moves it.

    Lock it before anything of the ledger.

    :raises UnknownCard: if there is none of that id
    """
    found = _maybe(
        unit,
        f"select {COLUMNS} from cards where card_id = %(id)s for no key update",
        id=card_id,
    )
    if found is None:
        raise UnknownCard
    return found


def own_cards(unit: Unit, customer: UUID, *, ended: bool = False) -> list[Card]:
    """Return a customer's cards, the newest first, fifty at most; those that have ended if asked.

    Cards that never came to be are left out.
    """
    rows = unit.all(
        f"""
        select {COLUMNS} from cards
        where customer_id = %(customer)s and status <> 'failed'
            and (%(ended)s or status = any(%(living)s))
        order by created_at desc, card_id desc limit %(most)s
        """,
        customer=customer,
        ended=ended,
        living=list(LIVING),
        most=MOST_LISTED,
    )
    return [read(row) for row in rows]


def find(unit: Unit, customer: UUID, said: str) -> Card:
    """Return the card of a customer that is meant by its id or its last four digits.

    Of several that end alike, one that lives comes before one that has ended, then the newest.

    :raises UnknownCard: if they have none such
    """
    wanted = said.strip().lstrip("*")
    known = own_cards(unit, customer, ended=True)
    meant = [one for one in known if wanted and wanted in {str(one.id), one.last4}]
    for one in sorted(meant, key=lambda card: not card.is_living):
        return one
    raise UnknownCard


def successor(unit: Unit, card: Card) -> Card | None:
    """Return the card that keeps a card's place, else the newest that took it; None while none did.

    Which is newest is only what clocks say, and those of two servers differ.
    """
    return _maybe(
        unit,
        f"""
        select {COLUMNS} from cards where replaces = %(id)s and status <> 'failed'
        order by status in ('closed', 'lost', 'stolen'), created_at desc, card_id desc limit 1
        """,
        id=card.id,
    )


def last_day(expiry: str) -> date:
    """Return the last day of a card that is good until a month such as ``2028-11``."""
    year, month = (int(part) for part in expiry.split("-"))
    return date(year, month, monthrange(year, month)[1])


def set_limit(unit: Unit, card: Card, limit: Money) -> None:
    """Change what a card may spend in a month.

    :raises ValueError: if that is nothing, or in another currency than the wallet's
    """
    if limit.currency != card.currency or limit.minor <= 0:
        raise ValueError("a card's limit is a positive amount in its wallet's currency")
    unit.run(
        'update cards set "limit" = %(limit)s where card_id = %(id)s',
        id=card.id,
        limit=limit.minor,
    )


COLUMNS = """card_id, customer_id, wallet_id, product_id, type, status, "limit" as monthly,
    currency, bin, last4, expires_on, scheme_id, replaces, occasion, order_id, reference, channel,
    code, status_by_kind, status_by, status_why, status_at, moves, created_at"""
"""What `read` wants of a row of ``cards``, for statements that find one another way."""


def read(row: Row) -> Card:
    """Return the card of a row that has ``COLUMNS``."""
    return Card(
        id=row.card_id,
        customer=row.customer_id,
        wallet=row.wallet_id,
        product=row.product_id,
        type=row.type,
        status=row.status,
        limit=Money(row.monthly, row.currency),
        bin=row.bin or "",
        last4=row.last4 or "",
        expires_on=row.expires_on,
        scheme_id=row.scheme_id or "",
        replaces=row.replaces,
        occasion=row.occasion,
        order_id=row.order_id,
        reference=row.reference,
        channel=row.channel,
        code=row.code or "",
        status_by_kind=row.status_by_kind,
        status_by=row.status_by,
        status_why=row.status_why,
        status_at=row.status_at,
        moves=row.moves,
        created_at=row.created_at,
    )


def those(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, Card]:
    """Return cards by their ids, in one statement; of a thousand at most."""
    rows = unit.all(
        f"select {COLUMNS} from cards where card_id = any(%(ids)s) limit 1000", ids=list(ids)
    )
    return {row.card_id: read(row) for row in rows}


def _maybe(unit: Unit, sql: str, **facts: object) -> Card | None:
    row = unit.maybe(sql, **facts)
    return None if row is None else read(row)
