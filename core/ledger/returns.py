"""A payment that failed or was sent back: its money comes home, and to the payer's limits."""

from uuid import UUID

from core.ledger.posting import Leg, Posted, posted
from core.store.unit import Unit


def post_return(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    paid: UUID,
    leg: Leg,
    wallet: UUID,
    reference: str = "",
) -> Posted:
    """Bring money of a payment back to the account it left, and give it back to the limits.

    ``paid`` is what the limits counted: the hold that set the money aside, or the transaction that
    moved it. All that comes home of one payment is at most what was paid. Within the day the
    payment was counted on, the day's limit is given back, and within its month the month's, for
    nothing has left. What comes home later stays counted: limits hold what leaves a customer on a
    day, and given back on the next one they would let more leave on it than the regulator's tier
    allows. Reversals and holds that are let go are counted the same way.

    :raises Refusal: whatever `post` may refuse; a type ``return`` meets no limits
    """
    row = unit.one(
        "select code, facts, replayed, hash from ledger_return(%(id)s, %(paid)s, %(debit)s,"
        " %(credit)s, %(amount)s, %(currency)s, %(wallet)s, %(reference)s, %(now)s,"
        " %(correlation)s)",
        id=id,
        paid=paid,
        debit=leg.debit,
        credit=leg.credit,
        amount=leg.amount.minor,
        currency=leg.amount.currency,
        wallet=wallet,
        reference=reference,
        now=unit.now,
        correlation=unit.correlation,
    )
    return posted(id, row)
