"""What the demo bank holds elsewhere to pay with: plenty in each currency it pays out."""

from core.money import Money
from core.settlement import liquidity
from core.store.unit import Unit

TIMES_LOW_WATER = 100
"""How much of each nostro's low water is brought."""


def load(unit: Unit) -> None:
    """Bring money from the bank's cash to every nostro that payments leave from."""
    for one in liquidity.lines(unit):
        liquidity.top_up(
            unit,
            id=unit.new_id(),
            nostro=one.nostro,
            amount=Money(one.low_water.minor * TIMES_LOW_WATER, one.free.currency),
        )
