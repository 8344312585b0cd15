"""What the bank holds elsewhere to pay with, and what of it is promised to payments on their way.

What a nostro holds is the ledger's; what is promised stands in its line, whose lock everybody takes
who promises or gives back. So of payments that leave at once no more go than can be paid.
"""

from dataclasses import dataclass
from uuid import UUID

from core.ledger import book
from core.money import Money
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """A nostro in one currency. ``free`` may be sent; below ``low_water`` it wants money."""

    nostro: str
    held: Money
    reserved: Money
    free: Money
    low_water: Money

    @property
    def is_low(self) -> bool:
        """Whether operations should bring money."""
        return self.free < self.low_water


def lines(unit: Unit) -> list[Line]:
    """Return every nostro that payments leave from, by kind and currency."""
    rows = unit.all(
        """
        select nostro, currency, held, reserved, free, low_water from nostro_liquidity
        order by nostro, currency
        """
    )
    return [
        Line(
            row.nostro,
            Money(row.held, row.currency),
            Money(row.reserved, row.currency),
            Money(row.free, row.currency),
            Money(row.low_water, row.currency),
        )
        for row in rows
    ]


def free(unit: Unit) -> dict[tuple[str, str], int]:
    """Return what may be sent now from each nostro and currency, in minor units; locks nobody."""
    return {(one.nostro, one.free.currency): one.free.minor for one in lines(unit)}


def reserve(unit: Unit, nostro: str, amount: Money) -> bool:
    """Promise an amount of a nostro to a payment; return whether there is that much.

    The line is locked first and the ledger read then: in one statement, the balances would be those
    of before the lock was waited for.
    """
    unit.one(
        """
        select reserved from nostro_lines
        where nostro = %(nostro)s and currency = %(currency)s for no key update
        """,
        nostro=nostro,
        currency=amount.currency,
    )
    taken = unit.run(
        """
        update nostro_lines n set reserved = n.reserved + %(amount)s
        from nostro_liquidity l
        where n.nostro = %(nostro)s and n.currency = %(currency)s
            and (l.nostro, l.currency) = (n.nostro, n.currency) and l.free >= %(amount)s
        """,
        nostro=nostro,
        currency=amount.currency,
        amount=amount.minor,
    )
    return taken > 0


def lock_all(unit: Unit, currency: str) -> None:
    """Lock the lines of a currency, in order: whoever goes from one to another holds both first."""
    unit.all(
        """
        select nostro from nostro_lines where currency = %(currency)s
        order by nostro for no key update
        """,
        currency=currency,
    )


def release(unit: Unit, nostro: str, amount: Money) -> None:
    """Take a promise back: the payment has been made, or will not be made from there."""
    unit.run(
        """
        update nostro_lines set reserved = reserved - %(amount)s
        where nostro = %(nostro)s and currency = %(currency)s
        """,
        nostro=nostro,
        currency=amount.currency,
        amount=amount.minor,
    )


def top_up(
    unit: Unit,
    *,
    id: UUID,  # noqa: A002 - the effect's id is what makes it once
    nostro: str,
    amount: Money,
) -> None:
    """Bring money of the bank's own from its cash to a nostro, once for an id.

    :raises IdReused: if the id was presented before for something else
    """
    leg = book.Leg(
        book.system_account(unit, nostro, amount.currency, spread_by=id),
        book.system_account(unit, "cash", amount.currency, spread_by=id),
        amount,
    )
    book.post(unit, id=id, type="settlement", legs=[leg], wallet=None)
