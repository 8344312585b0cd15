"""Giving back a part of what a hold sets aside, while the rest of it stays held."""

from uuid import UUID

from core.ledger.holds import Held
from core.ledger.refusals import answered
from core.money import Money
from core.store.unit import Unit


def lower_hold(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the caller's id is what makes it once
    hold: UUID,
    amount: Money,
) -> Held:
    """Give back a part of a hold; something of it is left, or it would be voided.

    What counts as authorised shrinks by as much, and the payer's limits get their share back as
    they do from a void. Nobody is judged: less is held of what was agreed to.

    :raises UnknownHold: if there is no such hold
    :raises HoldExpired: if its time is over
    :raises HoldClosed: if it was captured whole or voided before
    :raises IdReused: if the id was presented before with another body
    """
    row = unit.one(
        "select code, facts, replayed, hash from ledger_lower_hold(%(id)s, %(hold)s, %(amount)s,"
        " %(currency)s, %(now)s, %(correlation)s)",
        id=id,
        hold=hold,
        amount=amount.minor,
        currency=amount.currency,
        now=unit.now,
        correlation=unit.correlation,
    )
    answered(row, wanted="lowered", id=id)
    return Held(hold, row.replayed)
