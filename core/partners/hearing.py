"""What partners tell us is kept, and makes us ask. It decides nothing.

So callbacks that are lost, doubled, late, out of order or lying are all one case: the answer to our
own question has the last word.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from core.partners import orders
from core.partners.answers import LONGEST_REFERENCE
from core.partners.partner import Told
from core.store.unit import Unit

BODY = "payment_notices.body"
VERIFY = "verify"
LONGEST_NOTICE = 200
LARGEST_CALL = 64 * 1024
"""Bytes of a call that are kept; longer ones are cut."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a piece of news."""

    notice_id: UUID
    order_id: UUID | None
    """The order that is asked after, or that asks whether it is true."""
    new: bool
    """False when it had been told before."""


def keep(unit: Unit, partner: str, told: Told, *, body: bytes) -> Kept:
    """Keep a piece of news and ask after what it is about. Told twice, it is kept once.

    ``body`` is the call as it came; it is sealed. An order that is open is asked after again each
    time, for news told twice may be told because the first was missed.
    """
    order = _hurry_or_owe(unit, partner, told)
    id_ = _id(partner, told.notice)
    kept = unit.run(
        """
        insert into payment_notices (id, partner, notice, order_id, reference, body, received_at)
        values (%(id)s, %(partner)s, %(notice)s, %(order)s, %(reference)s, %(body)s, %(now)s)
        on conflict do nothing
        """,
        id=id_,
        partner=partner,
        notice=told.notice[:LONGEST_NOTICE],
        order=order,
        reference=told.reference[:LONGEST_REFERENCE],
        body=unit.keys.seal_bytes(body[:LARGEST_CALL], field=BODY, row=id_),
        now=unit.now,
    )
    return Kept(id_, order, new=kept > 0)


def _hurry_or_owe(unit: Unit, partner: str, told: Told) -> UUID | None:
    if told.verify is None:
        return orders.hurry(unit, partner=partner, order_id=told.order, reference=told.reference)
    id_ = _id(partner, told.notice)
    return orders.owe(
        unit,
        partner=partner,
        action=VERIFY,
        subject=told.subject,
        subject_id=id_,
        body=told.verify,
        order_id=uuid5(id_, VERIFY),
    )


def _id(partner: str, notice: str) -> UUID:
    """Return the id of a piece of news: the same each time it is told."""
    return uuid5(NAMESPACE_URL, f"wekeza:{partner}:{notice}")
