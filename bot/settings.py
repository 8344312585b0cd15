"""Everything that can be set from outside, read once. No other file reads the environment."""

import base64
import binascii
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from bot import demo_settings
from bot.embedded import keys, postgres, redis
from bot.partner_settings import TWINS, PartnerSettings, web_address
from channels.ussd_generic import ConEnd
from core.store import crashpoints

ROOT = Path(__file__).resolve().parent.parent
TWIN_BASES = ("twilio_api_base", "at_api_base", "meta_api_base", "name_enquiry_base", *TWINS)
KEY_NAMES = ("secret_key", "field_keys", "pin_pepper", "seal_key")


class BadSettings(Exception):
    """The house cannot be built from these settings. ``problems`` has a line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _decode_key(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("must be base64 (make one with: openssl rand -base64 32)") from None
    if len(key) != keys.KEY_BYTES:
        raise ValueError("must be 32 bytes (make one with: openssl rand -base64 32)")
    return key


def _split(text: object) -> object:
    if not isinstance(text, str):
        return text
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _decode_keys(text: object) -> object:
    parts = _split(text)
    return tuple(_decode_key(part) for part in parts) if isinstance(parts, tuple) else parts


_E164 = r"\+\d{8,15}"
_CODE = r"\+?\d{3,15}"


def numbers(listed: str) -> tuple[str, ...]:
    """Return the numbers of a setting that lists them: one, or several with commas between."""
    return tuple(one.strip() for one in listed.split(",") if one.strip())


Key = Annotated[bytes, BeforeValidator(_decode_key)]
AddressList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
KeyList = Annotated[tuple[bytes, ...], NoDecode, BeforeValidator(_decode_keys)]
Provider = Literal["twilio", "africastalking"]
GatewayName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]


class Settings(PartnerSettings):
    """The settings of the house. What each means stands in ``.env.example``."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    environment: Literal["development", "staging", "production"] = "development"
    demo_mode: bool
    default_country: str = Field("KE", pattern="^[A-Z]{2}$")

    bind_host: str
    port: int = Field(8000, ge=1, le=65532)
    twin_port: int = Field(ge=1, le=65535)
    twin_mail_port: int = Field(ge=1, le=65535)
    card_switch_port: int = Field(0, ge=0, le=65535)
    public_base_url: str
    trusted_proxies: int = Field(0, ge=0, le=5)
    web_processes: int = Field(1, ge=1, le=64)
    web_threads: int = Field(16, ge=2, le=512)
    turns_waiting: int = Field(32, ge=0, le=512)
    contact_waiting: int = Field(4, ge=1, le=64)
    live_pages: int = Field(32, ge=2, le=512)
    workers: int = Field(1, ge=1, le=64)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    data_dir: Path
    database_url: str = Field(repr=False)
    database_admin_url: str = Field(repr=False)
    database_replica_url: str = Field("", repr=False)
    redis_url: str = Field(repr=False)
    warehouse_url: str = Field("", repr=False)
    bundled_postgres: bool
    bundled_redis: bool

    secret_key: str = Field(repr=False, min_length=32)
    field_keys: KeyList = Field(repr=False, min_length=1)
    field_key_vault: str = Field("", pattern=r"^(https?://[^/]+(/[\w-]+){2,})?$")
    field_key_vault_token: str = Field("", repr=False)
    pin_pepper: Key = Field(repr=False)
    seal_key: Key = Field(repr=False)

    twilio_account_sid: str = ""
    twilio_auth_token: str = Field("", repr=False)
    twilio_whatsapp_from: str = Field("", pattern=rf"^({_E164}(\s*,\s*{_E164})*)?$")
    twilio_sms_from: str = Field("", pattern=rf"^({_CODE}(\s*,\s*{_CODE})*)?$")
    twilio_api_base: str = ""

    meta_app_secret: str = Field("", repr=False)
    meta_verify_token: str = Field("", repr=False)
    meta_access_token: str = Field("", repr=False)
    meta_phone_number_id: str = Field("", pattern=r"^(\d{5,24}(\s*,\s*\d{5,24})*)?$")
    meta_whatsapp_from: str = Field("", pattern=rf"^({_E164}(\s*,\s*{_E164})*)?$")
    meta_business_account_id: str = Field("", pattern=r"^(\d{5,24})?$")
    meta_api_base: str = ""

    whatsapp_provider: Literal["", "twilio", "meta"] = ""
    whatsapp_typing: bool = True
    whatsapp_pair_burst: int = Field(20, ge=1, le=45)

    at_username: str = ""
    at_api_key: str = Field("", repr=False)
    at_sender: str = ""
    at_shortcode: str = ""
    at_webhook_secret: str = Field("", repr=False)
    at_api_base: str = ""
    at_allowed: AddressList = ()

    ussd_code: str = Field("*384*100#", pattern=r"^\*[0-9*]+#$")
    ussd_webhook_secret: str = Field("", repr=False)
    ussd_generic: dict[GatewayName, ConEnd] = Field(default_factory=dict)
    ussd_allowed: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    sim_webhook_secret: str = Field("", repr=False)
    name_enquiry_base: str = ""
    sms_routes: dict[str, Provider] = Field(default_factory=dict)
    sms_rate: float = Field(10.0, gt=0, le=1000)
    whatsapp_rate: float = Field(80.0, gt=0, le=1000)
    smtp_url: str = Field("", repr=False)
    mail_from: str = Field("Wekeza <no-reply@wekeza.test>", pattern=r"^[^@\r\n]+@[^@\r\n]+$")
    admin_allowed: AddressList = ()

    anchor_url: str = Field("", repr=False)
    feed_consumers: dict[str, str] = Field(default_factory=dict)
    goaml_schema: Path | None = None

    crash_at: str = ""

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Work out what was not given: ports, bundled servers, their keys, the demo's providers."""
        facts = dict(given)
        facts["data_dir"] = str((ROOT / facts.get("data_dir", "var")).absolute())
        facts.setdefault("demo_mode", demo_settings.is_default(facts))
        demo = str(facts["demo_mode"]).lower() in {"1", "true", "yes", "on", "t", "y"}
        facts.setdefault("bind_host", "127.0.0.1" if demo else "0.0.0.0")  # noqa: S104
        port = str(facts.get("port", 8000))
        facts.setdefault("twin_port", int(port) + 1 if port.isdigit() else 8001)
        facts.setdefault("twin_mail_port", int(port) + 2 if port.isdigit() else 8002)
        facts.setdefault("public_base_url", f"http://127.0.0.1:{port}")
        if demo:
            facts.setdefault("card_switch_port", int(port) + 3 if port.isdigit() else 8003)
            demo_settings.fill_in(facts)
        _add_bundled(facts)
        return facts

    @field_validator("at_allowed", "admin_allowed")
    @classmethod
    def _are_networks(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        for entry in entries:
            ip_network(entry, strict=False)
        return entries

    @field_validator("ussd_allowed")
    @classmethod
    def _are_networks_of_gateways(
        cls, entries: dict[str, tuple[str, ...]]
    ) -> dict[str, tuple[str, ...]]:
        for entry in (one for listed in entries.values() for one in listed):
            ip_network(entry, strict=False)
        return entries

    @field_validator(
        "public_base_url",
        "twilio_api_base",
        "meta_api_base",
        "at_api_base",
        "name_enquiry_base",
        "anchor_url",
    )
    @classmethod
    def _is_web_address(cls, address: str) -> str:
        return web_address(address)

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_server(cls, address: str) -> str:
        parts = urlsplit(address)
        if address and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
            raise ValueError("must be an address such as smtp://user:secret@mail.example:587")
        return address

    @field_validator("crash_at")
    @classmethod
    def _is_crash_point(cls, setting: str) -> str:
        crashpoints.check(setting)
        return setting

    @model_validator(mode="after")
    def _switch_has_keys(self) -> Self:
        if self.card_switch_port and not (self.scheme_webhook_key and self.scheme_pin_key):
            raise ValueError("CARD_SWITCH_PORT needs SCHEME_WEBHOOK_KEY and SCHEME_PIN_KEY")
        return self

    @model_validator(mode="after")
    def _meta_is_whole(self) -> Self:
        if not self.meta_access_token:
            if self.whatsapp_provider == "meta":
                raise ValueError("WHATSAPP_PROVIDER=meta needs META_ACCESS_TOKEN")
            return self
        if not (self.meta_app_secret and self.meta_verify_token and self.meta_phone_number_id):
            raise ValueError(
                "META_ACCESS_TOKEN needs META_APP_SECRET, META_VERIFY_TOKEN, META_PHONE_NUMBER_ID"
            )
        shown = numbers(self.meta_whatsapp_from)
        if shown and len(shown) != len(numbers(self.meta_phone_number_id)):
            raise ValueError("META_WHATSAPP_FROM has a number for each of META_PHONE_NUMBER_ID")
        return self

    @model_validator(mode="after")
    def _production_is_earnest(self) -> Self:
        if self.environment != "production":
            return self
        if self.demo_mode:
            raise ValueError("DEMO_MODE=1 in production: its log-ins are public; set DEMO_MODE=0")
        if self.crash_at:
            raise ValueError("CRASH_AT in production: it is there for tests; take it away")
        if known := demo_settings.demo_secrets_in(self.model_dump()):
            raise ValueError(f"{', '.join(known)}: a demo value, known to all; set your own")
        if twins := self._at_the_twin():
            names = ", ".join(name.upper() for name in twins)
            raise ValueError(f"{names}: that is the demo's twin; take it away")
        if not self.public_base_url.startswith("https://"):
            raise ValueError("PUBLIC_BASE_URL must be https in production")
        if self.field_key_vault.startswith("http://"):
            raise ValueError("FIELD_KEY_VAULT must be https in production: data keys pass there")
        return self

    def _at_the_twin(self) -> list[str]:
        bases = [(name, getattr(self, name)) for name in TWIN_BASES]
        bases += [("liquidity_bases", base) for base in self.liquidity_bases.values()]
        bases += [("rail_bases", base) for base in self.rail_bases.values()]
        return list(dict.fromkeys(name for name, base in bases if base.startswith(self.twin_url)))

    @property
    def whatsapp_numbers(self) -> tuple[str, ...]:
        """The numbers that customers are told to write to on WhatsApp, the default one first."""
        ours = {"twilio": self.twilio_whatsapp_from, "meta": self.meta_whatsapp_from}
        ordered = sorted(ours, key=lambda provider: provider != self.whatsapp_provider)
        return tuple(number for provider in ordered for number in numbers(ours[provider]))

    @property
    def twin_url(self) -> str:
        """Where the demo's twin of the phone companies listens."""
        return f"http://127.0.0.1:{self.twin_port}"


def _add_bundled(facts: dict[str, Any]) -> None:
    """Add the addresses of the bundled servers and the keys kept beside them."""
    facts["bundled_postgres"] = "database_url" not in facts
    facts["bundled_redis"] = "redis_url" not in facts
    data_dir = Path(facts["data_dir"])
    own_keys = [name for name in KEY_NAMES if name in facts]
    if facts.get("environment") == "production" and len(own_keys) < len(KEY_NAMES):
        missing = ", ".join(name.upper() for name in KEY_NAMES if name not in facts)
        raise ValueError(f"{missing}: production needs its own (see .env.example)")
    if facts["bundled_postgres"] or len(own_keys) < len(KEY_NAMES):
        kept = keys.read_or_make(data_dir)
        for name in KEY_NAMES:
            facts.setdefault(name, kept[name])  # type: ignore[literal-required]
        if facts["bundled_postgres"]:
            server = postgres.Postgres(data_dir, kept)
            facts["database_url"] = server.url(postgres.APP)
            facts["database_admin_url"] = server.url(postgres.SUPERUSER)
    facts.setdefault("database_admin_url", facts["database_url"])
    facts.setdefault("redis_url", redis.Redis(data_dir).url)


def load(env_file: Path | None = ROOT / ".env") -> Settings:
    """Return the settings from the environment and ``.env``; the environment wins.

    :raises BadSettings: with a line for each setting that is missing or wrong, never its value
    """
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        raise BadSettings([_line(dict(problem)) for problem in error.errors()]) from None
    except UnreadableSetting as error:
        name = re.search('"(.+?)"', str(error))
        raise BadSettings([f"{name[1].upper() if name else 'settings'}: must be JSON"]) from None
    except (keys.KeysLost, OSError) as error:
        raise BadSettings([str(error)]) from None


def _line(problem: dict[str, Any]) -> str:
    name = ".".join(str(part) for part in problem["loc"][:1]).upper()
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message
