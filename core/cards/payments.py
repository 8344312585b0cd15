"""Payments by card as they stand: written down, found, and moved on with an event for each step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.cards.messages import Paid, Request, Way, What
from core.cards.payer import Payer
from core.errors import Refusal
from core.money import Money
from core.store.unit import Row, Unit

Status = Literal["approved", "declined", "captured", "reversed", "expired"]
Step = Literal[
    "approved", "declined", "raised", "raise_declined", "lowered", "reversed", "captured",
    "forced", "expired", "refunded",
]  # fmt: skip
MOST_LISTED = 50


class UnknownCardPayment(Refusal):
    """The customer has made no such payment by card."""

    code = "unknown_card_payment"


@dataclass(frozen=True, slots=True)
class CardPayment:
    """A payment by card. Amounts are in the wallet's currency unless told otherwise."""

    id: UUID
    card: UUID
    customer: UUID
    wallet: UUID
    scheme: str
    ref: str
    """The scheme's id of its whole life."""
    kind: What
    amount: Money
    """What is authorised now; what was asked for, when it was declined."""
    paid: Paid
    """In the merchant's currency, when it was first asked for."""
    merchant: str
    city: str
    country: str
    mcc: str
    group: str
    way: Way
    status: Status
    code: str
    reason: str
    """Why not; empty when it was approved."""
    approval: str
    hold: UUID | None
    held: Money
    captured: Money
    """What the merchant has taken."""
    refunded: Money
    forced: bool
    """Money left although the bank had not agreed."""
    expires_at: datetime | None
    events: int
    at: datetime

    @property
    def spent(self) -> Money:
        """What it comes to for its customer now: taken or held, and not given back."""
        return self.captured + self.held - self.refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """How a payment begins: what was decided, and what is held of it."""

    status: Status
    code: str
    step: Step
    amount: Money
    reason: str = ""
    approval: str = ""
    hold: UUID | None = None
    held: Money | None = None
    forced: bool = False
    expires_at: datetime | None = None


def insert(unit: Unit, request: Request, payer: Payer, begun: Begun) -> CardPayment:
    """Write down a payment that the scheme speaks of for the first time, and its first event."""
    none = Money(0, payer.currency)
    one = CardPayment(
        id=request.id, card=payer.card, customer=payer.customer, wallet=payer.wallet,
        scheme=request.scheme, ref=request.ref, kind=request.what, amount=begun.amount,
        paid=request.paid, merchant=request.merchant.name, city=request.merchant.city,
        country=request.merchant.country, mcc=request.merchant.mcc, group=payer.trade.group,
        way=request.way, status=begun.status, code=begun.code, reason=begun.reason,
        approval=begun.approval, hold=begun.hold, held=begun.held or none, captured=none,
        refunded=none, forced=begun.forced, expires_at=begun.expires_at, events=1, at=unit.now,
    )  # fmt: skip
    unit.run(
        """
        with paid as (
            insert into card_transactions (card_tx_id, card_id, customer_id, wallet_id, scheme,
                scheme_ref, kind, amount, currency, paid_amount, paid_currency, rate, merchant,
                merchant_id, merchant_city, merchant_country, mcc, mcc_group, way, status, code,
                reason, approval, hold_id, held, captured, refunded, forced, expires_at,
                "timestamp")
            values (%(id)s, %(card)s, %(customer)s, %(wallet)s, %(scheme)s, %(ref)s, %(kind)s,
                %(amount)s, %(currency)s, %(paid)s, %(paid_currency)s, %(rate)s, %(merchant)s,
                %(merchant_id)s, %(city)s, %(country)s, %(mcc)s, %(group)s, %(way)s, %(status)s,
                %(code)s, %(reason)s, %(approval)s, %(hold)s, %(held)s, %(captured)s,
                %(refunded)s, %(forced)s, %(expires_at)s, %(now)s)
        )
        insert into card_tx_events (card_tx_id, n, kind, amount, held, captured, refunded, code,
            reason, message_id, correlation, at)
        values (%(id)s, 1, %(step)s, %(step_amount)s, %(held)s, %(captured)s, %(refunded)s,
            %(code)s, %(reason)s, %(id)s, %(correlation)s, %(now)s)
        """,
        **_facts(one),
        rate=request.rate,
        merchant_id=request.merchant.id,
        step=begun.step,
        step_amount=request.amount.minor,
        correlation=unit.correlation,
        now=unit.now,
    )
    return one


