"""The application works as its own role, within limits."""

from sqlalchemy import Engine

from core.store.engine import open_engine
from core.store.unit import Unit
from tests.support.servers import Servers


def test_the_application_works_as_its_own_role(unit: Unit) -> None:
    assert unit.value("select current_user") == "wekeza_app"


def test_every_connection_is_bounded_in_time(servers: Servers, database: str) -> None:
    engine = open_engine(servers.app_url(database), name="wekeza-limits")
    with engine.connect() as connection:
        limits = {
            name: connection.exec_driver_sql(f"show {name}").scalar_one()
            for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        }
    engine.dispose()
    assert limits == {
        "lock_timeout": "2s",
        "statement_timeout": "4s",
        "idle_in_transaction_session_timeout": "5s",
    }


def test_a_database_made_from_the_template_is_empty_but_ready(clean_engine: Engine) -> None:
    with clean_engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from customers").scalar_one() == 0
