"""Settings are read once, fail loudly, and say a name rather than a value."""

import base64
import stat
from pathlib import Path

import pytest

from bot.settings import BadSettings, Settings, load

KEY = base64.b64encode(bytes(range(32))).decode()
OWN_KEYS = {"SECRET_KEY": "k" * 40, "FIELD_KEYS": KEY, "PIN_PEPPER": KEY, "SEAL_KEY": KEY}
PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://wekeza_app:x@db/wekeza",
    "REDIS_URL": "redis://redis/0",
    "PUBLIC_BASE_URL": "https://bank.example",
    **OWN_KEYS,
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load(env_file=None)


def problems(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(BadSettings) as bad:
        given(monkeypatch, **values)
    return "\n".join(bad.value.problems)


def test_a_fresh_clone_is_a_demo_with_keys_of_its_own(tmp_path: Path) -> None:
    settings = load(env_file=None)
    assert settings.demo_mode
    assert settings.bundled_postgres
    assert settings.bundled_redis
    assert settings.twilio_api_base == settings.at_api_base == settings.twin_url
    file = tmp_path / "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert settings.secret_key in file.read_text()


def test_keys_are_made_once() -> None:
    first, second = load(env_file=None), load(env_file=None)
    for name in ("secret_key", "field_keys", "pin_pepper", "seal_key", "database_url"):
        assert getattr(first, name) == getattr(second, name)
    assert len(first.pin_pepper) == 32


def test_a_database_without_its_keys_is_not_given_new_ones(tmp_path: Path) -> None:
    load(env_file=None)
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "keys.json").unlink()
    with pytest.raises(BadSettings, match=r"keys\.json is missing"):
        load(env_file=None)
    assert not (tmp_path / "keys.json").exists()


def test_nothing_secret_is_shown() -> None:
    settings = load(env_file=None)
    shown = repr(settings)
    for secret in (settings.secret_key, settings.twilio_auth_token, settings.database_url):
        assert secret not in shown
    assert repr(settings.pin_pepper) not in shown


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(env_file=None).port = 1  # type: ignore[misc]


def test_an_account_of_ones_own_ends_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, TWILIO_ACCOUNT_SID="AC1", TWILIO_AUTH_TOKEN="real")
    assert not settings.demo_mode
    assert settings.twilio_api_base == ""
    assert settings.at_webhook_secret == ""


def test_a_demo_never_mixes_its_secrets_into_a_real_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = given(monkeypatch, DEMO_MODE="1", TWILIO_ACCOUNT_SID="AC1", TWILIO_AUTH_TOKEN="real")
    assert settings.twilio_api_base == ""
    assert settings.at_api_base == settings.twin_url


def test_production_with_its_own_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = given(monkeypatch, **PRODUCTION)
    assert not settings.demo_mode
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.parametrize("missing", OWN_KEYS)
def test_production_wants_every_key(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    rest = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert problems(monkeypatch, **rest).startswith(f"{missing}: production needs its own")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO_MODE", "1"),
        ("PUBLIC_BASE_URL", "http://bank.example"),
        ("TWILIO_AUTH_TOKEN", "demo-twilio-auth-token"),
        ("AT_API_KEY", "demo-africastalking-api-key"),
        ("AT_WEBHOOK_SECRET", "demo-at-webhook-secret"),
        ("USSD_WEBHOOK_SECRET", "demo-ussd-webhook-secret"),
        ("SIM_WEBHOOK_SECRET", "demo-sim-webhook-secret"),
        ("TWILIO_API_BASE", "http://127.0.0.1:8001"),
        ("NAME_ENQUIRY_BASE", "http://127.0.0.1:8001/gsma"),
        ("FIELD_KEY_VAULT", "http://vault.example/transit/wekeza"),
        ("CRASH_AT", "turn.before_commit"),
    ],
)
def test_production_refuses_what_everybody_knows(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    said = problems(monkeypatch, **{**PRODUCTION, name: value})
    assert name in said
    assert value not in said or name in {"DEMO_MODE"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PIN_PEPPER", "c2hvcnQ="),
        ("PIN_PEPPER", "not base64 at all"),
        ("SECRET_KEY", "short"),
        ("FIELD_KEYS", ","),
        ("SMS_ROUTES", "{"),
        ("SMS_ROUTES", '{"KE": "pigeon"}'),
        ("AT_ALLOWED", "10.0.0.0/33"),
        ("PUBLIC_BASE_URL", "bank.example"),
        ("LOG_LEVEL", "LOUD"),
        ("DEFAULT_COUNTRY", "Kenya"),
        ("TWILIO_WHATSAPP_FROM", "whatsapp:+254700000100"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert problems(monkeypatch, **{name: value}).startswith(f"{name}: ")


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = problems(monkeypatch, PORT="x", LOG_LEVEL="y")
    assert "PORT" in said
    assert "LOG_LEVEL" in said


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9001\nLOG_LEVEL=ERROR\n")
    monkeypatch.setenv("PORT", "9002")
    settings = load(env_file=file)
    assert (settings.port, settings.twin_port, settings.log_level) == (9002, 9003, "ERROR")


def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, DATABASE_URL="", TWILIO_AUTH_TOKEN="").bundled_postgres


def test_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, AT_ALLOWED="10.0.0.0/8, 1.2.3.4", FIELD_KEYS=f"{KEY}, {KEY}")
    assert settings.at_allowed == ("10.0.0.0/8", "1.2.3.4")
    assert len(settings.field_keys) == 2


@pytest.mark.parametrize("wrong", ["turn.nowhere", "turn.opened=explode", "=raise"])
def test_a_crash_point_has_to_be_one(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    assert problems(monkeypatch, CRASH_AT=wrong).startswith("CRASH_AT: must be a name from")


@pytest.mark.parametrize("right", ["", "turn.opened", "turn.opened=raise"])
def test_a_crash_point_may_kill_or_raise(monkeypatch: pytest.MonkeyPatch, right: str) -> None:
    assert given(monkeypatch, CRASH_AT=right).crash_at == right
