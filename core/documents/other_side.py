"""Who was on the other side of a wallet's movements: also whoever is no customer of ours."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from core.bills import store as bills
from core.settlement import payouts
from core.store.unit import Unit
from core.transfers import history

LEAVES = ("withdrawal", "payment")
"""The types of movements that somebody elsewhere may be paid by."""


def recent(unit: Unit, wallet: UUID, *, limit: int) -> list[history.Line]:
    """Return the last movements of a wallet, newest first, at most twenty, with whom they paid."""
    lines = history.recent(unit, wallet, limit=limit)
    paid = paid_elsewhere(unit, ((line.type, line.reference) for line in lines))
    return [
        replace(line, who=line.who or _payee(paid, line.type, line.reference)) for line in lines
    ]


def others(unit: Unit, wallet: UUID, movements: Sequence[tuple[UUID, str, str]]) -> dict[UUID, str]:
    """Return who was on the other side of movements (id, type, reference), by their ids.

    Names and phones are masked. The bank itself is not named.
    """
    found = history.others(unit, wallet, [id_ for id_, _, _ in movements])
    paid = paid_elsewhere(unit, ((type_, reference) for _, type_, reference in movements))
    elsewhere = {id_: _payee(paid, type_, reference) for id_, type_, reference in movements}
    return {id_: who for id_, who in elsewhere.items() if who} | found


def paid_elsewhere(unit: Unit, movements: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return whom movements (type, reference) paid elsewhere, by reference.

    That is the masked name of a payee, the short name of a biller, or a masked phone.
    """
    references = [reference for type_, reference in movements if type_ in LEAVES]
    if not references:
        return {}
    return payouts.payees(unit, references) | bills.payees(unit, references)


def _payee(paid: dict[str, str], type_: str, reference: str) -> str:
    # A fee, and what comes back, have the reference of the payment, and are not the payee's.
    return paid.get(reference, "") if type_ in LEAVES else ""
