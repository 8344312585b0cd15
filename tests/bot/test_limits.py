"""Every limit of time is met on purpose: USSD is answered, the rest comes again, all or nothing.

A house in a hurry keeps the proportions and not the seconds; what the real limits are is told and
checked at the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, exc

from bot import admission, hub, retry
from bot import app as apps
from bot import house as houses
from bot.house import House
from core.ledger import verify
from core.partners.name_enquiry import NameRegistry
from core.store import patience
from core.store.engine import open_engine
from tests.support.hurry import GATEWAY_SECONDS, in_time
from tests.support.keys import KEYS
from tests.support.silence import Proxy, open_proxy
from tests.support.town import AMINA, BRIAN, PIN, Phone


@pytest.fixture
def proxy(settings) -> Iterator[Proxy]:
    """PostgreSQL, as long as nobody hushes it."""
    place = parse_qs(urlsplit(settings.database_url).query)
    with open_proxy(f"{place['host'][0]}/.s.PGSQL.{place['port'][0]}") as running:
        yield running


def through(proxy: Proxy, url: str) -> str:
    return f"{url.partition('?')[0].replace('@/', f'@127.0.0.1:{proxy.port}/')}"


def at_the_pin(house: House, channel: str = "ussd") -> Phone:
    amina = Phone(house, channel, AMINA)
    amina.dial()
    for word in ("1", "0712000002", "100", "1"):
        amina.say(word)
    amina.heard = amina._inbound(PIN)
    return amina


AT = KEYS.token(AMINA, kind="address")


def balance(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.exec_driver_sql(
            "select w.balance from wallets w join customers c on c.id = w.user_id"
            f" where c.phone_index = '{AT}' and w.currency = 'KES'"
        ).scalar_one()


@contextmanager
def locked(engine: Engine, table: str) -> Iterator[None]:
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("set local idle_in_transaction_session_timeout = 0")
        connection.exec_driver_sql(f"lock table {table} in access exclusive mode")
        yield


@contextmanager
def slow(engine: Engine, table: str) -> Iterator[None]:
    """A table that takes ten seconds to write to."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create function doze() returns trigger language plpgsql as"
            " $$ begin perform pg_sleep(10); return new; end $$;"
            f" create trigger doze before insert or update on {table} execute function doze();"
        )
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("drop function doze cascade")


@pytest.mark.parametrize("table", ["conversations", "ledger_accounts", "interactions"])
def test_a_lock_that_another_holds_is_waited_for_and_then_told(
    make_house, bank_admin_engine, table
):
    amina = at_the_pin(make_house())
    before = balance(bank_admin_engine)
    with locked(bank_admin_engine, table), in_time():
        told = amina.again()
    assert told.startswith("END ") and "very busy" in told
    assert balance(bank_admin_engine) == before
    assert "100.00" in amina.again(), "delivered again, it is done"
    assert balance(bank_admin_engine) == before - 100


@pytest.mark.parametrize("table", ["inbox", "transactions", "messages"])
def test_a_statement_that_takes_too_long_is_given_up(make_house, bank_admin_engine, table):
    amina = at_the_pin(make_house())
    before = balance(bank_admin_engine)
    with slow(bank_admin_engine, table), in_time():
        told = amina.again()
    assert "very busy" in told and "refused" not in told
    assert balance(bank_admin_engine) == before
    assert "100.00" in amina.again()


def test_a_second_delivery_is_not_told_that_nothing_was_done_while_the_first_is_under_way(
    make_house, bank_admin_engine
):
    amina = at_the_pin(make_house())
    with bank_admin_engine.connect() as first:
        first.begin()
        first.exec_driver_sql("set local idle_in_transaction_session_timeout = 0")
        first.exec_driver_sql(
            "insert into inbox (provider, provider_id, received_at, correlation)"
            " values ('africastalking', %(id)s, now(), uuidv7())",
            {"id": amina.heard.id},
        )
        with in_time():
            told = amina.again()
        first.rollback()
    assert "can't see yet" in told and "nothing" not in told
    assert "100.00" in amina.again()


def test_whoever_writes_is_delivered_again_and_then_answered_once(
    make_house, bank_admin_engine, settings
):
    house = make_house()
    with locked(bank_admin_engine, "conversations"), pytest.raises(hub.NotHeard):
        Phone(house, "sms", BRIAN, count=1).say("BAL")
    brian = Phone(house, "sms", BRIAN, count=1)
    assert "8,000" in brian.say("BAL")
    assert len(brian.inbox()) == 1


