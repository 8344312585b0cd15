"""The web process is killed at every step of a payment: it happens once or not at all, and is told.

A step is stopped at by locking a table that it needs next. The process dies there, as by
``kill -9``; the gateway, which got no answer, delivers the same press again to a new process.
"""

import threading
from contextlib import contextmanager
from uuid import uuid4

import pytest

from core.ledger import verify
from core.store.unit import Unit
from tests.support.keys import KEYS
from tests.support.stack import WEB
from tests.support.town import AMINA, BRIAN, PIN
from tests.support.until import until

# In the order a paying press needs them.
STEPS = (
    "conversations",  # looking at where the conversation stands
    "inbox",  # opening the turn
    "pins",  # judging the proof
    "transaction_types",  # the posting begins
    "ledger_accounts",
    "transactions",
    "ledger_entries",
    "limit_counters",
    "transfers",  # it is posted, not committed
    "outbox",  # the notice to the payee
    "messages",
    "interactions",  # closing the turn
)
WALLETS = """
select c.phone_index, w.balance from wallets w join customers c on c.id = w.user_id
where c.phone_index = any(%(phones)s) and w.currency = 'KES'
"""


@contextmanager
def locked(books, table):
    with books.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"lock table {table} in access exclusive mode")
        yield


def waits_for_lock(books):
    with books.connect() as connection:
        return connection.exec_driver_sql(
            "select count(*) from pg_stat_activity where application_name = 'wekeza-web'"
            " and wait_event_type = 'Lock' and datname = current_database()"
        ).scalar_one()


def balances(books):
    with books.connect() as connection:
        phones = {KEYS.token(phone, kind="address"): phone for phone in (AMINA, BRIAN)}
        rows = connection.exec_driver_sql(WALLETS, {"phones": list(phones)})
        return {phones[token]: balance for token, balance in rows}


def breaches(books, today):
    with books.connect() as connection, connection.begin():
        return verify.verify(Unit(connection, today, uuid4, str(uuid4()), KEYS))


@pytest.mark.parametrize("table", STEPS)
def test_killed_while_paying(stack, books, today, table):
    before = balances(books)
    amina = at_the_pin(stack)
    with locked(books, table):
        press = threading.Thread(target=_press_unanswered, args=(amina,))
        press.start()
        until(lambda: waits_for_lock(books), seconds=5, step=0.02)
        stack.kill(WEB)
        press.join()
    stack.start(WEB)
    told = amina.again().text
    assert told.startswith("END ") and "100.00" in told
    assert amina.again().text == told
    assert moved(before, balances(books)) == {AMINA: -100, BRIAN: 100}
    assert breaches(books, today) == []


def test_killed_after_the_commit_the_kept_reply_is_told(stack, books, today):
    before = balances(books)
    amina = at_the_pin(stack)
    told = amina.press(PIN)
    stack.kill(WEB)
    stack.start(WEB)
    assert amina.again().text == f"END {told.text}"
    assert moved(before, balances(books)) == {AMINA: -100, BRIAN: 100}
    assert breaches(books, today) == []


def at_the_pin(stack):
    amina = stack.phone("ussd", AMINA)
    amina.dial()
    for word in ("1", "0712000002", "100", "1"):
        amina.press(word)
    return amina


def moved(before, after):
    return {phone: after[phone] - before[phone] for phone in before}


def _press_unanswered(amina):
    with pytest.raises(Exception, match=r".+"):
        amina.press(PIN)
