"""What is suspected is read in one place: nobody else names its tables or takes its role."""

import re

from sqlalchemy import Engine

from tests.structure.source import ROOT, files

HOMES = {
    "aml": "core/aml/",
    "watch": "core/watch/",
    "payment": "core/monitoring/",
    "regulatory": "core/regulatory/",
}
"""Whose tables they are, by the first word of their names."""
ROLE = "wekeza_compliance"
LIST_OF_SEALED = "core/store/sealed.py"
"""Names the role and the tables with sealed columns, so that a new data key finds them."""
TAKES_ROLES = {"core/aml/guard.py", "core/store/rotation.py"}
ROOMS = ("bot", "channels", "core", "flows", "worker", "bench")


def tables(admin_engine: Engine) -> list[str]:
    """Return every table that the compliance role alone reads."""
    with admin_engine.connect() as connection:
        found = connection.exec_driver_sql(
            """
            select c.relname from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'p', 'S')
                and has_any_column_privilege('wekeza_compliance', c.oid, 'SELECT')
                and not has_any_column_privilege('wekeza_app', c.oid, 'SELECT')
            """
        )
        return sorted(found.scalars())


def test_no_other_room_names_the_tables(admin_engine: Engine) -> None:
    guarded = tables(admin_engine)
    assert {"aml_alerts", "aml_cases", "aml_log", "aml_alert_rows"} <= set(guarded)
    named = re.compile(rf"\b({'|'.join(guarded)})\b")
    for room in ROOMS:
        for path in files(room):
            where = str(path.relative_to(ROOT))
            found = set() if where == LIST_OF_SEALED else set(named.findall(path.read_text()))
            strange = {one for one in found if not where.startswith(HOMES[one.split("_")[0]])}
            assert not strange, where


def test_the_guard_alone_takes_the_role() -> None:
    for room in ROOMS:
        for path in files(room):
            where, text = str(path.relative_to(ROOT)), path.read_text("utf-8")
            if where != LIST_OF_SEALED:
                assert ROLE not in text, where
            if "acting_as(" in text and where != "core/store/acting.py":
                assert where in TAKES_ROLES, where
            if where not in {LIST_OF_SEALED, "core/aml/guard.py"}:
                assert "COMPLIANCE_ROLE" not in text, where


def test_nobody_else_may_become_it_or_read_its_tables(admin_engine: Engine) -> None:
    with admin_engine.connect() as connection:
        members = connection.exec_driver_sql(
            "select member::regrole::text from pg_auth_members"
            " where roleid = 'wekeza_compliance'::regrole and member::regrole::text like 'wekeza%%'"
        )
        assert set(members.scalars()) == {"wekeza_app"}
        readers = connection.exec_driver_sql(
            """
            select t, r from unnest(%(tables)s::text[]) t,
                unnest(array['wekeza_app', 'wekeza_auditor', 'wekeza_ledger', 'public']) r
            where has_table_privilege(r, t, 'select, insert, update, delete')
                or has_any_column_privilege(r, t, 'select, insert, update')
            """,
            {"tables": [one for one in tables(admin_engine) if not one.endswith("_serials")]},
        )
        assert readers.all() == []


def test_what_it_may_call_tells_nothing_back(admin_engine: Engine) -> None:
    with admin_engine.connect() as connection:
        told = connection.exec_driver_sql(
            """
            select proname, prorettype::regtype::text from pg_proc
            where pronamespace = 'public'::regnamespace and proname like 'aml%%'
                and has_function_privilege('wekeza_app', oid, 'execute') and prosecdef
            """
        ).all()
    assert {tuple(one) for one in told} == {("aml_raise", "void"), ("aml_promises", "record")}
