"""What is written stays written, and only the ledger's functions write."""

from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.store.unit import Unit
from tests.core.ledger.books import NOW, customer, kes, send

APPEND_ONLY = ("transactions", "ledger_entries", "ledger_requests", "ledger_refusals")
TABLES = (
    *APPEND_ONLY,
    "ledger_accounts",
    "account_owners",
    "limit_counters",
    "tier_limits",
    "transaction_types",
    "fx_rates",
    "currencies",
    "countries",
)
WRITES = ("delete from {}", "truncate {} cascade")
COLUMN = {
    "transactions": "note = 'x'",
    "ledger_entries": "amount = 1",
    "ledger_requests": "at = at",
    "ledger_refusals": "code = 'x'",
    "ledger_accounts": "posted = 1",
    "account_owners": "tier = 3",
    "limit_counters": "day_spent = 0",
    "tier_limits": "per_day = null",
    "transaction_types": "counts_limit = false",
    "fx_rates": "rate = 1",
    "currencies": "exponent = 0",
    "countries": "timezone = 'UTC'",
}


def changes(table):
    return (
        f"update {table} set {COLUMN[table]}",
        f"delete from {table}",
        f"truncate {table} cascade",
    )


@pytest.fixture(
    params=["wekeza_ledger", "wekeza_owner", None], ids=["owner", "migrations", "superuser"]
)
def mighty(request, admin_engine):
    """A connection with every right, on a book with a posting and a refusal; rolled back after."""
    with admin_engine.connect() as connection:
        outer = connection.begin()
        unit = book_of(connection)
        amina, brian = customer(unit, holds=kes(10)), customer(unit)
        send(unit, amina.wallet, brian.wallet, kes(1))
        with pytest.raises(book.InsufficientFunds):
            send(unit, amina.wallet, brian.wallet, kes(100))
        if request.param:
            connection.exec_driver_sql(f"set local role {request.param}")
        yield connection
        outer.rollback()


def book_of(connection):
    return Unit(connection, NOW, uuid4, "test")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_not_even_the_owner_changes_what_was_written(mighty, table):
    for change in changes(table):
        with pytest.raises(DBAPIError, match="append-only"), mighty.begin_nested():
            mighty.exec_driver_sql(change)


@pytest.mark.parametrize("mighty", [None], indirect=True, ids=["superuser"])
def test_triggers_hold_even_where_replication_would_skip_them(mighty):
    mighty.exec_driver_sql("set local session_replication_role = replica")
    for table in APPEND_ONLY:
        for change in changes(table):
            with pytest.raises(DBAPIError, match="append-only"), mighty.begin_nested():
                mighty.exec_driver_sql(change)


def test_no_account_disappears(mighty):
    for change in ("delete from ledger_accounts", "truncate ledger_accounts cascade"):
        with pytest.raises(DBAPIError, match="refused"), mighty.begin_nested():
            mighty.exec_driver_sql(change)


@pytest.mark.parametrize("table", TABLES)
def test_the_application_writes_no_table_of_the_ledger(unit, table):
    amina = customer(unit, holds=kes(10))
    assert amina
    columns = unit.value(
        "select string_agg(quote_ident(attname), ', ') from pg_attribute where attnum > 0"
        " and attrelid = to_regclass(%(table)s) and attgenerated = '' and attidentity = ''",
        table=table,
    )
    insert = f"insert into {table} ({columns}) select {columns} from {table} limit 0"
    for change in (*changes(table), insert):
        with pytest.raises(DBAPIError, match="permission denied"), unit.savepoint():
            unit.run(change)


def test_every_table_of_the_ledger_is_tested_here(unit):
    owned = unit.all(
        "select relname from pg_class where relkind in ('r', 'p')"
        " and relowner = 'wekeza_ledger'::regrole"
    )
    assert {row.relname for row in owned} == set(TABLES)


def test_the_application_may_not_act_as_the_owner(unit):
    for role in ("wekeza_ledger", "wekeza_owner"):
        assert not unit.value("select pg_has_role('wekeza_app', %(role)s, 'member')", role=role)


def test_only_the_doors_are_open(unit):
    """A helper called on its own could skip a rule; a new function must be granted on purpose."""
    rows = unit.all(
        "select proname, prosecdef, has_function_privilege('wekeza_app', oid, 'execute') as may,"
        " has_function_privilege('wekeza_auditor', oid, 'execute') as auditor,"
        " coalesce(array_to_string(proconfig, ';'), '') as settings"
        " from pg_proc where proowner = 'wekeza_ledger'::regrole"
    )
    doors = {row.proname for row in rows if row.may}
    assert doors == {
        "ledger_post",
        "ledger_post_group",
        "ledger_keep_refusal",
        "ledger_look",
        "ledger_open_account",
        "ledger_set_owner",
        "ledger_set_status",
        "ledger_system_account",
        "ledger_set_rate",
        "ledger_version_before",
        "ledger_value",
        "money_text",
    }
    for row in rows:
        if row.prosecdef:
            assert "search_path=public, pg_temp" in row.settings, row.proname
        if row.auditor:
            assert not row.prosecdef, row.proname


def test_the_auditor_reads_the_book_and_posts_nothing(admin_engine):
    with admin_engine.connect() as connection, connection.begin() as outer:
        connection.exec_driver_sql("set local role wekeza_auditor")
        for table in TABLES:
            connection.exec_driver_sql(f"select * from {table} limit 1")
        assert book.verify(book_of(connection)) == []
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.exec_driver_sql("select ledger_system_account('cash', 'KES', now())")
        outer.rollback()
