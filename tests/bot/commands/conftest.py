"""A command line whose bank is the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from bot.cli import create_app
from bot.settings import Settings
from tests.support.keys import FIELD_KEYS, SEAL_KEY_TEXT
from tests.support.servers import Servers

Command = Callable[..., Result]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Run a command of the house: ``command("outbox", "list")``. Its data are in a new folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "bank"))
    monkeypatch.setenv("PORT", "1")  # nobody listens there
    app = create_app()

    def run(*words: str, **options: str) -> Result:
        return app.test_cli_runner().invoke(args=list(words), **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def demo(
    command: Command, servers: Servers, bank_database: str, redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Command:  # fmt: skip
    """Run a command on a database with the demo bank in it."""
    monkeypatch.setenv("FIELD_KEYS", FIELD_KEYS)  # what the demo bank was sealed and chained with
    monkeypatch.setenv("SEAL_KEY", SEAL_KEY_TEXT)
    monkeypatch.setenv("DATABASE_URL", servers.app_url(bank_database))
    monkeypatch.setenv("DATABASE_ADMIN_URL", servers.admin_url(bank_database))
    monkeypatch.setenv("REDIS_URL", redis_url)
    return command
