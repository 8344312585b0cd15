"""Foreign exchange behind the counter: covering positions, and all that has to happen by itself.

Every chore here may run twice without harm: what it did counts at once.
"""

from datetime import timedelta
from functools import partial

from bot.house import House
from core.fx import (
    hedge_outcomes,
    hedging,
    position_view,
    providers,
    rate_alerts,
    rates,
    revaluation,
    sweeping,
)
from core.partners import liquidity_market
from worker.rounds import in_rounds

QUOTES_AT_ONCE = 500
LATELY = timedelta(seconds=4)
"""Twice as long as it takes until positions are looked at again."""
DEMO_GOOD_FOR = timedelta(minutes=10)
"""How long the demo's rates are good to deal by: longer than the scheduler is ever away."""


def cover(house: House) -> int:
    """Order trades for positions over their limits; return how many.

    Pages that show positions are told when one was covered, or anything was converted lately.
    """
    with house.unit() as unit:
        made = hedging.cover_positions(unit)
        moved = made > 0 or position_view.moved(unit, within=LATELY)
    if moved:
        house.tell("positions")
    return made


def settle(house: House) -> int:
    """Move what providers deliver today; return how many trades that were."""
    return in_rounds(house, hedge_outcomes.settle, most=hedge_outcomes.MOST_SETTLED)


def revalue(house: House) -> int:
    """Value positions for the day that ended last at home; return how many pairs that were."""
    with house.unit() as unit:
        pairs = revaluation.revalue(unit)
    if pairs:
        house.tell("positions")
    return pairs


def sweep_quotes(house: House) -> int:
    """End quotes that nobody used in time; return how many."""
    return in_rounds(house, partial(sweeping.sweep, most=QUOTES_AT_ONCE), most=QUOTES_AT_ONCE)


def tell_rates(house: House) -> int:
    """Tell customers whose rate is reached; return how many."""
    return in_rounds(house, rate_alerts.tell_reached, most=rate_alerts.AT_ONCE)


def look_after_providers(house: House) -> int:
    """Keep what is known of the providers; return how many changed."""
    with house.unit() as unit:
        return providers.look_after(unit)


def move_demo_rates(house: House) -> int:
    """Let the demo's market move; return how many pairs were given a rate. In a demo only."""
    if not house.settings.demo_mode:
        return 0
    with house.unit() as unit:
        return rates.set_mids(
            unit,
            liquidity_market.mids(unit.now),
            source="demo",
            good_until=unit.now + DEMO_GOOD_FOR,
        )
