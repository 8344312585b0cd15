"""``flask --app bot fx``: rates from a file, positions, quotes, decisions, hedges."""

import json
from uuid import uuid4

import pytest

from core.fx.convert import convert
from core.money import Money
from tests.core.fx.dealing import open_market, quoted, rich
from tests.core.people import units

ECB = "Date, USD, ZAR, GBP, \n30 October 2026, 1.1600, 19.1400, 0.8700, \n"


def test_daily_rates_are_imported(demo, tmp_path) -> None:
    file = tmp_path / "eurofxref.csv"
    file.write_text(ECB)
    done = demo("fx", "import", str(file))
    assert done.exit_code == 0, done.output
    assert "of 2026-10-30, good until 2026-11-02 18:00 UTC" in done.output
    file.write_text("What, is, this\n")
    refused = demo("fx", "import", str(file))
    assert refused.exit_code == 1 and "names no date" in refused.output


@pytest.fixture
def dealt(bank_engine, now) -> str:
    """The id of a quote that was used."""
    opened = units(bank_engine, now)
    with opened() as unit:
        open_market(unit)
        who = rich(unit, "USD", "KES")
        given = quoted(unit, who, "USD", "KES", Money.load("USD 20000.00"))
        convert(unit, id=uuid4(), customer=who, quote=given.id, channel="whatsapp")
    return str(given.id)


def test_what_the_bank_has_open_is_told(demo, dealt) -> None:
    told = demo("fx", "positions", "--json")
    assert told.exit_code == 0, told.output
    rows = json.loads(told.stdout)
    assert {"USD 20000.00", "USD 0.00"} & {row["position"] for row in rows}
    assert "open in all: KES" in told.stderr
    pairs = json.loads(demo("fx", "positions", "--pairs", "--json").stdout)
    assert [(row["pair"], row["trades"]) for row in pairs] == [("USD/KES", 1)]


def test_a_position_that_disagrees_with_its_trades_is_told(demo, dealt, bank_admin_engine) -> None:
    with bank_admin_engine.begin() as connection:
        connection.exec_driver_sql("update fx_pair_positions set sold = sold + 1")
    told = demo("fx", "positions")
    assert told.exit_code == 1
    assert "pairs USD: trades 2000001, ledger 2000000" in told.output


def test_decisions_quotes_and_hedges_are_told(demo, dealt) -> None:
    told = demo("fx", "decisions", "--of", dealt)
    assert told.exit_code == 0, told.output
    assert "lp_kilima" in told.output and "dearer" in told.output and "bps behind" in told.output
    assert json.loads(demo("fx", "decisions", "--outcome", "no_liquidity", "--json").output) == []
    (day,) = json.loads(demo("fx", "quotes", "--days", "366", "--json").output)
    assert (day["given"], day["used"], day["refused"]) == (1, 1, 0)
    firms = json.loads(demo("fx", "providers", "--json").output)
    assert [one["provider"] for one in firms] == ["lp_baobab", "lp_kilima", "lp_sahel"]
    (hedge,) = json.loads(demo("fx", "hedges", "--status", "ordered", "--json").output)
    assert (hedge["reason"], hedge["sell"]) == ("large", "USD 20000.00")
