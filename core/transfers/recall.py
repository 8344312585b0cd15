"""Recalling a transfer to a wrong number: what is left of it is set aside, then given back or not.

Asking is the maker's part and puts a hold on the recipient's wallet at once, in the same unit;
`core.approvals.recall` has the checker's. A transfer is given back once, and never beyond itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.crm.customers import people
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.store.outbox import Notice, queue_notices
from core.store.unit import Unit

KIND = "recall"
LATEST = timedelta(days=30)


class NothingLeft(Refusal):
    """The recipient has nothing left of it, or it was given back already."""

    code = "nothing_left"


class RecallChanged(Refusal):
    """The money was changed on its way: giving it back would be another conversion."""

    code = "recall_changed"


class RecallTooLate(Refusal):
    """It was sent too long ago. Fact: ``days``, how long a transfer may be recalled."""

    code = "recall_too_late"


@dataclass(frozen=True, slots=True)
class _Transfer:
    """A transfer as its recall needs it."""

    payer: UUID
    payee: UUID
    from_wallet: UUID
    to_wallet: UUID
    amount: Money
    reference: str
    sent_at: datetime


def request(
    unit: Unit, actor: Actor, *, transfer: UUID, reason: str, case: UUID | None = None
) -> Approval:
    """Ask for a transfer back, set aside what the recipient has left of it, and tell both.

    The hold ends with the request. The refusals of the hold are those of the recipient's wallet and
    of the payer's, which is to take the money.

    :raises UnknownTransaction: if there is no such transfer
    :raises RecallTooLate: if it was sent more than 30 days ago
    :raises RecallChanged: if it arrived in another currency
    :raises NothingLeft: if the recipient has nothing left, or it was given back otherwise
    :raises AlreadyAsked: if it was recalled, or that is being decided
    :raises Refusal: whatever `approvals.request` or `book.authorise` may refuse
    """
    sent = _transfer(unit, transfer)
    if unit.now - sent.sent_at > LATEST:
        raise RecallTooLate(days=str(LATEST.days))
    amount = _left(unit, transfer, sent)
    hold = unit.new_id()
    with unit.savepoint():
        asked = approvals.request(
            unit,
            actor,
            KIND,
            facts={
                "transfer": str(transfer),
                "hold": str(hold),
                "amount": str(amount),
                "sent": str(sent.amount),
                "reference": sent.reference,
                "payer": str(sent.payer),
                "payee": str(sent.payee),
            },
            customer=sent.payer,
            subject=str(transfer),
            case=case,
            reason=reason,
        )
        book.authorise(
            unit,
            id=hold,
            type="recall",
            leg=book.Leg(sent.to_wallet, sent.from_wallet, amount),
            wallet=sent.to_wallet,
            expires_at=asked.expires_at,
            reference=sent.reference,
        )
        # From here on a reversal waits for this hold and counts it; one may have come just before.
        if amount.minor > sent.amount.minor - _reversed(unit, transfer):
            raise NothingLeft
    tell(unit, asked)
    return asked


def give_back(unit: Unit, asked: Approval) -> Mapping[str, str]:
    """Give what was set aside to the payer; return the ``transaction`` and the ``amount``.

    :raises Refusal: whatever `book.capture` may refuse
    """
    moved = book.capture(unit, id=unit.new_id(), hold=UUID(asked.facts["hold"]), final=True)
    return {"transaction": str(moved.transaction_id), "amount": str(moved.amount)}


def release(unit: Unit, asked: Approval) -> None:
    """Leave what was set aside to the recipient.

    :raises Refusal: whatever `book.void` may refuse; the hold is not open then
    """
    book.void(unit, id=unit.new_id(), hold=UUID(asked.facts["hold"]))


_ALERTS = {
    "pending": ("recall_asked", "recall_held"),
    "approved": ("recall_returned", "recall_taken"),
}
_REFUSED = ("recall_refused", "recall_released")


def tell(unit: Unit, asked: Approval) -> None:
    """Tell payer and recipient how a recall stands."""
    payer, payee = UUID(asked.facts["payer"]), UUID(asked.facts["payee"])
    known = people(unit, [payer, payee])
    to_payer, to_payee = _ALERTS.get(asked.status, _REFUSED)
    facts = {"amount": asked.facts["amount"], "reference": asked.facts["reference"]}
    queue_notices(
        unit,
        [
            Notice(whose, alert, facts | {"name": other.masked_name})
            for whose, alert, other in (
                (payer, to_payer, known[payee]),
                (payee, to_payee, known[payer]),
            )
        ],
    )


def _transfer(unit: Unit, transfer: UUID) -> _Transfer:
    row = unit.maybe(
        """
        select t.from_customer, t.to_customer, t.from_wallet, t.to_wallet, t.amount, t.currency,
            t.reference, t.created_at, a.currency as arrived_in
        from transfers t join ledger_accounts a on a.account_id = t.to_wallet
        where t.id = %(transfer)s
        """,
        transfer=transfer,
    )
    if row is None:
        raise book.UnknownTransaction
    if row.arrived_in != row.currency:
        raise RecallChanged
    return _Transfer(
        payer=row.from_customer,
        payee=row.to_customer,
        from_wallet=row.from_wallet,
        to_wallet=row.to_wallet,
        amount=Money(row.amount, row.currency),
        reference=row.reference,
        sent_at=row.created_at,
    )


def _left(unit: Unit, transfer: UUID, sent: _Transfer) -> Money:
    """Return what can be set aside: no more than the recipient has, nor what was not reversed."""
    available = book.balance(unit, sent.to_wallet).available.minor
    left = min(sent.amount.minor - _reversed(unit, transfer), available)
    if left <= 0:
        raise NothingLeft
    return Money(left, sent.amount.currency)


def _reversed(unit: Unit, transfer: UUID) -> int:
    """Return how much of a transfer reversals gave back, in minor units."""
    undone: int = unit.value(
        "select coalesce(sum(amount), 0)::bigint from transactions where reverses = %(transfer)s",
        transfer=transfer,
    )
    return undone
