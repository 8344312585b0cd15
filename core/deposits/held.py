"""What two people of compliance make of money that is held: booked, sent back, or frozen.

Freezing is not forfeiting: the money stays where it is, whose it was, until an authority lets it go
(the United Nations' and OFAC's rule for property of somebody listed), and may then be booked or
sent back by two people again. Nothing of it is in the log that others read of a customer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args
from uuid import UUID

from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.aml.guard import noted
from core.deposits import matching, parking, suspense, telling
from core.deposits.holding import Who
from core.deposits.matching import NOBODY, Owner, Why
from core.errors import DeskRefusal
from core.ledger import book
from core.money import Money
from core.screening.hits import PERMISSION
from core.store.crashpoints import reached
from core.store.unit import Row, Unit

KIND = "held_receipt"
Outcome = Literal["booked", "returned", "frozen"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
Status = Literal["open", "frozen", "booked", "returned"]
STATUSES: tuple[Status, ...] = get_args(Status)
LONGEST_PAGE = 100
_COLUMNS = """h.payment_id, h.who, h.party_id, h.status as decided, h.held_at, h.decided_at,
    h.approval_id, p.partner, p.amount, p.currency, p.reference, p.customer_id, p.came_at,
    a.id as asked"""
_READ = f"""
select {_COLUMNS} from held_receipts h join incoming_payments p on p.id = h.payment_id
left join approvals a on a.kind = '{KIND}' and a.subject = 'receipt ' || h.payment_id
    and a.status = 'pending'
"""


class UnknownHeld(DeskRefusal):
    """No such money was ever held."""

    code = "unknown_held_receipt"


class NotHeld(DeskRefusal):
    """The money is not held any more, or it is what was asked for already."""

    code = "not_held"


class NoWayBack(DeskRefusal):
    """Nothing tells how the money could go back to whoever paid it."""

    code = "no_way_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Money that came and is, or was, held."""

    id: UUID
    """The payment's."""
    who: Who
    """Who may be listed."""
    party: UUID
    """Under which they were compared."""
    status: Status
    partner: str
    amount: Money
    reference: str
    customer: UUID | None
    """Whose it is, where that is known."""
    came_at: datetime
    held_at: datetime
    decided_at: datetime | None
    approval: UUID | None
    asked: UUID | None
    """The request that waits for its second person."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What may be asked for."""
        if self.status in {"booked", "returned"}:
            return ()
        return tuple(one for one in OUTCOMES if one != self.status)


