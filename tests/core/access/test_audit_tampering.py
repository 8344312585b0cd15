"""Whoever may do everything to the database, and has not the key, is found out row by row."""

from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access import audit
from core.access.actors import SYSTEM, Actor
from core.access.audit_anchor import AuditAnchor, head, kept, last_seq, place
from core.access.audit_verify import verify
from core.ledger import anchor_file
from core.ledger.seals import SealKey
from core.store.audit_key import AuditKey
from core.store.keyring import Keyring
from core.store.unit import Unit
from tests.support.keys import KEYS, SEAL_KEY

ROWS = 9
STAFF = [Actor(UUID(int=n), "staff", "agent", frozenset()) for n in (1, 2, 3)]
THIEF = Keyring({1: b"a data key for tests, 32 bytes.."}, newest=1, index_key=bytes(32),
                audit=AuditKey(b"another thirty-two bytes, thief!"))  # fmt: skip
CHANGED = {
    "at": "at + interval '1 second'",
    "actor_kind": "case actor_kind when 'staff' then 'customer' else 'staff' end",
    "actor_id": "gen_random_uuid()",
    "action": "action || '.x'",
    "subject_type": "subject_type || 'x'",
    "subject_id": "subject_id || '1'",
    "customer_id": "gen_random_uuid()",
    "fields": "fields || '{name}'::text[]",
    "details": "details || 'x'",
    "digest": "sha256(digest)",
    "correlation": "correlation || 'x'",
    "key_id": "key_id || 'x'",
    "previous": "sha256(previous)",
    "hash": "sha256(hash)",
    "id": "gen_random_uuid()",
}


def write(unit, rows=ROWS):
    for n in range(rows):
        actor = SYSTEM if n % 4 == 3 else STAFF[n % 3]
        audit.note(
            unit, actor, "customer.seen" if n % 2 else "case.taken", subject="case",
            subject_id=str(n % 5), customer=UUID(int=n % 2), reason=f"reason {n}",
            fields=["phone"][: n % 2],
        )  # fmt: skip
    unit.finish()


@pytest.fixture
def tampering(admin_engine, now):
    """Open a superuser's unit on a log of some rows with every guard down; nothing of it stays."""

    @contextmanager
    def opened():
        with admin_engine.connect() as connection:
            outer = connection.begin()
            connection.exec_driver_sql("set local session_replication_role = replica")
            connection.exec_driver_sql(
                "alter table audit_log drop constraint audit_log_check,"
                " drop constraint audit_log_actor_kind_check"
            )
            unit = Unit(connection, now, uuid4, "test", KEYS)
            write(unit)
            yield unit
            outer.rollback()

    return opened


def named(unit, **facts):
    return {breach.row for breach in verify(unit, **facts)}


def any_row(draw):
    return draw(st.integers(1, ROWS))


LIMITS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_a_log_that_nobody_touched_is_whole(tampering):
    with tampering() as unit:
        anchor = head(unit, SealKey(SEAL_KEY))
        write(unit, 2)
        assert list(verify(unit, anchors=[anchor])) == []


def test_details_that_were_sealed_anew_break_nothing(tampering):
    with tampering() as unit:
        row = unit.one("select id, details from audit_log where seq = 3")
        field = audit.DETAILS
        plain = unit.keys.open_bytes(bytes(row.details), field=field, row=row.id)
        unit.run(
            "update audit_log set details = %(new)s where id = %(id)s",
            id=row.id,
            new=unit.keys.seal_bytes(plain, field=field, row=row.id),
        )
        assert list(verify(unit)) == []


@LIMITS
@given(data=st.data())
def test_a_changed_row_is_named(tampering, data):
    column = data.draw(st.sampled_from(sorted(CHANGED)))
    seq = any_row(data.draw)
    with tampering() as unit:
        unit.run(f"update audit_log set {column} = {CHANGED[column]} where seq = %(seq)s", seq=seq)
        assert f"audit_log {seq}" in named(unit)


@LIMITS
@given(data=st.data())
def test_rows_that_are_gone_are_named(tampering, data):
    gone = data.draw(st.sets(st.integers(1, ROWS), min_size=1))
    with tampering() as unit:
        unit.run("delete from audit_log where seq = any(%(gone)s)", gone=list(gone))
        firsts = {f"audit_log {seq}" for seq in gone if seq - 1 not in gone}
        assert firsts <= named(unit)


