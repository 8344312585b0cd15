"""What operations do about a payment: have its order asked after now, or a case looked into."""

from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.crm import cases
from core.errors import DeskRefusal
from core.partners import orders
from core.settlement.cases import CHANNEL
from core.settlement.payout_view import Payout
from core.store.unit import Unit

PERMISSION = "operations.act"
CATEGORY = "Transfer"


class NothingToAsk(DeskRefusal):
    """No order of the payment is open: nobody is to be asked."""

    code = "nothing_to_ask"


class CaseThere(DeskRefusal):
    """A case about it is open already. Fact: ``number``."""

    code = "case_there"


def ask_after(unit: Unit, actor: Actor, one: Payout) -> None:
    """Have the partner asked now what became of a payment; it never leaves twice for this.

    :raises Forbidden: if their role may not
    :raises NothingToAsk: if its order has a final word, or there is none
    """
    actor.require(PERMISSION)
    if one.order_id is None or not orders.retry(unit, one.order_id):
        raise NothingToAsk
    audit.note(
        unit,
        actor,
        "payout.asked_after",
        subject="payout",
        subject_id=one.id,
        customer=one.customer,
    )


def open_case(unit: Unit, actor: Actor, one: Payout, *, reason: str) -> UUID:
    """Open a case about a payment and return its id.

    :raises Forbidden: if their role may not
    :raises ReasonNeeded: if nobody said why
    :raises CaseThere: if a case about it is open
    """
    actor.require(PERMISSION)
    if not reason.strip():
        raise ReasonNeeded
    # Two people who press at once: the second waits here, and then sees the first one's case.
    unit.run(
        "select pg_advisory_xact_lock(hashtextextended('payout case ' || %(id)s, 0))",
        id=str(one.id),
    )
    known = case_of(unit, one.id)
    if known is not None:
        raise CaseThere(number=known[1])
    found = cases.open_case(
        unit,
        customer=one.customer,
        category=CATEGORY,
        sub_category="not_received",
        title=f"Payout {one.reference}",
        description=f"{one.amount.grouped} over {one.rail} to {one.bank}, {one.status}."
        f" {reason.strip()}",
        priority="High",
        channel=CHANNEL,
        conversation=None,
        transaction=_posting(unit, one.id) or one.id,
        by="agent",
        actor=actor.id,
    )
    audit.note(
        unit,
        actor,
        "payout.case_opened",
        subject="payout",
        subject_id=one.id,
        customer=one.customer,
        reason=reason.strip(),
    )
    return found.id


def case_of(unit: Unit, payout: UUID) -> tuple[UUID, str] | None:
    """Return the unfinished case about a payment, by id and number; None where there is none."""
    row = unit.maybe(
        """
        select c.id, c.case_number from case_links l join cases c on c.id = l.case_id
        where l.transaction_id = any(%(ids)s) and c.status not in ('Resolved', 'Closed')
        order by c.created_at desc, c.id desc limit 1
        """,
        ids=[one for one in (payout, _posting(unit, payout)) if one is not None],
    )
    return None if row is None else (row.id, row.case_number)


def _posting(unit: Unit, payout: UUID) -> UUID | None:
    """Return the posting that brought a payment into clearing; None while it has not left."""
    found: UUID | None = unit.value(
        """
        select transaction_id from hold_events
        where hold_id = %(id)s and kind = 'captured' limit 1
        """,
        id=payout,
    )
    return found
