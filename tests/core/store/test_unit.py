"""A unit of work: all of it or nothing, errors as SQLAlchemy tells them, a lost server survived."""

import gc
import signal

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, exc

from core.store.unit import Unit, open_unit
from tests.support.keys import KEYS


def test_a_row_is_read_by_name_by_place_and_in_order(unit: Unit) -> None:
    row = unit.one("select 1 as number, %(word)s as word", word="one")
    assert (row.number, row[1], tuple(row), len(row)) == (1, "one", (1, "one"), 2)


def test_one_row_is_one_row(unit: Unit) -> None:
    assert unit.maybe("select 1 where false") is None
    with pytest.raises(exc.NoResultFound):
        unit.one("select 1 where false")
    with pytest.raises(exc.MultipleResultsFound):
        unit.maybe("select generate_series(1, 2)")


def test_a_savepoint_undoes_what_is_in_it_and_no_more(unit: Unit) -> None:
    unit.run("create temporary table kept (n int)")
    with pytest.raises(exc.DBAPIError), unit.savepoint():  # noqa: PT012 - what is undone is in it
        unit.run("insert into kept values (1)")
        with unit.savepoint():
            unit.run("insert into kept values (2)")
        unit.run("select 1 / 0")
    with unit.savepoint():
        unit.run("insert into kept values (3)")
    assert [row.n for row in unit.all("select n from kept")] == [3]


def test_an_error_tells_its_kind_and_no_value(unit: Unit) -> None:
    with pytest.raises(exc.DataError) as told:
        unit.run("select %(name)s::int", name="Amina Njeri")
    assert "[SQL: select" in str(told.value)
    assert "parameters" not in str(told.value)


def test_when_the_server_was_started_anew_the_next_unit_goes_on(
    clean_engine: Engine, clean_admin_engine: Engine, now, new_id
) -> None:
    def opened():
        return open_unit(clean_engine, keys=KEYS, now=now, new_id=new_id, correlation="test")

    with opened() as one, opened() as other:
        pids = {unit.value("select pg_backend_pid()") for unit in (one, other)}
    with clean_admin_engine.connect() as admin:
        for pid in pids:
            admin.exec_driver_sql("select pg_terminate_backend(%(pid)s, 2000)", {"pid": pid})
    with pytest.raises(exc.DBAPIError) as lost, opened() as unit:
        unit.run("select 1")
    assert lost.value.connection_invalidated
    # Nor does it meet the other connection that was lost.
    with opened() as unit:
        assert unit.value("select 1") == 1


def test_what_was_sent_is_counted(unit: Unit) -> None:
    before = unit.statements
    with unit.savepoint():
        unit.run("select 1")
    assert unit.statements - before == 3


def test_a_connection_that_was_dropped_comes_back_to_the_pool_with_nothing_begun(
    clean_engine: Engine,
) -> None:
    gc.freeze()  # else all the rest is looked through, for longer than a transaction may be idle
    connection = clean_engine.connect()
    connection.exec_driver_sql("create temporary table dropped (n int)")
    driver = connection.connection.driver_connection
    del connection
    gc.collect()
    gc.unfreeze()
    assert driver.info.transaction_status == TransactionStatus.IDLE


class Stop(BaseException):
    """What a signal may raise in the midst of a statement."""


@pytest.mark.parametrize("savepoint", [False, True])
def test_what_interrupts_a_statement_is_told_as_it_came(
    clean_engine: Engine, now, new_id, *, savepoint: bool
) -> None:
    def stop(*_: object) -> None:
        raise Stop

    def opened():
        return open_unit(clean_engine, keys=KEYS, now=now, new_id=new_id, correlation="test")

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(Stop), opened() as unit:  # noqa: PT012 - a savepoint may be in it
            if savepoint:
                with unit.savepoint():
                    unit.run("select pg_sleep(3)")
            unit.run("select pg_sleep(3)")
    finally:
        signal.signal(signal.SIGALRM, before)
    # Nobody is given the connection whose answer is still to come.
    with opened() as unit:
        assert unit.value("select 1") == 1
