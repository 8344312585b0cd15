"""Health and metrics, as those who run the house ask for them."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from bot import metrics
from bot.house import House, furnish
from bot.ops import ops
from bot.settings import Settings
from core.money import Money
from core.monitoring import timing
from core.monitoring.decide import decide
from core.monitoring.payment import Payment
from tests.core.people import someone
from tests.support.outbox_rows import WHATSAPP, register, reply

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def ask(
    clean_engine: Engine,
    clean_database: str,
    servers,
    redis_url: str,
    tmp_path: Path,
    now,
    new_id,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., FlaskClient]:
    """Open the house's ops rooms, with its parts where the test wants them."""
    monkeypatch.setattr(metrics.values, "ValueClass", metrics.values.ValueClass)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")

    def client(*, redis_at: str = redis_url, database_at: str = "") -> FlaskClient:
        settings = Settings(
            _env_file=None,
            data_dir=tmp_path,
            database_url=database_at or servers.app_url(clean_database),
            redis_url=redis_at,
        )
        app = Flask("test")
        app.extensions["house"] = furnish(settings, clean_engine, clock=lambda: now, ids=new_id)
        app.register_blueprint(ops)
        return app.test_client()

    return client


def house_of(client: FlaskClient) -> House:
    return client.application.extensions["house"]


def test_all_is_well(ask) -> None:
    answer = ask().get("/api/health")
    assert answer.status_code == 200
    assert answer.json["status"] == "up"
    assert {name: part["status"] for name, part in answer.json["parts"].items()} == {
        "db": "up",
        "cache": "up",
        "queue": "up",
        "turns": "up",
        "parked": "up",
    }
    assert all(part["ms"] >= 0 for part in answer.json["parts"].values())
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("part", ["db", "cache", "queue", "turns", "parked"])
def test_each_part_can_be_asked(ask, part: str) -> None:
    assert ask().get(f"/api/health/{part}").json["status"] == "up"


def test_there_are_no_other_parts(ask) -> None:
    assert ask().get("/api/health/other").status_code == 404


def test_a_redis_that_is_away_is_told_and_the_books_are_still_well(ask) -> None:
    client = ask(redis_at="redis://127.0.0.1:9/0")
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json["status"]) == (503, "down")
    assert answer.json["parts"]["cache"]["error"] == "ConnectionError"
    assert client.get("/api/health/cache").status_code == 503
    assert client.get("/api/health/db").status_code == 200


def test_books_that_are_away_are_told(ask, clean_engine: Engine, servers) -> None:
    client = ask()
    servers.drop(clean_engine.url.database)
    assert client.get("/api/health/db").status_code == 503
    assert client.get("/api/health").status_code == 503
    assert client.get("/metrics").status_code == 200, "what was counted is still told"


def test_a_message_that_waits_for_long_makes_the_queue_unwell(ask) -> None:
    client = ask()
    with house_of(client).unit() as unit:
        register(unit)
        reply(unit, "+1")
    assert client.get("/api/health/queue").json["oldestSeconds"] == 0
    with house_of(client).unit() as unit:
        unit.run("update outbox set due_at = %(due)s", due=unit.now - timedelta(seconds=301))
    answer = client.get("/api/health/queue")
    assert (answer.status_code, answer.json["status"]) == (503, "down")


def test_metrics_tell_what_was_counted_and_how_full_the_outbox_is(ask) -> None:
    client = ask()
    # Labels of its own: a count that began before the files were set up stays in this process.
    metrics.turn("pigeon", "send_money", "done", seconds=0.02)
    metrics.webhook("pigeon/loft", "taken")
    metrics.sent("twilio", "sms", "taken", seconds=0.1)
    with house_of(client).unit() as unit:
        register(unit)
        reply(unit, "+254712000001")
    text = client.get("/metrics").text
    assert 'wekeza_turns_total{channel="pigeon",flow="send_money",outcome="done"}' in text
    assert 'wekeza_turn_seconds_bucket{channel="pigeon",le="0.02"}' in text
    assert 'wekeza_webhooks_total{result="taken",route="pigeon/loft"}' in text
    assert f'wekeza_outbox_rows{{sender="{WHATSAPP.key}",status="queued"}} 1.0' in text
    assert "# TYPE wekeza_recon_breaks gauge" in text
    assert "712000001" not in text


def test_processes_are_added_up_also_those_that_ended(tmp_path: Path) -> None:
    count = (
        "from pathlib import Path; from bot import metrics;"
        f"metrics.configure(Path({str(tmp_path)!r}));"
        "metrics.sent('twilio', 'sms', 'taken', seconds=0.1)"
    )
    for _ in range(3):
        subprocess.run([sys.executable, "-c", count], cwd=ROOT, check=True)
    show = (
        "from pathlib import Path; from bot import metrics;"
        f"metrics.configure(Path({str(tmp_path)!r}));"
        "from prometheus_client import generate_latest as g; print(g(metrics.counted()).decode())"
    )
    shown = subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert 'wekeza_sends_total{channel="sms",provider="twilio",result="taken"} 3.0' in shown
    metrics.start_afresh(tmp_path)
    assert list((tmp_path / "metrics").glob("*.db")) == []


def test_how_long_decisions_take_is_counted_by_kind_and_by_nothing_else(ask) -> None:
    """A figure that moves when a payment is stopped would tell that it was."""
    client = ask()
    heard: list[str] = []
    timing.listen(lambda kind, seconds: heard.append(kind))
    with house_of(client).unit() as unit:
        payer, payee = someone(unit, holds="KES 900.00"), someone(unit, "+254712000002")
        asked = Payment(
            id=uuid4(), kind="transfer", customer=payer.id, payee=payee.id,
            amount=Money.load("KES 5.00"), channel="whatsapp", address=payer.phone,
        )  # fmt: skip
        decide(unit, asked)
        decide(unit, asked)  # presented again, it is not judged
    timing.listen(metrics.payment_decided)
    assert heard == ["transfer"]
    # A kind of its own: a count that began before the files were set up stays in this process.
    metrics.payment_decided("by pigeon", 0.002)
    text = client.get("/metrics").get_data(as_text=True)
    lines = [line for line in text.splitlines() if line.startswith("wekeza_decision_seconds")]
    assert any('kind="by pigeon"' in line for line in lines)
    assert {name for line in lines for name in re.findall(r'(\w+)="', line)} == {"kind", "le"}
    assert any('le="0.005"' in line for line in lines)
