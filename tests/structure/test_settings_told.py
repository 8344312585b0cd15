"""Every setting can be found by whoever has to set it."""

import re

from bot.settings import Settings
from tests.structure.source import ROOT

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
WORKED_OUT = {"bundled_postgres", "bundled_redis"}  # from DATABASE_URL and REDIS_URL
CONTRACT = [
    "PORT",
    "DATA_DIR",
    "DATABASE_URL",
    "DATABASE_ADMIN_URL",
    "DATABASE_REPLICA_URL",
    "REDIS_URL",
    "WAREHOUSE_URL",
    "PUBLIC_BASE_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "DEMO_MODE",
    "ENVIRONMENT",
    "DEFAULT_COUNTRY",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_WHATSAPP_FROM",
    "TWILIO_SMS_FROM",
    "TWILIO_API_BASE",
    "META_APP_SECRET",
    "META_VERIFY_TOKEN",
    "META_ACCESS_TOKEN",
    "META_PHONE_NUMBER_ID",
    "META_API_BASE",
    "AT_SENDER",
    "AT_SHORTCODE",
    "AT_USERNAME",
    "AT_API_KEY",
    "AT_WEBHOOK_SECRET",
    "AT_API_BASE",
    "USSD_WEBHOOK_SECRET",
    "SMTP_URL",
]


def names() -> set[str]:
    return {name.upper() for name in Settings.model_fields if name not in WORKED_OUT}


def test_the_example_explains_every_setting_and_no_other() -> None:
    assert set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE)) == names()


def test_no_line_of_the_example_is_in_force() -> None:
    assert not [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")]


def test_the_promised_names_are_there() -> None:
    assert set(CONTRACT) <= names()