def page(
    unit: Unit, actor: Actor, *, status: Status = "open", after: UUID | None = None, limit: int = 50
) -> list[Held]:
    """Return money of a status, the newest first; ``after`` is the last of the page before.

    :raises Forbidden: if their role reads none
    """
    actor.require(PERMISSION)
    rows = unit.all(
        f"""
        {_READ} where h.status = %(status)s and (%(after)s::uuid is null
            or (h.held_at, h.payment_id) < (
                select held_at, payment_id from held_receipts where payment_id = %(after)s))
        order by h.held_at desc, h.payment_id desc limit %(limit)s
        """,
        status=status,
        after=after,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    return [_of(row) for row in rows]


def find(unit: Unit, actor: Actor, payment: UUID) -> Held:
    """Return money that is or was held.

    :raises Forbidden: if their role reads none
    :raises UnknownHeld: if it never was
    """
    actor.require(PERMISSION)
    row = unit.maybe(f"{_READ} where h.payment_id = %(id)s", id=payment)
    if row is None:
        raise UnknownHeld
    return _of(row)


def request(unit: Unit, actor: Actor, payment: UUID, outcome: Outcome, *, reason: str) -> Approval:
    """Ask that held money is booked, sent back or frozen; somebody else decides.

    :raises Forbidden: if their role may not ask for it
    :raises UnknownHeld: if it never was held
    :raises NotHeld: if it is not held any more, or frozen already
    :raises NoWayBack: if it cannot go back to its payer
    :raises ReasonNeeded: if nobody said why
    :raises AlreadyAsked: if something was asked for and is not decided yet
    """
    one = find(unit, actor, payment)
    row = suspense.lock(unit, payment)
    if row is None or row.status != "held" or outcome not in one.outcomes:
        raise NotHeld
    if outcome == "returned" and not suspense.has_way_back(unit, row):
        raise NoWayBack
    return approvals.request(
        unit,
        actor,
        KIND,
        facts={
            "payment": str(payment),
            "outcome": outcome,
            "amount": str(one.amount),
            "reference": one.reference,
        },
        subject=subject_of(payment),
        reason=reason,
    )


def subject_of(payment: UUID) -> str:
    """Return what a request about held money is about."""
    return f"receipt {payment}"


def take_effect(unit: Unit, asked: Approval, actor: Actor) -> Mapping[str, str]:
    """Book, send back or freeze held money; the second person's part.

    :raises NotHeld: if something else became of it meanwhile
    :raises NoWayBack: if it cannot go back to its payer
    """
    payment, outcome = UUID(asked.facts["payment"]), cast("Outcome", asked.facts["outcome"])
    row = suspense.lock(unit, payment)
    if row is None or row.status != "held" or outcome not in find(unit, actor, payment).outcomes:
        raise NotHeld
    unit.run(
        """
        update held_receipts set status = %(status)s, decided_at = %(now)s,
            approval_id = %(approval)s
        where payment_id = %(id)s
        """,
        id=payment,
        status=outcome,
        approval=asked.id,
        now=unit.now,
    )
    if outcome == "returned" and not suspense.send(unit, row):
        raise NoWayBack
    if outcome == "booked":
        _book(unit, row)
    noted(unit, actor, outcome, about="receipt", about_id=payment)
    reached("receipt.decided")
    return {"reference": row.reference, "outcome": outcome}


def _book(unit: Unit, row: Row) -> None:
    """Give money to its owner as they are now, or park it as any that cannot be booked."""
    amount = Money(row.amount, row.currency)
    owner = NOBODY
    if row.customer_id is not None:
        owner = matching.wallet_of(unit, row.customer_id, row.currency, first=row.wallet_id)
    moved = unit.new_id()
    why = owner.why or _post(unit, row, moved, owner, amount)
    unit.run(
        """
        update incoming_payments set status = %(status)s, why = coalesce(%(why)s, why),
            return_at = case when %(why)s::text is not null then %(return_at)s else return_at end,
            wallet_id = coalesce(%(wallet)s, wallet_id), moved_id = %(moved)s, ended_at = %(ended)s
        where id = %(id)s
        """,
        id=row.id,
        status="parked" if why else "booked",
        why=why,
        return_at=None if why is None else unit.now + parking.RETURNED_AFTER[why],
        wallet=owner.wallet,
        moved=None if why else moved,
        ended=None if why else unit.now,
    )
    if why is not None:
        parking.open_case(
            unit, row.id, owner=owner, why=why, amount=amount, reference=row.reference
        )
        return
    nothing = Money(0, row.currency)
    telling.tell_booked(
        unit, owner=owner, amount=amount, fee=nothing, deposit=None, reference=row.reference
    )


def _post(unit: Unit, row: Row, moved: UUID, owner: Owner, amount: Money) -> Why | None:
    wallet = owner.wallet
    if wallet is None:
        return "unknown_payee"
    try:
        book.post(
            unit,
            id=moved,
            type="suspense",
            legs=[book.Leg(suspense.account_of(unit, row), wallet, amount)],
            wallet=wallet,
            reference=row.reference,
        )
    except book.BalanceCeiling:
        return "over_ceiling"
    except book.AccountFrozen:
        return "account_frozen"
    return None


def _of(row: Row) -> Held:
    return Held(
        id=row.payment_id,
        who=row.who,
        party=row.party_id,
        status=row.decided,
        partner=row.partner,
        amount=Money(row.amount, row.currency),
        reference=row.reference,
        customer=row.customer_id,
        came_at=row.came_at,
        held_at=row.held_at,
        decided_at=row.decided_at,
        approval=row.approval_id,
        asked=row.asked,
    )
