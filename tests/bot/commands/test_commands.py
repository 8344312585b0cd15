"""What the people who look after the bank type."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.embedded import keys
from bot.embedded.postgres import Postgres
from bot.embedded.redis import Redis
from core.access.audit_anchor import AuditAnchor
from core.ledger.seals import SealKey
from core.store.outbox import queue_notice, register_senders
from core.store.unit import open_unit
from tests.bot.commands.conftest import Command
from tests.support.keys import KEYS, SEAL_KEY

ROOT = Path(__file__).parents[3]


def flask(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "bot", *words],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_flask_finds_the_commands(tmp_path: Path) -> None:
    listed = flask("--help", DATA_DIR=str(tmp_path)).stdout
    for name in ("db", "doctor", "flow", "ledger", "outbox", "seed", "sim"):
        assert f"\n  {name} " in listed


def test_doctor_runs_when_the_settings_are_broken(tmp_path: Path) -> None:
    said = flask("doctor", PORT="none", SECRET_KEY="short", DATA_DIR=str(tmp_path))
    assert said.returncode == 1
    assert "FAIL  settings    PORT: " in said.stdout
    assert "FAIL  settings    SECRET_KEY: " in said.stdout
    assert "short" not in said.stdout.replace("at least", "")
    assert "fix: " in said.stdout
    assert said.stderr == ""


def test_a_command_starts_the_servers_that_are_down_and_stops_them(
    command: Command, tmp_path: Path
) -> None:
    home = tmp_path / "bank"
    before = command("doctor")
    assert before.exit_code == 1
    assert "FAIL  postgres" in before.output
    assert "flask --app bot db upgrade" in before.output
    assert "migrated: 0001" in command("db", "upgrade").output
    assert command("db", "upgrade").output == "up to date\n"
    alone = command("doctor")
    assert alone.exit_code == 1
    assert "FAIL  staff       there is no administrator" in alone.output
    invited = command("user", "create", "asha@bank.example", "--role", "admin", "--invite")
    assert invited.exit_code == 0, invited.output
    well = command("doctor")
    assert well.exit_code == 0, well.output
    assert not Postgres(home, keys.read_or_make(home)).is_running()
    assert not Redis(home).is_running()


def test_a_command_leaves_servers_that_run_already(command: Command, tmp_path: Path) -> None:
    home = tmp_path / "bank"
    server = Postgres(home, keys.read_or_make(home))
    server.start()
    try:
        assert command("db", "upgrade").exit_code == 0
        assert server.is_running()
    finally:
        assert server.stop()


def test_a_wrong_setting_ends_a_command_with_its_name(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKERS", "none")
    result = command("db", "upgrade")
    assert result.exit_code == 1
    assert result.output.startswith("Error: WORKERS: ")


def test_a_database_that_is_not_there_is_told_without_its_password(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/nothing")
    for words in (("db", "upgrade"), ("ledger", "verify"), ("doctor",)):
        result = command(*words)
        assert result.exit_code == 1
        assert "refused" in result.output
        assert "hunter2" not in result.output


def test_doctor_in_json(demo: Command) -> None:
    found = json.loads(demo("doctor", "--json").output)
    parts = {one["part"]: one for one in found}
    assert parts["postgres"]["says"] == "PostgreSQL 18.6, yours"
    assert parts["migrations"]["well"]
    assert "not running" in parts["web"]["says"]


def test_doctor_names_keys_that_others_can_read(command: Command, tmp_path: Path) -> None:
    command("db", "upgrade")
    (tmp_path / "bank" / "keys.json").chmod(0o644)
    result = command("doctor")
    assert result.exit_code == 1
    assert "chmod 600" in result.output


def test_seeding_twice_changes_nothing_and_a_reset_begins_anew(
    demo: Command, bank_engine: Engine, tmp_path: Path
) -> None:
    def customers() -> list[str]:
        with bank_engine.connect() as connection:
            return [str(one[0]) for one in connection.exec_driver_sql("select id from customers")]

    before = customers()
    assert "already" in demo("seed", "demo").output
    assert customers() == before
    anchors = tmp_path / "bank" / "anchors"
    anchors.mkdir(exist_ok=True)
    end = AuditAnchor.sign(SealKey(SEAL_KEY), seq=10_000, hash=bytes(32))
    for file in ("audit.ndjson", "anchors.ndjson"):
        (anchors / file).write_text(end.line + "\n")
    assert demo("audit", "verify").exit_code == 1
    result = demo("seed", "demo", "--reset")
    assert result.exit_code == 0, result.output
    assert "4321" in result.output
    bank_engine.dispose()
    assert len(customers()) == len(before)
    assert demo("ledger", "verify").stdout == "the book is whole\n"
    assert demo("audit", "verify").exit_code == 0


def test_no_demo_customers_where_there_is_no_demo(
    demo: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_MODE", "0")
    result = demo("seed", "demo", "--reset")
    assert result.exit_code == 1
    assert "DEMO_MODE=0" in result.output


def test_a_broken_book_is_named_row_by_row(demo: Command, bank_admin_engine: Engine) -> None:
    assert demo("ledger", "verify").exit_code == 0
    assert json.loads(demo("ledger", "verify", "--json").stdout) == []
    with bank_admin_engine.begin() as connection:
        connection.exec_driver_sql("alter table ledger_accounts disable trigger all")
        broken = connection.exec_driver_sql(
            "update ledger_accounts set posted = posted + 1 where account_id = "
            "(select account_id from ledger_accounts where owner is not null limit 1) "
            "returning account_id"
        ).scalar_one()
    result = demo("ledger", "verify", "--json")
    assert result.exit_code == 1
    breaches = json.loads(result.stdout)
    assert any(str(broken) in breach["row"] for breach in breaches)
    assert {"check", "row", "what"} == set(breaches[0])


class Number:
    """A number that can speak first."""

    key, channel, provider, number, rate = "twilio:sms:21000", "sms", "twilio", "21000", 1.0


@pytest.fixture
def dead(bank_engine: Engine, now, new_id) -> int:
    """The id of a message that could not be sent."""
    with open_unit(
        bank_engine, keys=KEYS, now=now, new_id=new_id, correlation=str(new_id())
    ) as unit:
        register_senders(unit, [Number()], routes={})
        customer = unit.value("select id from customers order by created_at, id limit 1")
        unit.run("update addresses set opted_out_at = %(now)s where channel = 'whatsapp'", now=now)
        queue_notice(unit, customer_id=customer, alert="pin_changed", facts={})
        return int(
            unit.value(
                "update outbox set status = 'dead', attempts = 7, error = '30003', "
                "finished_at = %(at)s returning id",
                at=now + timedelta(minutes=1),
            )
        )


def test_dead_messages_are_listed_and_sent_again(demo: Command, dead: int) -> None:
    rows = json.loads(demo("outbox", "list", "--json").output)
    assert [row["id"] for row in rows] == [dead]
    assert rows[0]["error"] == "30003"
    assert "…" in rows[0]["contact"], "numbers are masked"
    assert "30003" in demo("outbox", "list").output
    assert demo("outbox", "retry").exit_code == 2, "which ones?"
    assert demo("outbox", "retry", "--all", "--dry-run").output == "1 would be queued again\n"
    assert demo("outbox", "retry", str(dead)).output == "1 queued again\n"
    assert demo("outbox", "list").output == "no message is dead\n"
    assert json.loads(demo("outbox", "list", "--status", "queued", "--json").output)
    assert demo("outbox", "retry", "--all").output == "0 queued again\n"


def test_stories_are_drawn_and_checked(command: Command) -> None:
    assert command("flow", "diagram", "send_money").output.startswith("flowchart TD")
    assert command("flow", "diagram", "send_money", "--svg").output.startswith("<svg")
    result = command("flow", "check")
    assert result.exit_code == 0, result.output


def test_a_phone_needs_a_house_that_runs(command: Command) -> None:
    for words in (("sim", "ussd"), ("sim", "chat")):
        result = command(*words, input="\n")
        assert result.exit_code == 1
        assert "make run" in result.output
