"""Reference rates, by which limits in one currency are applied to money in another."""

from decimal import Decimal

from core.store.unit import Unit


def set_rate(unit: Unit, *, source: str, target: str, rate: Decimal) -> None:
    """Keep a rate as of the unit's time: main units of ``target`` for one of ``source``.

    The latest rate of a pair holds, in whichever direction it was given.
    """
    unit.run(
        "select ledger_set_rate(%(source)s, %(target)s, %(rate)s, %(now)s)",
        source=source,
        target=target,
        rate=rate,
        now=unit.now,
    )
