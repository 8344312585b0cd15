"""Everything the house holds about a customer, in clear, for the customer who asks for a copy.

GDPR articles 15 and 20 and Kenya's Data Protection Act, sections 26(b) and 38: in a structured,
commonly used, machine-readable form. Left out are secrets (hashes of PINs, codes), what staff wrote
to each other or why they asked for something, and who other people are beyond what this customer
was shown of them. So is all of screening, monitoring and compliance: it would tell them that they
are suspected, which is an offence (tipping off: Kenya's Proceeds of Crime and Anti-Money Laundering
Act, section 8).
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.customer_copy_parts import PARTS, Part
from core.customer_view import UnknownCustomer
from core.store import contacts
from core.store.sealed import COLUMNS
from core.store.unit import Row, Unit

MOST_ROWS = 100_000
"""Of one part: more than anybody has."""
ADDRESSES = frozenset({"address", "contact", "sent_to"})
"""Columns with tokens of addresses, which are told in clear."""
_SEALED = {(one.table, one.column): one for one in COLUMNS}


def copy(
    unit: Unit, actor: Actor, customer: UUID, *, reason: str
) -> dict[str, list[dict[str, object]]]:
    """Return the rows of every part, by its name, made of what JSON has; that it was is noted.

    :raises Forbidden: if they may reveal nothing of a customer
    :raises UnknownCustomer: if there is none of that id
    """
    actor.require("customers.reveal")
    told = {part.name: _told(unit, part, customer) for part in PARTS}
    if not told["person"]:
        raise UnknownCustomer
    audit.note(
        unit,
        actor,
        "customer.copied",
        subject="customer",
        subject_id=customer,
        customer=customer,
        reason=reason,
        fields=[name for name, rows in told.items() if rows],
    )
    return told


def _told(unit: Unit, part: Part, customer: UUID) -> list[dict[str, object]]:
    rows = unit.all(
        f"select {part.columns} from {part.table} t where {part.whose} limit %(most)s",
        customer=customer,
        most=MOST_ROWS,
    )
    names = [one.strip() for one in part.columns.split(",")]
    tokens = {getattr(row, name) for row in rows for name in ADDRESSES.intersection(names)}
    known = contacts.reveal(unit, tokens - {None})
    return [{name: _clear(unit, part.table, name, row, known) for name in names} for row in rows]


def _clear(unit: Unit, table: str, name: str, row: Row, known: Mapping[str, str]) -> object:
    value = getattr(row, name)
    sealed = _SEALED.get((table, name))
    if value is None or (isinstance(value, bool | int | str | list) and name not in ADDRESSES):
        return value
    if sealed is not None:
        key = " ".join(str(getattr(row, column)) for column in sealed.key)
        return unit.keys.open(bytes(value), field=sealed.field, row=key)
    if name in ADDRESSES:
        return known.get(value, value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
