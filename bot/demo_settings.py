"""The demo's providers: accounts at the twin of the phone companies. Everybody knows them."""

from typing import Any

from bot import partner_settings

DEMO = {
    "twilio_account_sid": "AC00000000000000000000000000000384",
    "twilio_auth_token": "demo-twilio-auth-token",
    "twilio_whatsapp_from": "+254700000100",
    "twilio_sms_from": "21000",
    "meta_app_secret": "demo-meta-app-secret",
    "meta_verify_token": "demo-meta-verify-token",
    "meta_access_token": "demo-meta-access-token",
    "meta_phone_number_id": "254700000200",
    "meta_whatsapp_from": "+254700000200",
    "meta_business_account_id": "254700000900",
    "whatsapp_provider": "twilio",
    "at_username": "sandbox",
    "at_api_key": "demo-africastalking-api-key",
    "at_sender": "WEKEZA",
    "at_shortcode": "21000",
    "at_webhook_secret": "demo-at-webhook-secret",
    "ussd_webhook_secret": "demo-ussd-webhook-secret",
    "sim_webhook_secret": "demo-sim-webhook-secret",
}
# Both providers of WhatsApp work in the demo: whoever writes to a number is answered on it.
# A provider is the demo's only as a whole: one of its own credentials, and nothing is filled in.
CREDENTIALS = {
    "twilio": ("twilio_account_sid", "twilio_auth_token"),
    "meta": ("meta_app_secret", "meta_access_token", "meta_phone_number_id"),
    "at": ("at_username", "at_api_key"),
}
SECRETS = (
    "twilio_auth_token",
    "meta_app_secret",
    "meta_verify_token",
    "meta_access_token",
    "at_api_key",
    "at_webhook_secret",
    "ussd_webhook_secret",
    "sim_webhook_secret",
)
# Both SMS providers work in the demo: Africa's Talking carries these countries, Twilio the rest.
SMS_ROUTES = {"TZ": "africastalking", "UG": "africastalking", "RW": "africastalking"}


def is_default(given: dict[str, Any]) -> bool:
    """Return whether these settings make a demo: no provider account, and not production."""
    accounts = ("twilio_auth_token", "meta_access_token", "at_api_key")
    return given.get("environment") != "production" and not any(name in given for name in accounts)


def fill_in(facts: dict[str, Any]) -> None:
    """Add the demo's accounts for every provider that has none of its own."""
    twin = f"http://127.0.0.1:{facts.get('twin_port')}"
    own = {name for name, known in CREDENTIALS.items() if any(one in facts for one in known)}
    facts.setdefault(
        "whatsapp_provider", "meta" if own & {"twilio", "meta"} == {"meta"} else "twilio"
    )
    for prefix, credentials in CREDENTIALS.items():
        if any(name in facts for name in credentials):
            continue
        facts.setdefault(f"{prefix}_api_base", twin)
        for name, value in DEMO.items():
            if name.startswith(f"{prefix}_"):
                facts.setdefault(name, value)
    for name in ("ussd_webhook_secret", "sim_webhook_secret"):
        facts.setdefault(name, DEMO[name])
    facts.setdefault("name_enquiry_base", f"{twin}/gsma")
    for name, path in partner_settings.TWINS.items():
        facts.setdefault(name, f"{twin}{path}")
    for name, value in partner_settings.DEMO.items():
        facts.setdefault(name, value)
    firms = partner_settings.LIQUIDITY
    facts.setdefault("liquidity_bases", {name: f"{twin}/{name}" for name in firms})
    facts.setdefault("liquidity_secrets", dict(firms))
    rails = partner_settings.RAILS
    facts.setdefault("rail_bases", {name: f"{twin}/{name}" for name in rails})
    facts.setdefault("rail_secrets", dict(rails))
    facts.setdefault("bank_bic", partner_settings.DEMO_BIC)
    facts.setdefault("settlement_account", partner_settings.DEMO_ACCOUNT)
    facts.setdefault("sms_routes", SMS_ROUTES)
    facts.setdefault("smtp_url", f"smtp://127.0.0.1:{facts.get('twin_mail_port')}")


def demo_secrets_in(facts: dict[str, Any]) -> list[str]:
    """Return the names of the settings that have a demo's value for a secret."""
    known = {name: DEMO[name] for name in SECRETS} | dict(partner_settings.DEMO)
    found = [name.upper() for name, value in known.items() if facts.get(name) == value]
    for name, theirs in (
        ("liquidity_secrets", partner_settings.LIQUIDITY),
        ("rail_secrets", partner_settings.RAILS),
    ):
        if set(theirs.values()) & set(facts.get(name, {}).values()):
            found.append(name.upper())
    return found
