"""The settings of the firms outside: where each is, and how we and they know each other.

A partner without its ``*_BASE`` is not asked, and what needs it is refused politely. The demo has
all of them at its twin.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

TWINS: Mapping[str, str] = {
    "airtime_base": "/airtime",
    "billers_base": "/billers",
    "mpesa_base": "/mpesa",
    "momo_base": "/momo",
    "cards_base": "/cards",
    "verification_base": "/verification",
    "scheme_base": "/scheme",
}
"""Where each partner stands at the demo's twin: its ``*_base`` setting, and the path there."""

DEMO: Mapping[str, str] = {
    "payments_webhook_secret": "demo-payments-webhook-secret",
    "billers_secret": "demo-billers-secret",
    "mpesa_consumer_secret": "demo-mpesa-consumer-secret",
    "mpesa_passkey": "demo-mpesa-passkey",
    "mpesa_credential": "demo-mpesa-credential",
    "momo_api_key": "demo-momo-api-key",
    "cards_key": "demo-cards-key",
    "cards_webhook_key": "demo-cards-webhook-key",
    "verification_key": "demo-verification-key",
    "scheme_key": "demo-scheme-key",
    "scheme_webhook_key": "demo-scheme-webhook-key",
    "scheme_pin_key": "64656d6f2d736368656d652d70696e2d",
}
"""What partners and we prove ourselves by in the demo. Everybody knows it."""

LIQUIDITY: Mapping[str, str] = {
    "lp_baobab": "demo-baobab-secret",
    "lp_kilima": "demo-kilima-secret",
    "lp_sahel": "demo-sahel-secret",
}
"""The demo's providers of liquidity, each at its own name at the twin, and their secrets."""


RAILS: Mapping[str, str] = {
    "pesalink": "demo-pesalink-secret",
    "rtgs": "demo-rtgs-secret",
    "eft": "demo-eft-secret",
    "papss": "demo-papss-secret",
}
"""The rails between banks, each at its own name at the demo's twin, and their secrets there."""
AES_KEY = r"^([0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64})?$"
BIC = r"^([A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?)?$"
DEMO_BIC, DEMO_ACCOUNT = "WEKZKENA", "1000200300"


def web_address(address: str) -> str:
    """Return an address such as ``https://bank.example`` without a slash at its end.

    :raises ValueError: if it is none, unless it is empty
    """
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ValueError("must be an address such as https://bank.example")
    return address.rstrip("/")


def _split(text: object) -> object:
    if not isinstance(text, str):
        return text
    return tuple(part.strip() for part in text.split(",") if part.strip())


class PartnerSettings(BaseSettings):
    """What can be set about partners. What each means stands in ``.env.example``."""

    payments_webhook_secret: str = Field("", repr=False)

    airtime_base: str = ""
    billers_base: str = ""
    billers_secret: str = Field("", repr=False)

    mpesa_base: str = ""
    mpesa_consumer_key: str = "wekeza"
    mpesa_consumer_secret: str = Field("", repr=False)
    mpesa_shortcode: str = Field("384100", pattern=r"^\d{5,7}$")
    mpesa_passkey: str = Field("", repr=False)
    mpesa_initiator: str = "wekeza"
    mpesa_credential: str = Field("", repr=False)
    mpesa_allowed: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = ()
    momo_base: str = ""
    momo_api_key: str = Field("", repr=False)
    momo_organisation: str = "wekeza"
    cards_base: str = ""
    cards_key: str = Field("", repr=False)
    cards_webhook_key: str = Field("", repr=False)
    verification_base: str = ""
    verification_key: str = Field("", repr=False)
    scheme_base: str = ""
    scheme_key: str = Field("", repr=False)
    scheme_webhook_key: str = Field("", repr=False)
    scheme_pin_key: str = Field("", pattern=AES_KEY, repr=False)

    liquidity_bases: dict[str, str] = Field(default_factory=dict)
    liquidity_secrets: dict[str, str] = Field(default_factory=dict, repr=False)

    @field_validator("mpesa_allowed")
    @classmethod
    def _are_networks(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        for entry in entries:
            ip_network(entry, strict=False)
        return entries

    @field_validator("liquidity_bases")
    @classmethod
    def _are_providers(cls, bases: dict[str, str]) -> dict[str, str]:
        if wrong := [name for name in bases if not re.fullmatch(r"lp_[a-z0-9_]{1,37}", name)]:
            raise ValueError(f"{', '.join(wrong)}: a provider is named like lp_baobab")
        return {name: web_address(address) for name, address in bases.items()}

    rail_bases: dict[str, str] = Field(default_factory=dict)
    rail_secrets: dict[str, str] = Field(default_factory=dict, repr=False)
    bank_bic: str = Field("", pattern=BIC)
    settlement_account: str = Field("", pattern=r"^[A-Za-z0-9]{0,34}$")

    @field_validator("rail_bases")
    @classmethod
    def _are_rails(cls, bases: dict[str, str]) -> dict[str, str]:
        if wrong := sorted(set(bases) - set(RAILS)):
            raise ValueError(f"{', '.join(wrong)}: the rails are {', '.join(RAILS)}")
        return {name: web_address(address) for name, address in bases.items()}

    @model_validator(mode="after")
    def _rails_know_who_we_are(self) -> Self:
        if self.rail_bases and not (self.bank_bic and self.settlement_account):
            raise ValueError("RAIL_BASES needs BANK_BIC and SETTLEMENT_ACCOUNT: who pays")
        return self

    @field_validator(*TWINS, check_fields=False)
    @classmethod
    def _is_partner_address(cls, address: str) -> str:
        return web_address(address)
