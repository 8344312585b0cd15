"""Blocks close over what has ended: each row once, in one order, whatever runs at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import leaf, seals
from core.ledger.checks.seals import verify_seals
from core.ledger.eras import new_era
from core.ledger.seals import SealKey
from core.store.unit import Unit, open_unit
from tests.core.ledger.books import NOW, customer, kes, send
from tests.core.ledger.sealed import KEY, Sealed, fill
from tests.support import alone
from tests.support.keys import KEYS

servers = alone.servers  # whose transactions nobody else keeps open


@pytest.fixture
def book(clean_engine, clean_admin_engine):
    return Sealed(clean_engine, clean_admin_engine)


def rows_of(book, block):
    with book.unit() as unit:
        return [leaf.read(one) for one in seals.read(unit, block.xid_from, block.xid_to)]


def breaches(book, **more):
    with book.unit() as unit:
        return verify_seals(unit, trusted=KEY.public, anchors=book.anchors, **more)


def count(book):
    with book.unit() as unit:
        return unit.value("select count(*) from ledger_written")


def test_an_empty_book_has_no_blocks(book):
    with book.unit() as unit:
        written = unit.value("select count(*) from ledger_written")
    block = book.seal()
    assert (block.size if block else 0) == written
    assert book.seal() is None
    assert breaches(book) == []


def test_every_kind_of_row_is_sealed_once_in_the_order_of_its_transaction(book):
    fill(book)
    rows = [row for block in book.blocks for row in rows_of(book, block)]
    assert {row.kind for row in rows} == set(leaf.FIELDS)
    assert len(rows) == len({(row.id, row.kind) for row in rows}) == count(book)
    assert rows == sorted(rows, key=lambda row: (row.facts["xid"], row.id, row.kind))
    for row in rows:
        assert (len(row.entries) == 2) == (row.kind == "posting")


def test_blocks_follow_each_other(book):
    fill(book)
    assert [block.height for block in book.blocks] == [1, 2, 3]
    for before, after in pairwise(book.blocks):
        assert after.prev == before.hash
        assert after.xid_from == before.xid_to
        assert after.sealed_at == before.sealed_at + timedelta(minutes=1)


def test_what_has_not_ended_is_waited_for(book):
    with book.unit() as unit:
        amina, brian = customer(unit, holds=kes(9)), customer(unit)
    book.seal()
    with book.engine.connect() as connection, connection.begin():
        unit = Unit(connection, NOW, uuid4, "slow", KEYS)
        slow = uuid4()
        send(unit, amina.wallet, brian.wallet, kes(1), key=slow)
        (quick,) = book.pay()
        assert book.seal() is None, "a row before this one may still come"
    block = book.seal()
    assert {slow, quick} <= {row.id for row in rows_of(book, block)}


def test_what_was_rolled_back_leaves_no_gap(book):
    with book.engine.connect() as connection:
        outer = connection.begin()
        customer(Unit(connection, NOW, uuid4, "undone", KEYS), holds=kes(9))
        outer.rollback()
    book.pay(2)
    book.seal()
    assert sum(block.size for block in book.blocks) == count(book)
    assert breaches(book) == []


def test_a_run_is_bounded_and_no_database_transaction_is_torn_apart(book):
    book.pay(7)
    with book.unit() as unit:
        for _ in range(5):
            customer(unit, holds=kes(1))
    while book.seal(most=3):
        pass
    seen = [{row.facts["xid"] for row in rows_of(book, block)} for block in book.blocks]
    assert len(seen) > 3
    for one, other in pairwise(seen):
        assert not one & other
    sizes = [block.size for block in book.blocks]
    assert sum(sizes) == count(book)
    assert max(sizes) >= 10, "one transaction alone had more than the limit"
    assert all(len(xids) == 1 for xids, size in zip(seen, sizes, strict=True) if size > 3)


def test_a_sealer_that_dies_changes_nothing(book):
    book.pay()
    with book.engine.connect() as connection:
        assert seals.seal(Unit(connection, NOW, uuid4, "dies", KEYS), KEY)
    block = book.seal()
    assert block.height == 1
    assert breaches(book) == []


def test_how_long_rows_have_waited(book):
    book.pay()
    book.seal()
    with book.unit(5) as unit:
        assert seals.waiting(unit) == timedelta(0)
    book.pay()
    with book.unit(5) as unit:
        assert seals.waiting(unit) == timedelta(minutes=5)


def test_only_one_sealer_works_at_a_time(book):
    book.pay()
    with book.unit() as unit:
        assert seals.seal(unit, KEY)
        with book.unit() as other:
            assert seals.seal(other, KEY) is None


def test_nothing_is_missed_while_others_post(book):
    stop = Event()

    def post(_):
        while not stop.is_set():
            book.pay(3)

    def sealing():
        while not stop.is_set():
            book.seal(most=20)

    with ThreadPoolExecutor(4) as pool:
        posting = [pool.submit(post, n) for n in range(2)]
        sealers = [pool.submit(sealing) for _ in range(2)]
        while count(book) < 150:
            assert not any(one.done() for one in (*posting, *sealers))
        stop.set()
        for one in (*posting, *sealers):
            one.result()
    while book.seal():
        pass
    with book.unit() as unit:
        assert unit.value("select sum(size) from ledger_blocks") == count(book)
    assert breaches(book) == []


def test_keys_change_and_the_new_one_vouches_for_the_old(book):
    book.pay()
    book.seal()
    newer = SealKey(b"the key of the year after, 32 by")
    book.pay()
    book.seal(key=newer)
    with book.unit() as unit:
        assert verify_seals(unit, trusted=newer.public) == []
        assert verify_seals(unit) == []
        doubted = {breach.row for breach in verify_seals(unit, trusted=KEY.public)}
        assert f"seal_keys {newer.id}" in doubted
        unit_keys = unit.all("select id, previous from seal_keys order by previous nulls first")
    assert [tuple(row) for row in unit_keys] == [(KEY.id, None), (newer.id, KEY.id)]


def test_a_key_vouches_even_when_there_is_nothing_to_seal(book):
    book.pay()
    book.seal()
    newer = SealKey(b"the key of the year after, 32 by")
    assert book.seal(key=newer) is None
    with book.unit() as unit:
        assert verify_seals(unit, trusted=newer.public) == []


def test_on_another_server_a_new_era_keeps_the_order(book):
    """The rows of a server far ahead, as a restored dump has them; then those of this server."""
    far = 10**9
    with book.tampered() as unit:
        unit.run("insert into ledger_eras values (1, %(far)s, %(now)s)", far=far, now=NOW)
    for table in ("transactions", "ledger_refusals", "hold_events", "ledger_accounts"):
        with book.admin.begin() as connection:
            connection.exec_driver_sql(
                f"alter table {table} alter column xid set default"
                f" ((pg_current_xact_id()::text::bigint + {far})::text::xid8)"
            )
    book.pay(2)
    book.seal()
    waiting = book.pay()  # written, not sealed, when the dump was made
    with book.tampered() as unit:
        unit.run("delete from ledger_eras")
    with pytest.raises(DBAPIError, match="begin a new era"):
        book.seal()
    with open_unit(book.admin, keys=KEYS, now=NOW, new_id=uuid4, correlation="era") as unit:
        assert new_era(unit) == 2
    new = book.pay(2)
    block = book.seal()
    assert block.era == 2
    assert {*waiting, *new} <= {row.id for row in rows_of(book, block)}
    assert breaches(book) == []
    with (
        pytest.raises(DBAPIError, match="no new era is needed"),
        open_unit(book.admin, keys=KEYS, now=NOW, new_id=uuid4, correlation="era") as unit,
    ):
        new_era(unit)


def test_the_application_cannot_keep_a_block_that_does_not_follow(book):
    book.pay()
    book.seal()
    for change in (
        "height",  # the same again
        "height + 2",
    ):
        with pytest.raises(DBAPIError, match="does not follow"), book.unit() as unit:
            unit.run(
                f"select ledger_keep_block({change}, era, xid_to, ledger_ended(), size, root, hash,"
                " sha256(hash), signature, key_id, sealed_at, leaves) from ledger_blocks"
            )


def test_the_application_cannot_begin_an_era(book):
    with pytest.raises(DBAPIError, match="permission denied"), book.unit() as unit:
        new_era(unit)


@pytest.mark.parametrize("kind", leaf.FIELDS)
def test_every_column_is_sealed_or_left_out_on_purpose(unit, kind):
    """A column that is added later must be decided about: a new kind of leaf, or a line here."""
    left_out = {
        "ledger_accounts": {
            "posted", "held", "incoming", "floor", "ceiling", "version", "moved_at", "status",
        },
    }  # fmt: skip
    renamed = {
        "posting": {"transaction_id": "id"},
        "hold": {"kind": "event"},
        "account": {"account_id": "id", "kind": "account_kind"},
    }
    table = leaf.TABLES[kind]
    columns = unit.all(
        "select attname as name from pg_attribute where attrelid = to_regclass(%(table)s)"
        " and attnum > 0 and not attisdropped",
        table=table,
    )
    names = {row.name for row in columns} - left_out.get(table, set())
    names = {renamed.get(kind, {}).get(name, name) for name in names}
    terms = {"type", "debit_id", "credit_id", "currency"} if kind == "hold" else set()
    assert names | {"kind"} | terms == set(leaf.FIELDS[kind])