def save(
    unit: Unit,
    one: CardPayment,
    step: Step,
    *,
    amount: Money,
    message: UUID | None,
    code: str = "00",
    reason: str = "",
    changes: Mapping[str, object],
) -> CardPayment:
    """Move a payment that is locked on, with an event, and return it as it stands then.

    ``changes`` are fields of `CardPayment`; what was paid where is none of them.
    """
    after = replace(one, events=one.events + 1, **changes)  # type: ignore[arg-type]
    unit.run(
        """
        with moved as (
            update card_transactions set amount = %(amount)s, status = %(status)s, code = %(code)s,
                reason = %(reason)s, approval = %(approval)s, hold_id = %(hold)s, held = %(held)s,
                captured = %(captured)s, refunded = %(refunded)s, forced = %(forced)s,
                expires_at = %(expires_at)s, events = %(events)s
            where card_tx_id = %(id)s
        )
        insert into card_tx_events (card_tx_id, n, kind, amount, held, captured, refunded, code,
            reason, message_id, correlation, at)
        values (%(id)s, %(events)s, %(step)s, %(step_amount)s, %(held)s, %(captured)s,
            %(refunded)s, %(step_code)s, %(step_reason)s, %(message)s, %(correlation)s, %(now)s)
        """,
        **_facts(after),
        events=after.events,
        step=step,
        step_amount=amount.minor,
        step_code=code,
        step_reason=reason,
        message=message,
        correlation=unit.correlation,
        now=unit.now,
    )
    return after


def lock(unit: Unit, scheme: str, ref: str) -> CardPayment | None:
    """Return the payment of the scheme's reference, so that nobody else moves it meanwhile."""
    row = unit.maybe(
        f"select {COLUMNS} from card_transactions"
        " where scheme = %(scheme)s and scheme_ref = %(ref)s for no key update",
        scheme=scheme,
        ref=ref,
    )
    return None if row is None else read(row)


def lock_one(unit: Unit, payment: UUID) -> CardPayment:
    """Return a payment by its id, so that nobody else moves it meanwhile.

    :raises UnknownCardPayment: if there is none of that id
    """
    row = unit.maybe(
        f"select {COLUMNS} from card_transactions where card_tx_id = %(id)s for no key update",
        id=payment,
    )
    if row is None:
        raise UnknownCardPayment
    return read(row)


def find(unit: Unit, customer: UUID, payment: UUID) -> CardPayment:
    """Return a payment of a customer.

    :raises UnknownCardPayment: if they have made no such payment
    """
    row = unit.maybe(
        f"select {COLUMNS} from card_transactions"
        " where card_tx_id = %(id)s and customer_id = %(customer)s",
        id=payment,
        customer=customer,
    )
    if row is None:
        raise UnknownCardPayment
    return read(row)


def of_card(unit: Unit, card: UUID, *, most: int = MOST_LISTED) -> list[CardPayment]:
    """Return the last payments of a card, the newest first, those that were declined too."""
    rows = unit.all(
        f"select {COLUMNS} from card_transactions where card_id = %(card)s"
        """ and (amount > 0 or captured > 0 or refunded > 0)
        order by "timestamp" desc, card_tx_id desc limit %(most)s""",
        card=card,
        most=max(1, min(most, MOST_LISTED)),
    )
    return [read(row) for row in rows]


def _facts(one: CardPayment) -> dict[str, object]:
    return {
        "id": one.id, "card": one.card, "customer": one.customer, "wallet": one.wallet,
        "scheme": one.scheme, "ref": one.ref, "kind": one.kind, "amount": one.amount.minor,
        "currency": one.amount.currency, "paid": one.paid.minor,
        "paid_currency": one.paid.currency, "merchant": one.merchant, "city": one.city,
        "country": one.country, "mcc": one.mcc, "group": one.group, "way": one.way,
        "status": one.status, "code": one.code, "reason": one.reason, "approval": one.approval,
        "hold": one.hold, "held": one.held.minor, "captured": one.captured.minor,
        "refunded": one.refunded.minor, "forced": one.forced, "expires_at": one.expires_at,
    }  # fmt: skip


COLUMNS = """card_tx_id, card_id, customer_id, wallet_id, scheme, scheme_ref, kind, amount,
    currency::text as currency, paid_amount, paid_currency::text as paid_currency, merchant,
    merchant_city, merchant_country::text as merchant_country, mcc, mcc_group, way, status, code,
    reason, approval, hold_id, held, captured, refunded, forced, expires_at, events,
    "timestamp" as paid_at"""
"""What `read` wants of a row of ``card_transactions``."""


def read(row: Row) -> CardPayment:
    """Return the payment of a row that has ``COLUMNS``."""
    return CardPayment(
        id=row.card_tx_id,
        card=row.card_id,
        customer=row.customer_id,
        wallet=row.wallet_id,
        scheme=row.scheme,
        ref=row.scheme_ref,
        kind=row.kind,
        amount=Money(row.amount, row.currency),
        paid=Paid(row.paid_amount, row.paid_currency),
        merchant=row.merchant,
        city=row.merchant_city,
        country=row.merchant_country,
        mcc=row.mcc,
        group=row.mcc_group,
        way=row.way,
        status=row.status,
        code=row.code,
        reason=row.reason,
        approval=row.approval,
        hold=row.hold_id,
        held=Money(row.held, row.currency),
        captured=Money(row.captured, row.currency),
        refunded=Money(row.refunded, row.currency),
        forced=row.forced,
        expires_at=row.expires_at,
        events=row.events,
        at=row.paid_at,
    )
