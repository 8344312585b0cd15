"""What is written stays written, and only the ledger's functions write."""

from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.store.unit import Unit
from tests.core.ledger.books import NOW, capture, customer, hold, kes, send, set_status
from tests.support.keys import KEYS

# Tables that have rows below, with a change that each of them must refuse.
WRITTEN = {
    "transactions": "note = 'x'",
    "ledger_entries": "amount = 1",
    "ledger_refusals": "at = at",
    "hold_events": "amount = 1",
    "account_status_changes": "reason = 'x'",
}
# What changes, is set anew, or is looked after beside the book; every other table is append-only.
CHANGING = {
    "account_kinds",
    "account_owners",
    "countries",
    "currencies",
    "feed_cursors",
    "fx_rates",
    "gl_accounts",
    "ledger_accounts",
    "ledger_holds",
    "limit_counters",
    "tier_limits",
    "transaction_types",
}
NEVER_DELETED = ("ledger_accounts", "ledger_holds")

OWNED = (
    "select relname as name from pg_class where relkind in ('r', 'p')"
    " and relowner = 'wekeza_ledger'::regrole order by relname"
)


def changes(table):
    return (
        f"update {table} set {WRITTEN[table]}",
        f"delete from {table}",
        f"truncate {table} cascade",
    )


@pytest.fixture(
    params=["wekeza_ledger", "wekeza_owner", None], ids=["owner", "migrations", "superuser"]
)
def mighty(request, admin_engine):
    """A connection with every right, on a book with rows in it; rolled back after."""
    with admin_engine.connect() as connection:
        outer = connection.begin()
        unit = book_of(connection)
        amina, brian = customer(unit, holds=kes(10)), customer(unit)
        send(unit, amina.wallet, brian.wallet, kes(1))
        with pytest.raises(book.InsufficientFunds):
            send(unit, amina.wallet, brian.wallet, kes(100))
        capture(unit, hold(unit, amina.wallet, brian.wallet, kes(1)))
        set_status(unit, amina.wallet, "frozen")
        if request.param:
            connection.exec_driver_sql(f"set local role {request.param}")
        yield connection
        outer.rollback()


def book_of(connection):
    return Unit(connection, NOW, uuid4, "test", KEYS)


@pytest.mark.parametrize("table", WRITTEN)
def test_not_even_the_owner_changes_what_was_written(mighty, table):
    for change in changes(table):
        with pytest.raises(DBAPIError, match="append-only"), mighty.begin_nested():
            mighty.exec_driver_sql(change)


@pytest.mark.parametrize("mighty", [None], indirect=True, ids=["superuser"])
def test_triggers_hold_even_where_replication_would_skip_them(mighty):
    mighty.exec_driver_sql("set local session_replication_role = replica")
    for table in WRITTEN:
        for change in changes(table):
            with pytest.raises(DBAPIError, match="append-only"), mighty.begin_nested():
                mighty.exec_driver_sql(change)


def test_every_other_table_of_the_ledger_is_append_only(unit):
    """A new table is append-only, unless it is named above on purpose."""
    guarded = unit.all(
        "select c.relname as name from pg_class c join pg_trigger t on t.tgrelid = c.oid"
        " where t.tgfoid = 'ledger_forbid'::regproc and t.tgenabled = 'A'"
        " and t.tgname in ('append_only', 'no_truncate')"
        " group by c.relname having count(*) = 2"
    )
    owned = {row.name for row in unit.all(OWNED)}
    assert {row.name for row in guarded} == owned - CHANGING
    assert owned >= CHANGING | set(WRITTEN)


def test_no_account_and_no_hold_disappears(mighty):
    for table in NEVER_DELETED:
        for change in (f"delete from {table}", f"truncate {table} cascade"):
            with pytest.raises(DBAPIError, match="refused"), mighty.begin_nested():
                mighty.exec_driver_sql(change)


def test_the_application_writes_no_table_of_the_ledger(unit):
    rights = unit.all(
        "select name, privilege from"
        f" ({OWNED}) t, unnest(array['insert', 'update', 'delete', 'truncate', 'references',"
        " 'trigger', 'maintain']) privilege where has_table_privilege(name, privilege)"
    )
    assert [tuple(right) for right in rights] == []
    for change in changes("transactions"):
        with pytest.raises(DBAPIError, match="permission denied"), unit.savepoint():
            unit.run(change)


def test_the_application_may_not_act_as_the_owner(unit):
    for role in ("wekeza_ledger", "wekeza_owner"):
        assert not unit.value("select pg_has_role('wekeza_app', %(role)s, 'member')", role=role)


# A helper called on its own could skip a rule; a new function must be granted on purpose.
DOORS = {
    "ledger_add_seal_key",
    "ledger_authorise",
    "ledger_balance_on",
    "ledger_begun",
    "ledger_capture",
    "ledger_close",
    "ledger_close_period",
    "ledger_end_lowered",
    "ledger_ended",
    "ledger_expire_holds",
    "ledger_feed_move",
    "ledger_feed_take",
    "ledger_keep_block",
    "ledger_keep_refusal",
    "ledger_leaves",
    "ledger_lines",
    "ledger_lock_holds",
    "ledger_look",
    "ledger_lower_hold",
    "ledger_lower_limits",
    "ledger_next_block",
    "ledger_open_account",
    "ledger_post",
    "ledger_post_batch",
    "ledger_post_group",
    "ledger_raise_hold",
    "ledger_return",
    "ledger_reverse",
    "ledger_set_owner",
    "ledger_set_rate",
    "ledger_set_rates",
    "ledger_set_status",
    "ledger_system_account",
    "ledger_trial_balance",
    "ledger_value",
    "ledger_value_straight",
    "ledger_version_before",
    "ledger_void",
    "money_text",
}


def test_only_the_doors_are_open(unit):
    rows = unit.all(
        "select proname, prosecdef, provolatile = 'v' as volatile,"
        " has_function_privilege('wekeza_app', oid, 'execute') as may,"
        " has_function_privilege('wekeza_auditor', oid, 'execute') as auditor,"
        " coalesce(array_to_string(proconfig, ';'), '') as settings"
        " from pg_proc where proowner = 'wekeza_ledger'::regrole"
        " and prorettype <> 'trigger'::regtype"
    )
    assert {row.proname for row in rows if row.may} == DOORS
    for row in rows:
        if row.prosecdef:
            assert "search_path=public, pg_temp" in row.settings, row.proname
        if row.auditor:
            assert not (row.prosecdef and row.volatile), row.proname  # it can read, not write


def test_the_auditor_reads_the_book_and_posts_nothing(admin_engine):
    with admin_engine.connect() as connection, connection.begin() as outer:
        connection.exec_driver_sql("set local role wekeza_auditor")
        for table in connection.exec_driver_sql(OWNED).scalars().all():
            connection.exec_driver_sql(f"select * from {table} limit 1")
        assert book.verify(book_of(connection)) == []
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.exec_driver_sql("select ledger_system_account('cash', 'KES', now())")
        outer.rollback()
