"""Meta's webhook calls as it makes them, signed over their bytes, and a door that hears them."""

import json
from pathlib import Path
from typing import Any

from bot.simulator.meta_wire import sign
from channels.message import Hook
from channels.meta_hook import MetaDoor

SECRET = "app-secret-0a0b0c"
TOKEN = "verify-token-0a0b0c"
NUMBER = "100200300400"
API = "https://graph.facebook.com/v23.0"
URL = "https://bank.example/webhooks/meta/whatsapp"
DATA = Path(__file__).resolve().parents[1] / "data" / "meta"

door = MetaDoor(app_secret=SECRET, verify_token=TOKEN, numbers=[NUMBER], api=API)


def kept(name: str) -> bytes:
    """Return a kept call, byte for byte."""
    return (DATA / f"{name}.json").read_bytes()


def call(*messages: dict[str, Any], number: str = NUMBER, **value: Any) -> bytes:
    """Return a call that brings messages, or whatever else a value may have."""
    told = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "254700000200", "phone_number_id": number},
        **({"messages": list(messages)} if messages else {}),
        **value,
    }
    entry = {"id": "100200300900", "changes": [{"field": "messages", "value": told}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def message(kind: str, said: object, **more: Any) -> dict[str, Any]:
    """Return a message of Amina's."""
    return {
        "from": "254712000001",
        "id": f"wamid.{kind}",
        "timestamp": "1772616600",
        "type": kind,
        kind: said,
        **more,
    }


def hook(body: bytes, *, signature: str | None = None) -> Hook:
    """Return the call of these bytes, signed unless told otherwise."""
    given = sign(SECRET, body) if signature is None else signature
    headers = {"x-hub-signature-256": given, "content-type": "application/json"}
    return Hook(URL, headers=headers, body=body)
