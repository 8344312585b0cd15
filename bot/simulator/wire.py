"""What the phone companies put on the wire when they call the bank: forms, signatures, paths."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import phonenumbers
from twilio.request_validator import RequestValidator

from bot.settings import numbers
from bot.simulator.letter import FORGED_SECRET, HIDDEN, SIGNATURE, Letter
from bot.simulator.meta_wire import MetaAccount, MetaWire

__all__ = [
    "FORGED_SECRET", "HIDDEN", "SIGNATURE", "Accounts", "Letter", "Wire", "network", "screen",
    "sms_provider",
]  # fmt: skip

API_VERSION = "2010-04-01"

# Which network a number is on, as Africa's Talking names networks. The longest prefix wins.
NETWORKS = {
    "+254": "63902",
    "+25473": "63903",
    "+25578": "64005",
    "+255": "64004",
    "+256": "64110",
    "+250": "63510",
    "+233": "62001",
    "+234": "62130",
}
SANDBOX_NETWORK = "99999"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The bank's accounts at the phone companies, and where it wants to be called."""

    base_url: str
    twilio_sid: str
    twilio_token: str = field(repr=False)
    whatsapp: str
    """Its first number on WhatsApp at Twilio."""
    sms: str
    at_username: str
    at_key: str = field(repr=False)
    at_secret: str = field(repr=False)
    at_sender: str
    at_shortcode: str
    sim_secret: str = field(default="", repr=False)
    sms_routes: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    """Every number at Twilio, of either channel."""
    meta: MetaAccount | None = None
    whatsapp_provider: str = "twilio"
    """Who carries WhatsApp when nobody says."""

    @classmethod
    def of(cls, settings: Any) -> Self:  # noqa: ANN401 - any object with the settings' names
        """Return the accounts that the settings name."""
        base_url = str(settings.public_base_url).rstrip("/")
        whatsapp, sms = numbers(settings.twilio_whatsapp_from), numbers(settings.twilio_sms_from)
        return cls(
            base_url=base_url,
            twilio_sid=settings.twilio_account_sid,
            twilio_token=settings.twilio_auth_token,
            whatsapp=next(iter(whatsapp), ""),
            sms=next(iter(sms), ""),
            numbers=frozenset((*whatsapp, *sms)),
            meta=MetaAccount(
                base_url=base_url,
                app_secret=settings.meta_app_secret,
                access_token=settings.meta_access_token,
                numbers=numbers(settings.meta_phone_number_id),
                shown=numbers(settings.meta_whatsapp_from),
                account=settings.meta_business_account_id,
            ),
            whatsapp_provider=settings.whatsapp_provider or ("twilio" if whatsapp else "meta"),
            at_username=settings.at_username,
            at_key=settings.at_api_key,
            at_secret=settings.at_webhook_secret,
            at_sender=settings.at_sender,
            at_shortcode=settings.at_shortcode,
            sim_secret=settings.sim_webhook_secret,
            sms_routes=settings.sms_routes,
        )


_NO_META = MetaAccount("", "", "", (), (), "")