def test_a_server_that_falls_silent_is_given_up_and_nothing_is_half_done(
    make_house, proxy, settings, bank_admin_engine
):
    amina = at_the_pin(make_house(url=through(proxy, settings.database_url)))
    before = balance(bank_admin_engine)
    proxy.hush()
    with in_time():
        told = amina.again()
    assert told.startswith("END ") and "very busy" in told
    assert balance(bank_admin_engine) == before
    proxy.speak()
    assert "100.00" in amina.again(), "new connections are made at once"
    assert balance(bank_admin_engine) == before - 100


def test_a_server_that_takes_a_connection_and_says_nothing_is_given_up(make_house, proxy, settings):
    house = make_house(url=through(proxy, settings.database_url))
    house.engine.dispose()
    proxy.hush()
    with in_time():
        assert "very busy" in Phone(house, "ussd", AMINA).dial()


def test_a_commit_that_nobody_confirmed_is_told_as_such(
    make_house, proxy, settings, bank_admin_engine, monkeypatch
):
    """The server may have done it: nobody says that nothing was done, and the next dial tells."""
    amina = at_the_pin(make_house(url=through(proxy, settings.database_url)))
    before = balance(bank_admin_engine)

    def fall_silent(point: str) -> None:
        if point == "turn.before_commit":
            proxy.hush()

    monkeypatch.setattr(hub, "reached", fall_silent)
    with in_time():
        told = amina.again()
    assert "can't see yet" in told and "nothing" not in told
    monkeypatch.undo()
    proxy.speak()
    press = amina.heard
    paid = amina._deliver(press)
    assert "100.00" in paid
    assert balance(bank_admin_engine) == before - 100
    assert "went through" in amina.dial()


def test_a_redis_that_says_nothing_costs_a_moment_and_no_reply(make_house, settings):
    with open_proxy() as silent:
        house = make_house()
        waker = houses.furnish(
            settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{silent.port}/0"}),
            house.engine, clock=house.clock, ids=house.ids,
        )  # fmt: skip
        with in_time():
            amina = at_the_pin(waker)
            assert "100.00" in amina.again()
        client = apps.build(house=waker).test_client()
        assert client.get("/api/health/cache").json["status"] == "down"
        assert client.get("/api/health/db").json["status"] == "up"


def test_a_registry_that_says_nothing_is_told_within_the_gateways_time(make_house):
    with open_proxy() as silent:
        house = make_house()
        object.__setattr__(house, "registry", NameRegistry(f"http://127.0.0.1:{silent.port}"))
        amina = Phone(house, "ussd", AMINA)
        amina.dial()
        amina.say("1")
        with in_time():
            told = amina.say("0799123456")
        assert told.startswith("CON ") and "1. " in told


def test_the_limits_are_those_that_are_told(settings, servers, bank_database):
    """As docs/operations.md has them."""
    engine = open_engine(settings.database_url, name="wekeza-limits")
    with engine.connect() as connection:
        shown = [
            connection.exec_driver_sql(f"show {name}").scalar_one()
            for name in (
                "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout",
            )
        ]  # fmt: skip
        driver = connection.connection.driver_connection
        assert isinstance(driver, patience.PatientConnection)
        assert driver.longest == 4 + patience.GRACE_SECONDS
    engine.dispose()
    assert shown == ["2s", "4s", "5s"]
    pool_seconds = engine.pool._timeout
    longest = max(hub.TURN_SECONDS + pool_seconds, hub.ANSWER_SECONDS)
    assert admission.WAIT_SECONDS + longest < GATEWAY_SECONDS
    assert hub.LAST_WORDS_SECONDS < hub.ANSWER_SECONDS - hub.TURN_SECONDS


def test_what_the_database_calls_wrong_is_no_passing_trouble():
    from psycopg import errors as pg

    def error(kind):
        return exc.DBAPIError("select", {}, kind())

    assert retry.is_passing(error(pg.LockNotAvailable))
    assert retry.is_passing(error(pg.IdleInTransactionSessionTimeout))
    assert not retry.is_passing(error(pg.UniqueViolation))
    assert not retry.is_passing(error(pg.UndefinedTable))
    with open_books_twice() as (calls, work), pytest.raises(retry.GivenUp):
        retry.twice(work)
    assert calls == [1, 1]


@contextmanager
def open_books_twice():
    from psycopg import errors as pg

    calls: list[int] = []

    def work():
        calls.append(1)
        raise exc.DBAPIError("select", {}, pg.LockNotAvailable())

    yield calls, work


def test_the_book_is_whole_after_all_that(make_house):
    with make_house().unit() as unit:
        assert verify.verify(unit) == []
