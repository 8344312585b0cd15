"""The schema's history is one line, and the database it makes gives no right away."""

import re

from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from bot.migrate import MIGRATIONS
from core.store.sealed import COLUMNS
from tests.structure.source import ROOT, files

VERSIONS = [path for path in files("migrations/versions") if path.name != "__init__.py"]


def test_migrations_are_numbered_in_a_row_and_follow_each_other() -> None:
    numbers = [path.name[:4] for path in VERSIONS]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
    line = list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())
    assert [one.revision for one in reversed(line)] == numbers


def test_every_sql_file_is_run_by_somebody() -> None:
    told = "".join(path.read_text() for path in [*VERSIONS, ROOT / "migrations" / "env.py"])
    quoted = set(re.findall(r'"([\w.]+)"', told))
    numbers = "|".join(path.name[:4] for path in VERSIONS)
    for path in (ROOT / "migrations" / "sql").glob("*.sql"):
        part = re.sub(rf"^({numbers})_", "", path.stem)
        assert path.name in quoted or part in quoted, f"nobody runs {path.name}"


def test_everything_belongs_to_the_owner_or_the_ledger(admin_engine: Engine) -> None:
    with admin_engine.connect() as connection:
        strays = connection.exec_driver_sql(
            """
            select relname, pg_get_userbyid(relowner) from pg_class
            where relnamespace = 'public'::regnamespace
              and pg_get_userbyid(relowner) not in ('wekeza_owner', 'wekeza_ledger')
            """
        ).all()
    assert not strays


def test_the_application_owns_nothing_and_joins_nobody(admin_engine: Engine) -> None:
    with admin_engine.connect() as connection:
        roles = connection.exec_driver_sql(
            "select rolname, rolcanlogin, rolsuper or rolcreaterole or rolcreatedb or rolbypassrls "
            "from pg_roles where rolname like 'wekeza%%' order by 1"
        ).all()
        joined = connection.exec_driver_sql(
            "select roleid::regrole::text, inherit_option, admin_option from pg_auth_members"
            " where member = 'wekeza_app'::regrole"
        ).all()
    assert [tuple(role) for role in roles] == [
        ("wekeza_app", True, False),
        ("wekeza_auditor", False, False),
        ("wekeza_compliance", False, False),
        ("wekeza_ledger", False, False),
        ("wekeza_owner", False, False),
    ]
    # What is suspected is read by changing over, in one place; nothing of it is inherited.
    assert {tuple(one) for one in joined} == {("wekeza_compliance", False, False)}


def test_the_application_may_not_change_what_is_append_only(admin_engine: Engine) -> None:
    tables = ("transactions", "ledger_entries", "ledger_accounts")
    with admin_engine.connect() as connection:
        held = connection.exec_driver_sql(
            """
            select t, p from unnest(%(tables)s::text[]) t,
                             unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
            where has_table_privilege('wekeza_app', t, p)
            """,
            {"tables": list(tables)},
        ).all()
    assert not held


def test_the_auditor_reads_something_of_everything_and_changes_nothing(
    admin_engine: Engine,
) -> None:
    with admin_engine.connect() as connection:
        wrong = connection.exec_driver_sql(
            """
            select c.relname from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'p', 'm')
              and (not (has_any_column_privilege('wekeza_auditor', c.oid, 'SELECT')
                        or has_any_column_privilege('wekeza_compliance', c.oid, 'SELECT'))
                   or has_table_privilege('wekeza_auditor', c.oid, 'INSERT, UPDATE, DELETE'))
            """
        ).all()
    assert not wrong


def test_the_auditor_sees_no_hash_of_a_secret_and_nothing_sealed(admin_engine: Engine) -> None:
    hashes = [("pins", "hash"), ("staff", "password_hash"), ("staff_sessions", "secret_hash")]
    sealed = [(one.table, one.column) for one in COLUMNS]
    with admin_engine.connect() as connection:
        seen = connection.exec_driver_sql(
            """
            select t, c from unnest(%(tables)s::text[], %(columns)s::text[]) as hidden (t, c)
            where has_column_privilege('wekeza_auditor', t, c, 'SELECT')
            """,
            {
                "tables": [table for table, _ in hashes + sealed],
                "columns": [column for _, column in hashes + sealed],
            },
        ).all()
    assert not seen


def test_a_function_with_its_owners_rights_is_called_by_few_and_finds_only_its_own(
    admin_engine: Engine,
) -> None:
    with admin_engine.connect() as connection:
        powerful = connection.exec_driver_sql(
            """
            select p.oid::regprocedure::text as name,
                   has_function_privilege('public', p.oid, 'EXECUTE') as for_all,
                   coalesce(array_to_string(p.proconfig, ' '), '') as settings
            from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef
            """
        ).all()
    assert powerful, "the ledger's functions work with its rights"
    assert not [one.name for one in powerful if one.for_all]
    assert not [one.name for one in powerful if "search_path" not in one.settings]