class Wire:
    """Writes letters as each company does, in the bank's name at that company."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self._validator = RequestValidator(accounts.twilio_token)
        self.meta = MetaWire(accounts.meta or _NO_META)

    def whatsapp(
        self,
        address: str,
        text: str,
        *,
        id: str,  # noqa: A002 - the provider's own word
        name: str = "",
        extra: Mapping[str, str] | None = None,
    ) -> Letter:
        """Return a WhatsApp message to the bank. ``extra`` adds fields of buttons, lists, media."""
        form = self._message(f"whatsapp:{address}", f"whatsapp:{self.accounts.whatsapp}", text, id)
        form |= {"ProfileName": name, "MessageType": "text"}
        if address.startswith("+"):
            form["WaId"] = address[1:]
        else:
            form["ExternalUserId"] = address
        return self._twilio("twilio/whatsapp", id, form | dict(extra or {}))

    def twilio_sms(self, address: str, text: str, *, id: str, opt: str = "") -> Letter:  # noqa: A002
        """Return a text message to the bank. ``opt`` says that Twilio itself acted on STOP."""
        form = self._message(address, self.accounts.sms, text, id)
        form["ToCountry"] = form["FromCountry"] = ""
        if opt:
            form["OptOutType"] = opt
        return self._twilio("twilio/sms", id, form)

    def twilio_receipt(
        self,
        address: str,
        status: str,
        *,
        id: str,  # noqa: A002
        sender: str,
        code: str = "",
        callback: str = "",
    ) -> Letter:
        """Return the word on a message of the bank's: sent, delivered, read or failed."""
        form = {
            "AccountSid": self.accounts.twilio_sid,
            "ApiVersion": API_VERSION,
            "From": sender,
            "To": address,
            "MessageSid": id,
            "SmsSid": id,
            "MessageStatus": status,
            "SmsStatus": status,
        }
        if code:
            form |= {"ErrorCode": code, "ErrorMessage": f"Error {code}"}
        if address.startswith("whatsapp:"):
            form["ChannelPrefix"] = "whatsapp"
            if status in {"delivered", "read"}:
                form["EventType"] = status.upper()
        letter = self._twilio("twilio/status", id, form)
        if not callback or callback == letter.url:
            return letter
        signed = {SIGNATURE: self._validator.compute_signature(callback, form)}
        return replace(letter, url=callback, headers={**letter.headers, **signed})

    def at_sms(self, address: str, text: str, *, id: str, sent_at: str) -> Letter:  # noqa: A002
        """Return a text message that came to the bank's short code."""
        form = {
            "date": sent_at,
            "from": address,
            "id": id,
            "linkId": id,
            "text": text,
            "to": self.accounts.at_shortcode,
            "networkCode": network(address),
        }
        return self._africastalking("sms", id, form)

    def at_delivery(self, address: str, status: str, *, id: str, reason: str = "") -> Letter:  # noqa: A002
        """Return the delivery report of a text message of the bank's."""
        form = {"id": id, "status": status, "phoneNumber": address}
        form |= {"networkCode": network(address), "retryCount": "0"}
        if reason:
            form["failureReason"] = reason
        return self._africastalking("delivery", id, form)

    def at_opt_out(self, address: str, *, id: str) -> Letter:  # noqa: A002
        """Return the word that somebody wants no more messages."""
        form = {"senderId": self.accounts.at_sender, "phoneNumber": address}
        return self._africastalking("optout", id, form)

    def sim_swapped(self, address: str, *, id: str, at: str) -> Letter:  # noqa: A002
        """Return a network's word that the SIM of a number was changed: CAMARA's CloudEvent."""
        event = {
            "id": id,
            "source": "https://notifications.network.example/sim-swap",
            "type": "org.camaraproject.sim-swap-subscriptions.v0.swapped",
            "specversion": "1.0",
            "datacontenttype": "application/json",
            "time": at,
            "data": {"phoneNumber": address, "subscriptionId": "wekeza-demo"},
        }
        secret = self.accounts.sim_secret
        url = f"{self.accounts.base_url}/webhooks/sim/{secret}"
        headers = {"Content-Type": "application/cloudevents+json"}
        return Letter("sim", id, url, {}, headers, secret, json.dumps(event))

    def ussd(self, address: str, *, session: str, code: str, text: str) -> Letter:
        """Return one hop of a USSD session. ``text`` is every input so far, joined by stars."""
        form = self._session(address, session, code) | {"text": text}
        return self._africastalking("ussd", session, form)

    def ussd_end(
        self,
        address: str,
        *,
        session: str,
        code: str,
        status: str,
        hops: int,
        milliseconds: int,
        ended_at: str,
    ) -> Letter:
        """Return the word that a session is over: Success, Incomplete or Failed."""
        form = self._session(address, session, code) | {
            "date": ended_at,
            "status": status,
            "cost": "KES 0.0000",
            "durationInMillis": str(milliseconds),
            "hopsCount": str(hops),
            "input": "",
            "lastAppResponse": "",
        }
        return self._africastalking("ussd-end", session, form)

    def _message(self, sender: str, to: str, text: str, sid: str) -> dict[str, str]:
        return {
            "AccountSid": self.accounts.twilio_sid,
            "ApiVersion": API_VERSION,
            "Body": text,
            "From": sender,
            "To": to,
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "SmsStatus": "received",
            "NumMedia": "0",
            "NumSegments": "1",
        }

    def _twilio(self, route: str, sid: str, form: dict[str, str]) -> Letter:
        url = f"{self.accounts.base_url}/webhooks/{route}"
        headers = {
            SIGNATURE: self._validator.compute_signature(url, form),
            "I-Twilio-Idempotency-Token": sid,
            "User-Agent": "TwilioProxy/1.1",
        }
        return Letter(route, sid, url, form, headers)

    def _africastalking(self, kind: str, ident: str, form: dict[str, str]) -> Letter:
        secret = self.accounts.at_secret
        url = f"{self.accounts.base_url}/webhooks/africastalking/{secret}/{kind}"
        return Letter(f"africastalking/{kind}", ident, url, form, {}, secret)

    def _session(self, address: str, session: str, code: str) -> dict[str, str]:
        return {
            "sessionId": session,
            "serviceCode": code,
            "phoneNumber": address,
            "networkCode": network(address),
        }


def sms_provider(address: str, routes: Mapping[str, str]) -> str:
    """Return which company carries a phone's text messages, as the settings route its country."""
    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(address))
    except phonenumbers.NumberParseException:
        return "twilio"
    return routes.get(country or "", "twilio")


def network(address: str) -> str:
    """Return the code of the network that a number is on."""
    known = [prefix for prefix in NETWORKS if address.startswith(prefix)]
    return NETWORKS[max(known, key=len)] if known else SANDBOX_NETWORK


def screen(body: str) -> tuple[str, bool] | None:
    """Return a USSD answer's words and whether it ends the session; None if it is no answer."""
    if body.startswith(("CON ", "END ")):
        return body[4:], body.startswith("END ")
    return None
