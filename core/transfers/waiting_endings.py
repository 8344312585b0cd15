"""How money that waits goes back to its payer: taken back, or because nobody came in time."""

from uuid import UUID

from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.phone import mask
from core.store import contacts
from core.store.outbox import Notice, queue_notices
from core.store.unit import Unit
from core.transfers.waiting import UnknownWaiting


class WaitingOver(Refusal):
    """The payment waits no more. Fact: ``status`` (claimed, returned, cancelled)."""

    code = "waiting_over"


def cancel(unit: Unit, waiting: UUID, *, payer: UUID) -> None:
    """Give a payment that waits back to its payer, who asks for it; twice does it once.

    :raises UnknownWaiting: if they made none such
    :raises WaitingOver: if it has ended otherwise
    """
    row = unit.maybe(
        """
        select status, expires_at from waiting_transfers
        where id = %(id)s and payer = %(payer)s for no key update
        """,
        id=waiting,
        payer=payer,
    )
    if row is None:
        raise UnknownWaiting
    if row.status == "cancelled":
        return
    if row.status != "waiting" or row.expires_at <= unit.now:
        raise WaitingOver(status="returned" if row.status == "waiting" else row.status)
    book.void(unit, id=unit.new_id(), hold=waiting)
    unit.run(
        """
        update waiting_transfers set status = 'cancelled', ended_at = %(now)s where id = %(id)s
        """,
        id=waiting,
        now=unit.now,
    )


def return_due(unit: Unit, *, most: int) -> int:
    """Write down what nobody collected in time, and tell the payers; return how many that were.

    The ledger has given the money back: only payments whose hold has expired are ended here.
    """
    rows = unit.all(
        """
        select w.id, w.payer, w.contact, w.amount, w.currency, w.reference
        from waiting_transfers w join ledger_holds h on h.hold_id = w.id and h.status = 'expired'
        where w.status = 'waiting' and w.expires_at <= %(now)s
        order by w.expires_at limit %(most)s for no key update of w skip locked
        """,
        most=most,
        now=unit.now,
    )
    if not rows:
        return 0
    unit.run(
        """
        update waiting_transfers set status = 'returned', ended_at = %(now)s
        where id = any(%(ids)s)
        """,
        ids=[row.id for row in rows],
        now=unit.now,
    )
    known = contacts.reveal(unit, [row.contact for row in rows])
    queue_notices(
        unit,
        [
            Notice(
                row.payer,
                "money_returned",
                {
                    "amount": str(Money(row.amount, row.currency)),
                    "phone": mask(known.get(row.contact, "")),
                    "reference": row.reference,
                },
            )
            for row in rows
        ],
    )
    return len(rows)
