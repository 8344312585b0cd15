"""A database of tests, emptied again of all that was written into it."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from sqlalchemy import Connection

TABLES = """
select oid::regclass::text from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
"""
CHANGING = """
select attrelid::regclass::text as name, string_agg(quote_ident(attname), ', ') as columns
from pg_attribute where attrelid = any (cast(%(tables)s as regclass[]))
    and attnum > 0 and not attisdropped and attgenerated = ''
    and has_any_column_privilege('wekeza_app', attrelid, 'insert, update')
group by attrelid
"""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What stands in a database from the start: rows that migrations wrote."""

    tables: Set[str]
    changing: tuple[tuple[str, str], ...]
    """Those the house itself may write to, with their columns: the end of the log is such a row."""


def begin(connection: Connection) -> Beginning:
    """Remember what stands in a database; what may change is copied beside it. Once, at first."""
    tables = _with_rows(connection)
    given = {"tables": list(tables)}
    changing = [tuple(row) for row in connection.exec_driver_sql(CHANGING, given)]
    connection.exec_driver_sql("create schema kept")
    for table, columns in changing:
        connection.exec_driver_sql(f"create table kept.{table} as select {columns} from {table}")
    return Beginning(tables, tuple(changing))


def empty(connection: Connection, beginning: Beginning) -> None:
    """Take a database back to its beginning. The superuser alone may."""
    # Histories refuse to be emptied; a test's database may be.
    connection.exec_driver_sql("set local session_replication_role = replica")
    written = _with_rows(connection) - beginning.tables
    if written:
        connection.exec_driver_sql(f"truncate {', '.join(sorted(written))} cascade")
    changed = _changed(connection, beginning.changing)
    for table, columns in beginning.changing:
        if table in changed:
            connection.exec_driver_sql(f"delete from {table}")
            connection.exec_driver_sql(
                f"insert into {table} ({columns}) overriding system value"
                f" select {columns} from kept.{table}"
            )


def _with_rows(connection: Connection) -> set[str]:
    tables = connection.exec_driver_sql(TABLES).scalars()
    asked = " union all ".join(
        f"select '{table}' where exists (select from {table})" for table in tables
    )
    return set(connection.exec_driver_sql(asked).scalars())


def _changed(connection: Connection, tables: Iterable[tuple[str, str]]) -> set[str]:
    """Return the tables whose rows are not those they began with."""
    asked = " union all ".join(
        f"select '{table}' where exists ("
        f"(select {columns} from {table} except all select {columns} from kept.{table}) union all"
        f" (select {columns} from kept.{table} except all select {columns} from {table}))"
        for table, columns in tables
    )
    return set(connection.exec_driver_sql(asked).scalars())
