"""What the lists of people, wallets and requests show of each: facts of words, by key."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.bank import MoneyRequest, OwnWallet, SavedPerson, Waiting

Listed = Mapping[str, Mapping[str, object]]

WIDEST = "W" * 19
"""A name as wide as names get, but for the sign that tells one from the other."""
AMOUNT = "TZS 99999999.99"


def widest_people(count: int) -> Listed:
    """Return saved people as the words see them, as wide as they get."""
    return {str(n): {"label": f"{WIDEST}{n}", "name": "M***a N***a"} for n in range(count)}


def widest_wallets(count: int) -> Listed:
    """Return wallets as the words see them, as wide as they get."""
    return {
        str(n): {"name": f"{WIDEST}{n}", "available": AMOUNT, "held": AMOUNT} for n in range(count)
    }


def widest_requests(count: int) -> Listed:
    """Return requests as the words see them, as wide as they get."""
    return {
        str(n): {"number": f"99{n}", "name": f"M***a N***{n}", "amount": AMOUNT}
        for n in range(count)
    }


def widest_waiting(count: int) -> Listed:
    """Return payments that wait as the words see them, as wide as they get."""
    return {str(n): {"phone": f"+255 7** *** 00{n}", "amount": AMOUNT} for n in range(count)}


def people(found: "Iterable[SavedPerson]") -> Listed:
    """Return saved people by their id: ``label``, and ``name`` (masked)."""
    return {str(one.id): {"label": one.label, "name": one.name} for one in found}


def wallets(found: "Iterable[OwnWallet]") -> Listed:
    """Return wallets by their id: ``name``, ``available``, and ``held`` where anything is."""
    return {
        str(one.id): {
            "name": one.name,
            "available": str(one.available),
            "held": str(one.held) if one.held.minor else "",
        }
        for one in found
    }


def requests(found: "Iterable[MoneyRequest]") -> Listed:
    """Return requests by their id: ``number``, ``name`` (masked, of the other side), ``amount``."""
    return {
        str(one.id): {"number": str(one.number), "name": one.name, "amount": str(one.amount)}
        for one in found
    }


def waiting(found: "Iterable[Waiting]") -> Listed:
    """Return payments that wait by their id: ``phone`` (masked) and ``amount``."""
    return {str(one.id): {"phone": one.phone, "amount": str(one.amount)} for one in found}
