"""Functions and views are made anew in a database that has them already."""

from collections.abc import Iterator

import pytest

from bot import migrate
from migrations import routines

NAMES = "select relname from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace"


@pytest.fixture
def database(servers, worker_name) -> Iterator[str]:
    name = f"routines_{worker_name}"
    servers.create(name, template="template1")
    migrate.upgrade(servers.admin_url(name), app_url=servers.app_url(name))
    yield name
    servers.drop(name)


def test_a_release_with_other_functions_finds_the_old_ones_in_place(servers, database) -> None:
    with servers.admin(database) as engine, engine.begin() as connection:
        before = set(connection.exec_driver_sql(NAMES).scalars())
        connection.exec_driver_sql("update routines set fingerprint = 'of the release before'")
    migrate.upgrade(servers.admin_url(database), app_url=servers.app_url(database))
    with servers.admin(database) as engine, engine.connect() as connection:
        assert set(connection.exec_driver_sql(NAMES).scalars()) == before
        known = connection.exec_driver_sql("select fingerprint from routines").scalar_one()
    assert known == routines.fingerprint()
    assert {"wallets", "accounts", "users"} <= before
