"""Foreign exchange behind the counter: covering positions, and all that has to happen by itself.

Every chore here may run twice without harm: what it did counts at once.
"""

from datetime import timedelta

from bot.house import House
from core.fx import hedge_outcomes, hedging, position_view, providers, rate_alerts, rates, sweeping
from core.partners import liquidity_market

QUOTES_AT_ONCE = 500
MOST_ROUNDS = 20
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
    settled = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            some = hedge_outcomes.settle(unit)
        settled += some
        if some < hedge_outcomes.MOST_SETTLED:
            break
    return settled


def sweep_quotes(house: House) -> int:
    """End quotes that nobody used in time; return how many."""
    ended = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            some = sweeping.sweep(unit, most=QUOTES_AT_ONCE)
        ended += some
        if some < QUOTES_AT_ONCE:
            break
    return ended


def tell_rates(house: House) -> int:
    """Tell customers whose rate is reached; return how many."""
    told = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            some = rate_alerts.tell_reached(unit)
        told += some
        if some < rate_alerts.AT_ONCE:
            break
    return told


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
