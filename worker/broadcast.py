"""Sends broadcasts on, a little each second, and lets go what waited for somebody's morning."""

from bot.house import House
from core.crm import broadcast_sending
from core.crm.broadcast_sending import Running
from core.store import held_notices

MOST_GATHERED = 20
"""Batches of customers that one run gathers of one broadcast; the next run goes on."""


def sweep(house: House) -> int:
    """Gather, owe and end what is under way; return how many customers were looked at.

    Broadcasts share what a channel may be given: the oldest is served first.
    """
    with house.unit() as unit:
        broadcast_sending.let_pass(unit)
        under_way = broadcast_sending.running(unit)
    for one in under_way:
        _gather(house, one)
    if not under_way:
        return 0
    with house.unit() as unit:
        left = broadcast_sending.room(unit)
    return sum(_owe(house, one, left) for one in under_way)


def let_go(house: House) -> int:
    """Owe what waited for a night to be over, and return how many that were."""
    gone = 0
    while True:
        with house.unit() as unit:
            batch = held_notices.let_go(unit)
        gone += batch
        if batch < held_notices.MOST_AT_ONCE:
            return gone


def _gather(house: House, one: Running) -> None:
    for _ in range(MOST_GATHERED):
        with house.unit() as unit:
            state = broadcast_sending.still(unit, one.id)
            if state is None or state.state != "gathering":
                return
            broadcast_sending.gather(unit, state)


def _owe(house: House, one: Running, left: dict[str, int]) -> int:
    looked_at = 0
    for channel, most in list(left.items()):
        if most:
            with house.unit() as unit:
                many = broadcast_sending.owe(unit, one, channel=channel, most=most)
            left[channel] = most - many
            looked_at += many
    with house.unit() as unit:
        broadcast_sending.finish(unit, one)
    return looked_at
