"""Twilio's webhook calls as it makes them, signed by the official validator's own function."""

import hashlib
from typing import Any

from twilio.request_validator import RequestValidator

from channels.message import Hook
from channels.twilio_sms import TwilioSms
from channels.twilio_whatsapp import TwilioWhatsApp

SID = "AC" + "0a" * 16
TOKEN = "b7c1d9e3f5a70011b7c1d9e3f5a70011"
URL = "https://bank.example/webhooks/twilio/whatsapp"
TEXT = {
    "MessageSid": "SM" + "1" * 32,
    "AccountSid": SID,
    "From": "whatsapp:+254712000001",
    "To": "whatsapp:+254700000100",
    "Body": "Tuma 500",
    "NumMedia": "0",
    "ProfileName": "Amina",
    "WaId": "254712000001",
    "MessageType": "text",
    "SmsStatus": "received",
    "ApiVersion": "2010-04-01",
}


class NoBook:
    """Nothing is created here, so nothing is kept."""

    def find(self, key: str) -> str | None:
        raise AssertionError(key)

    def keep(self, key: str, sid: str) -> None:
        raise AssertionError(key)


def whatsapp() -> TwilioWhatsApp:
    return TwilioWhatsApp(
        account_sid=SID, auth_token=TOKEN, number="+254700000100", contents=NoBook()
    )


def sms() -> TwilioSms:
    return TwilioSms(account_sid=SID, auth_token=TOKEN, number="+254700000200")


def form(**fields: Any) -> dict[str, tuple[str, ...]]:
    return {k: v if isinstance(v, tuple) else (v,) for k, v in fields.items()}


class Multi(dict):  # type: ignore[type-arg]
    """The form as a web framework gives it to the official validator."""

    def getlist(self, name: str) -> Any:
        return self[name]


def sign(url: str, fields: dict[str, tuple[str, ...]]) -> str:
    return str(RequestValidator(TOKEN).compute_signature(url, Multi(fields)))


def signed(fields: dict[str, tuple[str, ...]], url: str = URL, **rest: Any) -> Hook:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return Hook(url, fields, {"x-twilio-signature": sign(url, fields), **kind}, **rest)


def json_hook(body: bytes, *, signed_body: bytes | None = None, **rest: Any) -> Hook:
    digest = hashlib.sha256(body if signed_body is None else signed_body).hexdigest()
    url = f"{URL}?bodySHA256={digest}"
    headers = {"x-twilio-signature": sign(url, {}), "content-type": "application/json"}
    return Hook(url, headers=headers, body=body, **rest)


whatsapp_door, sms_door = whatsapp(), sms()
