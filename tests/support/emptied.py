"""A database of tests, emptied again of all that was written into it."""

from collections.abc import Set

from sqlalchemy import Connection

TABLES = """
select oid::regclass::text from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
"""


def with_rows(connection: Connection) -> set[str]:
    """Return the tables that have any row."""
    tables = connection.exec_driver_sql(TABLES).scalars()
    asked = " union all ".join(
        f"select '{table}' where exists (select from {table})" for table in tables
    )
    return set(connection.exec_driver_sql(asked).scalars())


def empty(connection: Connection, *, but: Set[str]) -> None:
    """Empty all tables but those of migrations' own rows. The superuser alone may."""
    written = with_rows(connection) - but
    if written:
        # Histories refuse to be emptied; a test's database may be.
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql(f"truncate {', '.join(sorted(written))} cascade")
