"""Sealed columns: all of them are known, and a later key takes the place of an earlier one."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, exc

from core.store import sealed
from core.store.acting import acting_as
from core.store.keyring import Keyring
from core.store.sealed import COLUMNS, Resealed, SealedColumn
from core.store.unit import Unit
from tests.core.people import someone
from tests.support import unsealed
from tests.support.keys import AUDIT, KEYS
from tests.support.outbox_rows import PHONE, register, reply

NOT_SEALED = {("data_keys", "wrapped"), ("audit_log", "previous")}
"""Bytes that are something else: keys are wrapped; hashes and signatures are named so."""
LATER = Keyring({1: b"a data key for tests, 32 bytes..", 2: b"2" * 32}, newest=2,
                index_key=b"i" * 32, audit=AUDIT)  # fmt: skip


@pytest.fixture
def content() -> SealedColumn:
    return next(one for one in COLUMNS if one.field == "messages.content")


@pytest.fixture
def later_keys() -> Iterator[Keyring]:
    return LATER


def read(unit: Unit, column: SealedColumn) -> list[tuple[str, str, bytes]]:
    with acting_as(unit, column.reader):
        rows = unit.all(
            f"select ctid::text as place, {column.row} as row, {column.column} as sealed"
            f" from {column.table} where {column.column} is not null"
        )
    return [(row.place, row.row, row.sealed) for row in rows]


def again(column: SealedColumn, row: tuple[str, str, bytes]) -> Resealed:
    """Seal what a row holds by a later key."""
    place, about, old = row
    words = KEYS.open_bytes(old, field=column.field, row=about)
    return Resealed(place, old, LATER.seal_bytes(words, field=column.field, row=about))


def test_every_sealed_column_is_registered(admin_engine: Engine) -> None:
    with admin_engine.connect() as connection:
        found = connection.exec_driver_sql(
            """
            select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                and c.relowner = 'wekeza_owner'::regrole and a.atttypid = 'bytea'::regtype
                and not a.attisdropped and a.attname !~ '(hash|digest|signature|mac|sha256)$'
            """
        ).all()
    known = {(one.table, one.column) for one in COLUMNS}
    assert {tuple(row) for row in found} - NOT_SEALED == known


def test_the_row_of_every_column_can_be_told_from_its_keys(unit: Unit) -> None:
    for column in COLUMNS:
        with acting_as(unit, column.reader):
            assert unit.all(f"select {column.row} from {column.table} limit 1") is not None


def test_a_later_key_takes_the_place_of_an_earlier_one(unit: Unit) -> None:
    register(unit)
    someone(unit)
    reply(unit, PHONE, "your balance")
    for column in COLUMNS:
        rows = read(unit, column)
        assert sealed.replace(unit, column, [again(column, row) for row in rows]) == len(rows)
        assert {row[2][4] for row in read(unit, column)} <= {2}
    unit.keys = LATER
    [said] = unsealed.messages(unit)
    assert said.content == "your balance"


def test_what_changed_meanwhile_is_left_alone(unit: Unit, content: SealedColumn) -> None:
    register(unit)
    reply(unit, PHONE, "your balance")
    [row] = read(unit, content)
    moved = again(content, row)
    assert sealed.replace(unit, content, [Resealed(moved.place, b"\x01other", moved.new)]) == 0
    unit.run("update messages set status = 'sent'")
    assert sealed.replace(unit, content, [moved]) == 0, "the row lies elsewhere now"


def test_by_that_way_no_word_is_rewritten(unit: Unit, content: SealedColumn) -> None:
    register(unit)
    reply(unit, PHONE, "your balance")
    [(place, about, old)] = read(unit, content)
    longer = LATER.seal("another balance", field=content.field, row=about)
    same_key = KEYS.seal("your balancE", field=content.field, row=about)
    for new in (longer, same_key, b"", old):
        assert sealed.replace(unit, content, [Resealed(place, old, new)]) == 0
    with pytest.raises(exc.IntegrityError), unit.savepoint():
        unit.run("update messages set content = %(new)s", new=longer)


@pytest.mark.parametrize(
    ("table", "column"),
    [("data_keys", "wrapped"), ("transactions", "body_hash"), ("messages", "status")],
)
def test_nothing_else_is_replaced_that_way(unit: Unit, table: str, column: str) -> None:
    with pytest.raises(exc.ProgrammingError, match="holds nothing sealed"):
        sealed.replace(unit, SealedColumn(table, ("id",), column), [])
