"""A posting that dies at any place leaves nothing behind, and its id is as good as new.

Every `-- point:` of the ledger's functions is made to end its backend there, as a crash does. The
functions themselves hold no code for this: it is put in where the comments stand.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from core.errors import Refusal
from core.ledger import book
from core.ledger.book import Item, Leg, Reason
from core.store.unit import Unit
from migrations import routines
from tests.core.ledger.books import at, committed, customer, kes

POINT = re.compile(r"^( *)-- point: (.+)$", re.MULTILINE)
BREAKS = """
create function ledger_break(p_at text) returns void language plpgsql security definer as $$
begin
    if current_setting('wekeza.fail_at', true) = p_at then
        perform pg_terminate_backend(pg_backend_pid());
        perform pg_sleep(5);
    end if;
    perform set_config('wekeza.seen', concat_ws(',', current_setting('wekeza.seen', true), p_at), false);
end $$;
grant execute on function ledger_break to wekeza_ledger, wekeza_app;
"""  # noqa: E501
TABLES = (
    "ledger_accounts",
    "transactions",
    "ledger_entries",
    "ledger_refusals",
    "limit_counters",
    "ledger_holds",
    "hold_events",
    "account_status_changes",
)
WHY = Reason(by="test", why="to see")


def broken(name: str, text: str) -> tuple[str, set[str]]:
    """Return a file of functions with breaks in place of its points, and their names."""
    names: set[str] = set()

    def put(found: re.Match[str]) -> str:
        # The place in the file tells points of one name apart.
        names.add(f"{name}:{text.count(chr(10), 0, found.start())} {found[2]}")
        line = text.count(chr(10), 0, found.start())
        return f"{found[1]}perform ledger_break('{name}:{line} {found[2]}');"

    changed = POINT.sub(put, text).replace("create function", "create or replace function")
    return changed, names


@pytest.fixture
def points(clean_admin_engine: Engine) -> set[str]:
    """The names of all points, which break from now on."""
    found: set[str] = set()
    with clean_admin_engine.begin() as connection:
        connection.exec_driver_sql(BREAKS.replace("%", "%%"))
        for path in routines.files("ledger"):
            changed, names = broken(path.stem, path.read_text())
            if names:
                connection.exec_driver_sql("set local role wekeza_ledger")
                connection.exec_driver_sql(changed.replace("%", "%%"))
                found |= names
    return found


class Town:
    """Somebody with money, somebody without, an open hold and a posted payment."""

    def __init__(self, unit: Unit) -> None:
        self.amina = customer(unit, holds=kes(5000)).wallet
        self.brian = customer(unit).wallet
        self.carol = customer(unit).wallet
        self.hold, self.paid, self.foreign = uuid4(), uuid4(), uuid4()
        leg = Leg(self.amina, self.brian, kes(100))
        book.authorise(
            unit,
            id=self.hold,
            type="payment",
            leg=leg,
            wallet=self.amina,
            expires_at=unit.now + timedelta(days=7),
        )
        book.post(unit, id=self.paid, type="transfer", legs=[leg], wallet=self.amina)

    def leg(self, shillings: int) -> Leg:
        return Leg(self.amina, self.brian, kes(shillings))


def post(unit: Unit, town: Town, key: UUID, shillings: int = 10, legs: int = 1) -> object:
    leg = town.leg(shillings)
    return book.post(unit, id=key, type="transfer", legs=[leg] * legs, wallet=town.amina)


def authorise(unit: Unit, town: Town, key: UUID, shillings: int = 10) -> object:
    ends = unit.now + timedelta(days=1)
    return book.authorise(
        unit,
        id=key,
        type="payment",
        leg=town.leg(shillings),
        wallet=town.amina,
        expires_at=ends,
    )


def batch(unit: Unit, town: Town, key: UUID) -> object:
    items = [Item(key, "transfer", town.leg(1), town.amina)]
    items += [Item(uuid4(), "transfer", town.leg(2), town.amina) for _ in range(3)]
    return book.post_batch(unit, items)


def expire(unit: Unit, town: Town, key: UUID) -> object:
    return book.expire(at(unit, unit.now + timedelta(days=30)))


OPERATIONS: dict[str, Callable[[Unit, Town, UUID], object]] = {
    "post": post,
    "post refused": lambda unit, town, key: post(unit, town, key, 6000),
    "group": lambda unit, town, key: post(unit, town, key, legs=3),
    "batch": batch,
    "authorise": authorise,
    "authorise refused": lambda unit, town, key: authorise(unit, town, key, 6000),
    "raise": lambda unit, town, key: book.raise_hold(unit, id=key, hold=town.hold, amount=kes(5)),
    "lower": lambda unit, town, key: book.lower_hold(unit, id=key, hold=town.hold, amount=kes(5)),
    "capture part": lambda unit, town, key: book.capture(
        unit, id=key, hold=town.hold, amount=kes(60)
    ),
    "capture last": lambda unit, town, key: book.capture(
        unit, id=key, hold=town.hold, amount=kes(60), final=True
    ),
    "void": lambda unit, town, key: book.void(unit, id=key, hold=town.hold),
    "expire": expire,
    "reverse": lambda unit, town, key: book.reverse(unit, id=key, transaction=town.paid),
    "return": lambda unit, town, key: book.post_return(
        unit,
        id=key,
        paid=town.paid,
        leg=Leg(town.brian, town.amina, kes(100)),
        wallet=town.amina,
    ),
    "freeze": lambda unit, town, key: book.set_status(
        unit, id=key, account=town.carol, status="frozen", reason=WHY
    ),
    "close": lambda unit, town, key: book.close(
        unit, id=key, account=town.carol, to=town.amina, reason=WHY
    ),
}


@contextmanager
def settings(engine: Engine, **values: str) -> Iterator[Unit]:
    """Open a unit with the test's settings in force."""
    with committed(engine) as unit:
        for name, value in values.items():
            unit.run("select set_config(%(name)s, %(value)s, false)", name=name, value=value)
        yield unit


