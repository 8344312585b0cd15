"""Proves the audit log: walks its whole chain and names each row that is not what was written.

A changed row, changed details, a missing or added row, rows that were swapped, a head that was set
back and another key all show in the chain itself. A tail that was cut together with the head shows
where an anchor that was kept elsewhere tells of a row beyond it.
"""

from collections.abc import Iterable, Iterator, Mapping

from core.access.audit_anchor import AuditAnchor, missed
from core.access.audit_chain import BEFORE_THE_FIRST, COLUMNS, DETAILS, Link
from core.ledger.verify import Breach
from core.store.audit_key import AuditKey
from core.store.keyring import BrokenSeal, UnknownKey
from core.store.unit import Row, Unit

_AT_ONCE = 1000


def verify(
    unit: Unit, *, older: Iterable[AuditKey] = (), anchors: Iterable[AuditAnchor] = ()
) -> Iterator[Breach]:
    """Yield everything that is wrong with the log, row by row; nothing when it is whole.

    The rows are chained with the unit's key, or with ``older`` ones from before the bank's seal key
    was changed. May run while others write: rows that come later are left for the next time.
    """
    keys = {key.id: key for key in (unit.keys.audit, *older)}
    head = unit.maybe("select seq, hash from audit_head")
    if head is None:
        yield Breach("audit_head", "audit_head", "is gone")
    last = unit.value("select coalesce(max(seq), 0) from audit_log") if head is None else head.seq
    seq, previous = 0, BEFORE_THE_FIRST
    for row in _rows(unit, last):
        if row.seq > seq + 1:
            yield _gone(seq + 1, row.seq - 1)
        elif bytes(row.previous) != previous:
            yield _wrong("chain", row, "does not follow the row before it")
        yield from _row(unit, row, keys)
        seq, previous = row.seq, bytes(row.hash)
    if seq < last:
        yield _gone(seq + 1, last)
    elif head is not None and bytes(head.hash) != previous:
        yield Breach("audit_head", "audit_head", f"does not name the row {seq}")
    yield from _behind_the_head(unit)
    for anchor, there in missed(unit, anchors):
        what = "is not the row that was anchored" if there else "was anchored and is gone"
        yield Breach("audit_anchor", f"audit_log {anchor.seq}", what)


def _rows(unit: Unit, last: int) -> Iterator[Row]:
    after: int | None = None
    while some := unit.all(
        f"select {COLUMNS} from audit_log where (%(after)s::bigint is null or seq > %(after)s)"
        " and seq <= %(last)s order by seq limit %(most)s",
        after=after,
        last=last,
        most=_AT_ONCE,
    ):
        yield from some
        after = some[-1].seq


def _row(unit: Unit, row: Row, keys: Mapping[str, AuditKey]) -> Iterator[Breach]:
    key = keys.get(row.key_id)
    if key is None:
        yield _wrong("key", row, f"was chained with another key, {row.key_id}")
        return
    if Link.of(row).hash(key, bytes(row.previous)) != bytes(row.hash):
        yield _wrong("row", row, "is not what was written")
    try:
        details = unit.keys.open_bytes(bytes(row.details), field=DETAILS, row=row.id)
    except (BrokenSeal, UnknownKey) as error:
        yield _wrong("details", row, f"has details that cannot be opened ({type(error).__name__})")
        return
    if key.digest(str(row.id).encode() + b":" + details) != bytes(row.digest):
        yield _wrong("details", row, "has details that are not those that were written")


def _behind_the_head(unit: Unit) -> Iterator[Breach]:
    """Name rows that the head does not know of; one statement, so others may go on writing."""
    for row in unit.all(
        "select seq from audit_log where seq > coalesce((select seq from audit_head), 0)"
        " and exists (select from audit_head) order by seq limit %(most)s",
        most=_AT_ONCE,
    ):
        yield Breach("audit_head", f"audit_log {row.seq}", "stands behind the end of the log")


def _gone(first: int, last: int) -> Breach:
    if first == last:
        return Breach("audit_chain", f"audit_log {first}", "is gone")
    return Breach("audit_chain", f"audit_log {first}", f"and all up to {last} are gone")


def _wrong(check: str, row: Row, what: str) -> Breach:
    return Breach(f"audit_{check}", f"audit_log {row.seq}", what)
