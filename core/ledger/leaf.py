"""What is hashed of a row of the book, read back into facts.

A leaf is one or more records in PostgreSQL's binary format: the number of columns, then of each its
type, its length and its bytes. The database writes them (``ledger_leaves``); whoever checks a proof
or an export reads them here, without a database.
"""

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

_HEAD = ("id", "kind", "xid")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "posting": (
        *_HEAD, "wallet_id", "type", "amount", "currency", "timestamp", "status", "value_date",
        "reference", "note", "correlation", "reverses", "meta", "body_hash",
    ),
    "refusal": (*_HEAD, "code", "facts", "at", "body_hash"),
    "hold": (
        *_HEAD, "hold_id", "seq", "event", "amount", "rest", "expires_at", "transaction_id", "at",
        "correlation", "body_hash", "type", "debit_id", "credit_id", "currency",
    ),
    "status": (
        *_HEAD, "seq", "account_id", "before", "after", "changed_by", "reason", "at",
        "correlation", "body_hash",
    ),
    "account": (
        *_HEAD, "owner", "account_kind", "currency", "account_no", "stripe", "opened_at",
    ),
}  # fmt: skip
"""The columns of each kind, in the order in which they are hashed."""
ENTRY = ("leg", "account_id", "version", "amount", "balance_after", "posted_at")
TABLES = {
    "posting": "transactions",
    "refusal": "ledger_refusals",
    "hold": "hold_events",
    "status": "account_status_changes",
    "account": "ledger_accounts",
}
MARKS = {"posting": b"p", "refusal": b"r", "hold": b"h", "status": b"s", "account": b"a"}
"""A kind as one byte, where ids and hashes are kept side by side."""
ID, MARK = slice(12, 28), slice(36, 37)
"""Where a leaf has its row's id, and the first letter of its kind: the mark."""
KINDS = {mark: kind for kind, mark in MARKS.items()}

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class BadLeaf(Exception):
    """The bytes are not those of a sealed row."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sealed row.

    ``facts`` are fit for JSON: ids, times and hashes as text, amounts in minor units. ``entries``
    are a posting's, in order; other kinds have none.
    """

    id: UUID
    kind: str
    facts: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]


def read(leaf: bytes) -> Leaf:
    """Return what a leaf says.

    :raises BadLeaf: if it is not a sealed row
    """
    try:
        head, *rest = _records(leaf)
        kind = head[1]
        facts = dict(zip(FIELDS[kind], head, strict=True))
        entries = tuple(dict(zip(ENTRY, one, strict=True)) for one in rest)
        if entries and kind != "posting":
            raise BadLeaf(f"a {kind} has no entries")
        return Leaf(UUID(facts["id"]), kind, facts, entries)
    except (struct.error, KeyError, ValueError, TypeError, IndexError, OverflowError) as error:
        raise BadLeaf("not a sealed row") from error


def _records(data: bytes) -> Iterator[list[Any]]:
    place = 0
    while place < len(data):
        (columns,) = struct.unpack_from("!i", data, place)
        place += 4
        record: list[Any] = []
        for _ in range(columns):
            oid, length = struct.unpack_from("!Ii", data, place)
            place += 8
            if length < 0:
                record.append(None)
                continue
            if place + length > len(data):
                raise BadLeaf("cut short")
            record.append(_READERS[oid](data[place : place + length]))
            place += length
        yield record


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


def _moment(data: bytes) -> str:
    return (_EPOCH + timedelta(microseconds=_number(data))).isoformat(timespec="microseconds")


def _day(data: bytes) -> str:
    return (date(2000, 1, 1) + timedelta(days=_number(data))).isoformat()


_READERS: Mapping[int, Callable[[bytes], Any]] = {  # PostgreSQL's types by their numbers
    17: bytes.hex,
    20: _number,
    21: _number,
    23: _number,
    25: bytes.decode,
    1082: _day,
    1184: _moment,
    2950: lambda data: str(UUID(bytes=data)),
    3802: lambda data: json.loads(data[1:]),  # its first byte is the format's version
    5069: lambda data: int.from_bytes(data, "big"),
}
