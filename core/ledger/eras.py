"""Eras: a database that moved to another server counts its transactions on from where it stood."""

from core.store.unit import Unit


def new_era(unit: Unit) -> int:
    """Begin a new era and return its number; for whoever owns the ledger, before the bank opens.

    Without it nothing can be sealed on a server whose transactions are counted from lower on.
    """
    era: int = unit.value("select ledger_new_era(%(now)s)", now=unit.now)
    return era
