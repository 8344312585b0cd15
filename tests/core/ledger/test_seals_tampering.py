"""Whatever a superuser with the guards down does to sealed rows, `verify` names block and row."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.ledger import seals
from core.ledger.checks.seals import verify_seals
from core.ledger.leaf import TABLES
from tests.core.ledger.sealed import KEY, Sealed, fill
from tests.support import alone

servers = alone.servers  # whose transactions nobody else keeps open

ID = {
    "transactions": "transaction_id",
    "ledger_refusals": "id",
    "hold_events": "id",
    "account_status_changes": "id",
    "ledger_accounts": "account_id",
}
# What moves with money, or says nothing, is not sealed; nor are virtual columns.
NOT_SEALED = {
    "ledger_accounts": {
        "posted", "held", "incoming", "floor", "ceiling", "version", "moved_at", "status",
    },
    "ledger_entries": {"entry_id", "debit", "credit"},
}  # fmt: skip
ELSEWHERE = {  # a hold's terms are sealed with each of its events
    "ledger_holds": ("type", "debit_id", "credit_id", "currency"),
}
CHANGED = {  # by the type of the column
    "text": "coalesce({0}, '') || 'x'",
    "bigint": "coalesce({0}, 0) + 1000",
    "integer": "coalesce({0}, 0) + 1000",
    "smallint": "coalesce({0}, 0) + 1000",
    "uuid": "gen_random_uuid()",
    "date": "{0} + 1",
    "timestamp with time zone": "coalesce({0}, 'epoch') + interval '1 microsecond'",
    "jsonb": "coalesce({0}, '{{}}') || '{{\"x\": 1}}'",
    "bytea": "{0} || '\\x00'",
    "xid8": "(({0})::text::bigint + 1)::text::xid8",
    "ledger_status": "case {0}::text when 'frozen' then 'closed' else 'frozen' end",
    "transaction_status": "'x'",
    "ledger_kind": "{0} || 'x'",
    "refusal_code": "{0} || 'x'",
}


@pytest.fixture(scope="module")
def sealed(servers, worker_name):
    name = f"tampered_{worker_name}"
    servers.create(name)
    with servers.app(name) as engine, servers.admin(name) as admin:
        book = Sealed(engine, admin)
        fill(book)
        book.paid_later = book.pay(2)  # not sealed yet
        yield book
    servers.drop(name)


def found(sealed, unit, **more):
    return verify_seals(unit, trusted=KEY.public, anchors=sealed.anchors, **more)


def named(breaches):
    return {breach.row for breach in breaches}


def columns(unit, table):
    rows = unit.all(
        "select attname as name, format_type(atttypid, null) as type from pg_attribute"
        " where attrelid = to_regclass(%(table)s) and attnum > 0 and not attisdropped"
        " order by attnum",
        table=table,
    )
    if table in ELSEWHERE:
        return [row for row in rows if row.name in ELSEWHERE[table]]
    return [row for row in rows if row.name not in NOT_SEALED.get(table, ())]


@dataclass
class Victim:
    table: str
    ctid: str
    row: str  # as verify has to name it


def victims(unit, table, before):
    """Return the sealed rows of a table with the row that is to be named for each."""
    joined = {
        "ledger_entries": (
            "transactions",
            """select e.ctid, t.transaction_id as id from ledger_entries e
               join transactions t using (transaction_id) where t.xid < %(before)s::text::xid8""",
        ),
        "ledger_holds": (
            "hold_events",
            """select o.ctid, h.id from ledger_holds o join hold_events h using (hold_id)
               where h.seq = 1 and h.xid < %(before)s::text::xid8""",
        ),
    }
    if table in joined:
        name, query = joined[table]
    else:
        name = table
        query = f"select ctid, {ID[table]} as id from {table} where xid < %(before)s::text::xid8"
    rows = unit.all(f"{query} order by 2, 1", before=str(before))
    return [Victim(table, row.ctid, f"{name} {row.id}") for row in rows]


def test_a_book_that_nobody_touched_is_whole(sealed):
    with sealed.unit() as unit:
        assert found(sealed, unit) == []
        assert found(sealed, unit, last=1) == []
        assert unit.value("select sum(size) from ledger_blocks") < unit.value(
            "select count(*) from ledger_written"
        ), "some rows wait for the next block"


def test_every_kind_of_row_is_among_the_victims(sealed):
    with sealed.unit() as unit:
        for table in (*ID, *ELSEWHERE, "ledger_entries"):
            assert len(victims(unit, table, sealed.blocks[-1].xid_to)) > 2
    assert set(ID) == set(TABLES.values())


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_change_a_deletion_or_a_swap_is_named(sealed, data):
    with sealed.tampering() as unit:
        unit.run("alter domain transaction_status drop constraint transaction_status_check")
        table = data.draw(st.sampled_from([*ID, *ELSEWHERE, "ledger_entries"]))
        column = data.draw(st.sampled_from(columns(unit, table)))
        rows = victims(unit, table, sealed.blocks[-1].xid_to)
        victim = data.draw(st.sampled_from(rows))
        kind = data.draw(st.sampled_from(["change", "delete", "swap"]))
        if kind == "delete":
            unit.run(f"delete from {table} where ctid = %(at)s::tid", at=victim.ctid)
        elif kind == "change":
            change = CHANGED[column.type].format(f'"{column.name}"')
            _set(unit, table, column.name, change, victim)
        else:
            other = data.draw(st.sampled_from(rows))
            if not _swap(unit, table, column.name, victim, other):
                return  # they were alike, or may not stand side by side
        assert victim.row in named(found(sealed, unit)), (kind, column.name)


def _set(unit, table, column, change, victim):
    unit.run(f'alter table {table} alter column "{column}" drop identity if exists')
    assert unit.run(
        f'update {table} set "{column}" = {change} where ctid = %(at)s::tid', at=victim.ctid
    )


def _swap(unit, table, column, one, other):
    values = [
        unit.value(f'select "{column}"::text from {table} where ctid = %(at)s::tid', at=victim.ctid)
        for victim in (one, other)
    ]
    unique = unit.value(
        "select count(*) from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
        " and a.attnum = any(i.indkey) where i.indisunique and i.indrelid = to_regclass(%(table)s)"
        " and a.attname = %(column)s",
        table=table,
        column=column,
    )
    if values[0] == values[1] or unique:
        return False
    kind = unit.value(
        "select format_type(atttypid, null) from pg_attribute"
        " where attrelid = to_regclass(%(table)s) and attname = %(column)s",
        table=table,
        column=column,
    )
    unit.run(f'alter table {table} alter column "{column}" drop identity if exists')
    for victim, value in zip((one, other), reversed(values), strict=True):
        unit.run(
            f'update {table} set "{column}" = %(value)s::text::{kind} where ctid = %(at)s::tid',
            value=value,
            at=victim.ctid,
        )
    return True


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_row_put_among_sealed_ones_is_named(sealed, data):
    with sealed.tampering() as unit:
        table = data.draw(st.sampled_from(sorted({*ID} - {"ledger_accounts"})))
        victim = data.draw(st.sampled_from(victims(unit, table, sealed.blocks[-1].xid_to)))
        key = ID[table]
        more = ", seq = seq + 1000" if table == "hold_events" else ""
        unit.run(
            f"create temp table copied on commit drop as select * from {table}"
            " where ctid = %(at)s::tid",
            at=victim.ctid,
        )
        unit.run(f"update copied set {key} = gen_random_uuid(){more}")
        new = unit.value(f"select {key} from copied")
        unit.run(f"insert into {table} overriding system value select * from copied")
        breaches = [breach for breach in found(sealed, unit) if breach.row == f"{table} {new}"]
        assert breaches
        assert "was not there when it was sealed" in breaches[0].what


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_block_that_was_touched_is_named(sealed, data):
    with sealed.tampering() as unit:
        column = data.draw(st.sampled_from(columns(unit, "ledger_blocks")))
        block = data.draw(st.sampled_from(sealed.blocks))
        if data.draw(st.booleans()):
            change = CHANGED[column.type].format(column.name)
            unit.run(
                f"update ledger_blocks set {column.name} = {change} where height = %(height)s",
                height=block.height,
            )
        else:
            unit.run("delete from ledger_blocks where height = %(height)s", height=block.height)
        near = {f"ledger_blocks {block.height + n}" for n in (0, 1, 1000)}
        assert named(found(sealed, unit)) & near


@pytest.mark.parametrize("column", ["id", "public_key"])
def test_a_key_that_was_exchanged_is_named(sealed, column):
    with sealed.tampering() as unit:
        other = seals.SealKey(b"another thirty-two bytes, thief!")
        value = other.id if column == "id" else other.public
        unit.run(f"update seal_keys set {column} = %(value)s", value=value)
        assert f"ledger_blocks {sealed.blocks[0].height}" in named(found(sealed, unit))


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_tail_that_was_cut_is_found_by_an_anchor(sealed, gone):
    kept = len(sealed.blocks) - gone
    with sealed.tampering() as unit:
        unit.run("delete from ledger_blocks where height > %(kept)s", kept=kept)
        end = sealed.blocks[kept - 1].xid_to if kept else 0
        for table in ID:
            unit.run(f"delete from {table} where xid >= %(end)s::text::xid8", end=str(end))
        breaches = found(sealed, unit)
        cut = {f"ledger_blocks {block.height}" for block in sealed.blocks[kept:]}
        assert cut <= named(breaches)
        assert {breach.what for breach in breaches if breach.row in cut} >= {
            "was anchored and is gone"
        }


def test_a_book_written_anew_is_found_by_an_anchor(sealed):
    """The thief has the key too: all signatures are right, and only the anchor knows."""
    with sealed.tampering() as unit:
        unit.run("delete from ledger_blocks")
        unit.run("update transactions set note = 'never mind'")
        while seals.seal(unit, KEY, most=5):
            pass
        assert verify_seals(unit, trusted=KEY.public) == []
        assert "ledger_blocks 1" in named(found(sealed, unit))


def test_one_who_signs_with_another_key_is_not_believed(sealed):
    thief = seals.SealKey(b"another thirty-two bytes, thief!")
    with sealed.tampering() as unit:
        unit.run("delete from ledger_blocks")
        unit.run("delete from seal_keys")
        while seals.seal(unit, thief):
            pass
        breaches = verify_seals(unit, trusted=KEY.public)
        assert f"seal_keys {thief.id}" in named(breaches)
        assert "ledger_blocks 1" in named(breaches)


def test_blocks_that_are_all_gone_leave_a_trace(sealed):
    with sealed.tampering() as unit:
        unit.run("delete from ledger_blocks")
        assert "ledger_blocks 1" in named(verify_seals(unit))


def test_a_row_that_says_it_comes_from_the_future_is_named(sealed):
    """It would be sealed out of its order later on."""
    with sealed.tampering() as unit:
        one = sealed.paid_later[0]
        unit.run(
            "update transactions set xid = (xid::text::bigint + 1000000)::text::xid8"
            " where transaction_id = %(id)s",
            id=one,
        )
        assert f"posting {one}" in named(found(sealed, unit))


def test_quick_looks_at_the_last_blocks_only(sealed):
    with sealed.tampering() as unit:
        first = victims(unit, "transactions", sealed.blocks[0].xid_to)[0]
        unit.run("update transactions set note = 'x' where ctid = %(at)s::tid", at=first.ctid)
        assert first.row not in named(found(sealed, unit, last=2))
        assert first.row in named(found(sealed, unit, last=3))