@LIMITS
@given(data=st.data())
def test_a_column_that_two_rows_swapped_is_named(tampering, data):
    column = data.draw(st.sampled_from(["actor_id", "details", "seq", "hash", "digest", "action"]))
    one, other = data.draw(st.lists(st.integers(1, ROWS), min_size=2, max_size=2, unique=True))
    with tampering() as unit:
        values = {
            seq: unit.value(f"select {column} from audit_log where seq = %(seq)s", seq=seq)
            for seq in (one, other)
        }
        if values[one] == values[other]:
            return
        if column == "seq":
            unit.run("update audit_log set seq = 1000 where seq = %(one)s", one=one)
            unit.run("update audit_log set seq = %(one)s where seq = %(other)s", **_two(one, other))
            unit.run("update audit_log set seq = %(other)s where seq = 1000", other=other)
        else:
            for seq, value in ((one, values[other]), (other, values[one])):
                unit.run(
                    f"update audit_log set {column} = %(value)s where seq = %(seq)s",
                    value=value,
                    seq=seq,
                )
        assert {f"audit_log {one}", f"audit_log {other}"} <= named(unit)


def _two(one, other):
    return {"one": one, "other": other}


@LIMITS
@given(data=st.data())
def test_a_row_that_was_put_in_is_named(tampering, data):
    """The rows behind it were moved up, as if it had always been there."""
    place = any_row(data.draw)
    with tampering() as unit:
        unit.run(
            "create temp table copied on commit drop as"
            " select * from audit_log where seq >= %(place)s",
            place=place,
        )
        unit.run("delete from audit_log where seq > %(place)s", place=place)
        unit.run(
            "update copied set seq = seq + 1,"
            " id = case when seq = %(place)s then gen_random_uuid() else id end",
            place=place,
        )
        unit.run("insert into audit_log select * from copied")
        unit.run("update audit_head set seq = (select max(seq) from audit_log)")
        assert f"audit_log {place + 1}" in named(unit)


def test_a_row_behind_the_end_is_named(tampering):
    with tampering() as unit:
        unit.run("create temp table copied on commit drop as select * from audit_log where seq = 1")
        unit.run("update copied set seq = 10, id = gen_random_uuid()")
        unit.run("insert into audit_log select * from copied")
        assert named(unit) == {"audit_log 10"}


@pytest.mark.parametrize("gone", [1, 4, ROWS])
def test_a_tail_that_was_cut_with_its_head_is_found_by_an_anchor(tampering, gone):
    with tampering() as unit:
        anchor = head(unit, SealKey(SEAL_KEY))
        unit.run("delete from audit_log where seq > %(kept)s", kept=ROWS - gone)
        unit.run(
            """
            update audit_head set seq = coalesce((select max(seq) from audit_log), 0), hash =
                coalesce((select hash from audit_log order by seq desc limit 1), ''::bytea)
            """
        )
        assert f"audit_log {ROWS}" in named(unit, anchors=[anchor])
        if gone < ROWS:
            assert named(unit) == set(), "only what was kept elsewhere knows"


@pytest.mark.parametrize(
    "change", ["seq = seq - 1", "seq = 0", "hash = sha256(hash)", "seq = seq + 3"]
)
def test_a_head_that_was_set_to_something_else_is_named(tampering, change):
    with tampering() as unit:
        unit.run(f"update audit_head set {change}")
        assert named(unit) & {"audit_head", f"audit_log {ROWS}", f"audit_log {ROWS + 1}"}


def test_a_head_that_is_gone_is_named(tampering):
    with tampering() as unit:
        unit.run("delete from audit_head")
        assert "audit_head" in named(unit)


def test_rows_of_another_key_are_named(tampering):
    """The thief writes the whole log anew, with a key of their own."""
    with tampering() as unit:
        unit.run("delete from audit_log")
        unit.run("update audit_head set seq = 0")
        write(Unit(unit.connection, unit.now, uuid4, "test", THIEF))
        assert named(unit) == {f"audit_log {seq}" for seq in range(1, ROWS + 1)}
        assert named(unit, older=[THIEF.audit]) == set()


def test_a_thief_with_the_key_is_found_by_an_anchor(tampering):
    with tampering() as unit:
        anchor = head(unit, SealKey(SEAL_KEY))
        unit.run("delete from audit_log")
        unit.run("update audit_head set seq = 0")
        write(unit)
        (breach,) = verify(unit, anchors=[anchor])
        assert breach.what == "is not the row that was anchored"


def test_anchors_are_lines_that_prove_themselves(tampering, tmp_path):
    file = place(tmp_path)
    assert last_seq(file) == 0
    with tampering() as unit:
        anchor = head(unit, SealKey(SEAL_KEY))
        assert head(unit, SealKey(SEAL_KEY), since=ROWS) is None
    anchor_file.add(file, anchor)
    with file.open("a") as out:
        out.write(anchor.line.replace(f'"audit_seq": {ROWS}', '"audit_seq": 1') + "\n[]\n")
    assert [one for _, one in kept(file)] == [anchor, None, None]
    assert last_seq(file) == ROWS
    assert AuditAnchor.read(anchor.line) == anchor
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
