"""Brings a database up to date, as the owner of its tables and not as a superuser."""

from pathlib import Path

from alembic import context
from sqlalchemy import Connection

from migrations import routines

ROLES = Path(__file__).parent / "sql" / "roles.sql"
PATIENCE = "set local lock_timeout = '60s'; set local idle_in_transaction_session_timeout = '10min'"


def migrate(connection: Connection) -> None:
    """Make the roles, become the owner, and run what is missing, all or nothing.

    Roles belong to the whole server and a database may move to another one, so they are looked
    after on every run. Tables are made by numbered migrations, functions and views by `routines`.
    """
    with connection.begin():
        connection.exec_driver_sql(PATIENCE)
        # One migration at a time: two processes that start together must not both create tables.
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('wekeza migrations'))")
        connection.exec_driver_sql(ROLES.read_text().replace("%", "%%"))
        connection.exec_driver_sql("set local role wekeza_owner")
        context.configure(connection=connection, transactional_ddl=True)
        context.run_migrations()
        connection.exec_driver_sql("set local role wekeza_owner")
        # They are written for the newest tables, which a database on its way there has not yet.
        if context.get_context().get_current_revision() == context.get_head_revision():
            routines.install(connection)


migrate(context.config.attributes["connection"])
