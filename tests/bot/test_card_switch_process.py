"""The card switch as it runs: a process of its own, killed in the middle, stopped when told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.simulator.twin.acquirer import Line, NoAnswer, Sale, Shop, fields_of
from core.cards import vault
from core.money import Money
from core.store.unit import open_unit
from tests.core.cards.making import card_of
from tests.core.people import someone
from tests.support.keys import KEYS
from tests.support.stack import Stack, free_port, run_stack
from tests.support.until import until

SWITCH = "bot.card_switch"
KEY = "demo-scheme-webhook-key"
SHOP = Shop("NAIVAS WESTLANDS", "NAIROBI", "KE", "5411")


def dialled(port: int) -> Line | None:
    try:
        line = Line("127.0.0.1", port, key=KEY)
    except OSError:
        return None
    assert line.sign_on(datetime.now(UTC)) == "00"
    return line


def dial(port: int) -> Line:
    lines: list[Line] = []

    def reached() -> bool:
        line = dialled(port)
        lines.extend([] if line is None else [line])
        return line is not None

    until(reached, seconds=60)
    return lines[0]


@pytest.fixture
def running(tmp_path: Path, bank_database: str, servers, redis_url: str, pepper: bytes):
    port = free_port()
    with run_stack(
        [SWITCH], home=tmp_path, database_url=servers.app_url(bank_database), redis_url=redis_url,
        pepper=pepper, CARD_SWITCH_PORT=str(port),
    ) as stack:  # fmt: skip
        yield stack, port


@pytest.fixture
def sale(bank_engine: Engine, new_id):
    now = datetime.now(UTC)
    with open_unit(
        bank_engine, keys=KEYS, now=now, new_id=new_id, correlation=str(new_id())
    ) as unit:
        who = someone(unit, "+254799000001", holds="KES 2000.00")
        card = card_of(unit, who)
        pan = vault.open_pan(unit, card.id) or ""
    return who, Sale(
        kind="authorise", ref="R1", trace=1, at=now, pan=pan, expiry=f"{card.expires_on:%Y-%m}",
        amount=Money(50_000, "KES"), shop=SHOP,
    )  # fmt: skip


def test_killed_and_started_again_it_says_the_same(running: tuple[Stack, int], sale, bank_engine):
    stack, port = running
    who, asked = sale
    line = dial(port)
    first = line.ask(fields_of(asked))
    assert first["39"] == "00", stack.logged()
    stack.kill(SWITCH)
    with pytest.raises(NoAnswer):
        line.ask(fields_of(asked))
    stack.launch(SWITCH)
    again = dial(port).ask(fields_of(asked))
    assert (again["39"], again["38"]) == ("00", first["38"])
    with bank_engine.connect() as connection:
        held = connection.exec_driver_sql(
            "select held from ledger_accounts where account_id = %(id)s", {"id": who.wallet}
        ).scalar_one()
    assert held == 50_000
    assert asked.pan not in stack.logged()


def test_it_stops_when_told_with_lines_open(running: tuple[Stack, int]):
    stack, port = running
    line = dial(port)
    stack.processes[SWITCH].terminate()
    assert stack.processes[SWITCH].wait(8) == 0, stack.logged()
    with pytest.raises(NoAnswer):
        line.network("301", datetime.now(UTC))


def test_without_a_port_it_waits_and_ends(tmp_path, bank_database, servers, redis_url, pepper):
    with run_stack(
        [SWITCH], home=tmp_path, database_url=servers.app_url(bank_database), redis_url=redis_url,
        pepper=pepper, CARD_SWITCH_PORT="0",
    ) as stack:  # fmt: skip
        until(lambda: "CARD_SWITCH_PORT is 0" in stack.logged(), seconds=60)
        stack.processes[SWITCH].terminate()
        assert stack.processes[SWITCH].wait(8) == 0
