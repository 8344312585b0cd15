"""Parked money finds its owner, by two people, or goes back to whoever paid it, by the clock.

Before either, who paid it is compared again, and held if it must not move (`holding`): lists change
while it waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.deposits import holding, matching, parking, telling, ways
from core.deposits.incoming import PAYER
from core.deposits.matching import Owner
from core.errors import DeskRefusal
from core.ledger import book
from core.money import Money
from core.partners import orders
from core.partners.orders import Order
from core.store.crashpoints import reached
from core.store.unit import Row, Unit

KIND = "suspense_release"
AGAIN_AFTER = timedelta(days=7)
"""When money that its payer could not take is tried again."""
MOST_LISTED = 200
COLUMNS = """id, partner, number, way, amount, currency, country, payer, customer_id, wallet_id,
    reference, status, why, came_at, return_at"""


class NotParked(DeskRefusal):
    """No such payment is parked (any more)."""

    code = "not_parked"


class NoWalletForIt(DeskRefusal):
    """The customer has no open wallet in its currency. Fact: ``currency``."""

    code = "no_wallet_for_it"


@dataclass(frozen=True, slots=True)
class Parked:
    """A payment nobody has yet, as operations see it: nothing that is sealed."""

    id: UUID
    partner: str
    number: str
    amount: Money
    reference: str
    why: str
    status: str
    customer: UUID | None
    came_at: datetime
    return_at: datetime | None


def listed(unit: Unit, *, limit: int = 50) -> list[Parked]:
    """Return what is parked or on its way back, the longest parked first; at most 200."""
    rows = unit.all(
        f"""
        select {COLUMNS} from incoming_payments where status in ('parked', 'returning')
        order by came_at, id limit %(limit)s
        """,
        limit=min(limit, MOST_LISTED),
    )
    return [
        Parked(
            id=row.id,
            partner=row.partner,
            number=row.number or "",
            amount=Money(row.amount, row.currency),
            reference=row.reference,
            why=row.why,
            status=row.status,
            customer=row.customer_id,
            came_at=row.came_at,
            return_at=row.return_at,
        )
        for row in rows
    ]


def request(
    unit: Unit,
    actor: Actor,
    *,
    payment: UUID,
    customer: UUID,
    reason: str,
    case: UUID | None = None,
) -> Approval:
    """Ask that parked money goes to a customer, whom somebody found to be its owner.

    :raises NotParked: if it is not parked
    :raises NoWalletForIt: if the customer has no open wallet in its currency
    :raises Refusal: whatever `approvals.request` may refuse
    """
    row = lock(unit, payment)
    if row is None or row.status != "parked":
        raise NotParked
    owner = matching.wallet_of(unit, customer, row.currency)
    if owner.wallet is None:
        raise NoWalletForIt(currency=row.currency)
    facts = {
        "payment": str(payment),
        "wallet": str(owner.wallet),
        "amount": str(Money(row.amount, row.currency)),
        "reference": row.reference,
    }
    return approvals.request(
        unit,
        actor,
        KIND,
        facts=facts,
        customer=customer,
        subject=str(payment),
        case=case,
        reason=reason,
    )


def release(unit: Unit, asked: Approval) -> Mapping[str, str]:
    """Give parked money to its owner; return the ``transaction``.

    Without one it has to wait as it is: it is held.

    :raises NotParked: if it has gone elsewhere meanwhile
    :raises Refusal: whatever `book.post` may refuse
    """
    payment, wallet = UUID(asked.facts["payment"]), UUID(asked.facts["wallet"])
    row = lock(unit, payment)
    if row is None or row.status != "parked":
        raise NotParked
    if _held(unit, row, customer=asked.customer, wallet=wallet):
        return {"reference": row.reference}
    moved = unit.new_id()
    amount = Money(row.amount, row.currency)
    book.post(
        unit,
        id=moved,
        type="suspense",
        legs=[book.Leg(account_of(unit, row), wallet, amount)],
        wallet=wallet,
        reference=row.reference,
    )
    reached("suspense.posted")
    unit.run(
        """
        update incoming_payments set status = 'booked', moved_id = %(moved)s, ended_at = %(now)s,
            customer_id = %(customer)s, wallet_id = %(wallet)s
        where id = %(id)s
        """,
        id=payment,
        moved=moved,
        customer=asked.customer,
        wallet=wallet,
        now=unit.now,
    )
    telling.tell_booked(
        unit,
        owner=Owner(asked.customer, wallet),
        amount=amount,
        fee=Money(0, row.currency),
        deposit=None,
        reference=row.reference,
    )
    return {"transaction": str(moved)}


def return_due(unit: Unit, *, most: int) -> int:
    """Send back what has waited for its owner long enough; return how many payments that was.

    What somebody is deciding about stays. What cannot be sent back, because nothing tells where to,
    waits on: its case is open.
    """
    rows = unit.all(
        f"""
        select {COLUMNS} from incoming_payments p
        where status = 'parked' and return_at <= %(now)s and not exists (
            select from approvals a where a.kind = '{KIND}' and a.status = 'pending'
                and a.subject = p.id::text)
        order by return_at limit %(most)s for no key update skip locked
        """,
        now=unit.now,
        most=most,
    )
    return sum(_send_back(unit, row) for row in rows)


def returned(unit: Unit, order: Order) -> None:
    """Write down that money has reached its payer again."""
    row = _of(unit, order)
    if row is None:
        return
    nostro = book.system_account(unit, ways.nostro_of(row.partner), row.currency, spread_by=row.id)
    moved = uuid5(order.id, "returned")
    book.post(
        unit,
        id=moved,
        type="suspense",
        legs=[book.Leg(account_of(unit, row), nostro, Money(row.amount, row.currency))],
        wallet=None,
        reference=row.reference,
    )
    unit.run(
        """
        update incoming_payments set status = 'returned', moved_id = %(moved)s, ended_at = %(now)s
        where id = %(id)s
        """,
        id=row.id,
        moved=moved,
        now=unit.now,
    )


def not_returned(unit: Unit, order: Order) -> None:
    """Park money again that its payer could not take; what was held before is held again."""
    row = _of(unit, order)
    if row is None:
        return
    unit.run(
        """
        with held as (
            update held_receipts set status = 'open', decided_at = null, approval_id = null
            where payment_id = %(id)s returning payment_id
        )
        update incoming_payments set order_id = null,
            status = case when exists(select from held) then 'held' else 'parked' end,
            return_at = case when why is not null then %(again)s::timestamptz end
        where id = %(id)s
        """,
        id=row.id,
        again=unit.now + AGAIN_AFTER,
    )


def send(unit: Unit, row: Row) -> bool:
    """Owe a locked payment to its payer; return whether there is a way back to them."""
    asked = _way_back(row, payer_of(unit, row))
    if asked is None:
        return False
    amount = Money(row.amount, row.currency)
    action, body = asked
    order = orders.owe(
        unit,
        partner=row.partner,
        action=action,
        subject="receipt",
        subject_id=row.id,
        body=body | {"amount": str(amount), "reference": row.reference, "reason": row.why or ""},
    )
    unit.run(
        "update incoming_payments set status = 'returning', order_id = %(order)s where id = %(id)s",
        id=row.id,
        order=order,
    )
    return True


def has_way_back(unit: Unit, row: Row) -> bool:
    """Return whether it is known how a payment goes back to its payer."""
    return _way_back(row, payer_of(unit, row)) is not None


def payer_of(unit: Unit, row: Row) -> dict[str, str]:
    """Return who paid, as the partner told it; nothing once forgotten."""
    if row.payer is None:
        return {}
    told: dict[str, str] = unit.keys.open_json(bytes(row.payer), field=PAYER, row=row.id)
    return told


def _send_back(unit: Unit, row: Row) -> bool:
    """Send a payment back, or hold it; one that nothing tells the way back of waits on."""
    if _held(unit, row, customer=row.customer_id, wallet=row.wallet_id) or send(unit, row):
        return True
    unit.run(
        "update incoming_payments set return_at = %(again)s where id = %(id)s",
        id=row.id,
        again=unit.now + AGAIN_AFTER,
    )
    return False


def _held(unit: Unit, row: Row, *, customer: UUID | None, wallet: UUID | None) -> bool:
    """Hold a locked payment that is parked if its payer or owner may be listed by now."""
    if holding.cleared(unit, row.id):
        return False
    found = holding.suspect(unit, payer_of(unit, row), partner=row.partner, owner=customer)
    if found is None:
        return False
    holding.put_aside(
        unit,
        row.id,
        found,
        amount=Money(row.amount, row.currency),
        owner=customer,
        wallet=wallet,
        reference=row.reference,
    )
    return True


def _way_back(row: Row, payer: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    """Return what to ask of the partner so that a payment goes back, or None when nothing can."""
    match row.way:
        case "mobile" if payer.get("phone"):
            country = {"country": row.country, "currency": row.currency}
            return "pay", {"phone": payer["phone"], **country}
        case "card" if payer.get("transaction"):
            return "refund", {"transaction": payer["transaction"]}
        case "bank" if row.number:
            return "return", {**payer, "number": row.number}
    return None


def account_of(unit: Unit, row: Row) -> UUID:
    """Return the suspense account that a payment stands in."""
    return book.system_account(unit, parking.ACCOUNT, row.currency, spread_by=row.id)


def lock(unit: Unit, payment: UUID) -> Row | None:
    """Return a payment that came, with its row locked; None where there is none."""
    return unit.maybe(
        f"select {COLUMNS} from incoming_payments where id = %(id)s for no key update", id=payment
    )


def _of(unit: Unit, order: Order) -> Row | None:
    """Return the payment that an order takes back, locked; None once it is no longer so."""
    return unit.maybe(
        f"""
        select {COLUMNS} from incoming_payments
        where id = %(id)s and order_id = %(order)s and status = 'returning' for no key update
        """,
        id=order.subject_id,
        order=order.id,
    )