def state(engine: Engine) -> list[str]:
    with committed(engine) as unit:
        return [
            unit.value(f"select md5(string_agg(t::text, '|' order by t::text)) from {table} t")
            for table in TABLES
        ]


def reached(engine: Engine, work: Callable[[Unit], object]) -> list[str]:
    """Return the points an operation passes, without keeping what it does."""
    seen: list[str] = []
    with settings(engine, **{"wekeza.fail_at": "", "wekeza.seen": ""}) as unit:

        def run() -> None:
            with suppress(Refusal):
                work(unit)
            seen.extend(unit.value("select current_setting('wekeza.seen')").split(","))

        book.rehearse(unit, run)
    return [name for name in dict.fromkeys(seen) if name]


def test_whatever_breaks_off_leaves_nothing(clean_engine: Engine, points: set[str]) -> None:
    passed: set[str] = set()
    for name, operation in OPERATIONS.items():
        with committed(clean_engine) as unit:
            work = partial(operation, town=Town(unit), key=uuid4())
        before = state(clean_engine)
        for point in reached(clean_engine, work):
            passed.add(point)
            with pytest.raises(DBAPIError, match=r"terminat|closed|lost"):
                broken_off(clean_engine, point, work)
            assert state(clean_engine) == before, f"{name}, broken off at {point}"
        with committed(clean_engine) as unit, suppress(Refusal):
            work(unit)
        assert state(clean_engine) != before, f"{name} did nothing at all"
        with committed(clean_engine) as unit:
            assert book.verify(unit) == []
    assert passed == points, f"nobody passes {sorted(points - passed)}"


def broken_off(engine: Engine, point: str, work: Callable[[Unit], object]) -> None:
    with settings(engine, **{"wekeza.fail_at": point}) as unit, suppress(Refusal):
        work(unit)
