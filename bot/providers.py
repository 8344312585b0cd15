"""Which provider stands behind which door and number: settings turned into adapters."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.settings import Settings
from channels.africastalking_sms import AfricasTalkingSms
from channels.africastalking_ussd import AfricasTalkingUssd
from channels.message import Door, Sender
from channels.twilio_shelf import ContentBook
from channels.twilio_sms import TwilioSms
from channels.twilio_whatsapp import TwilioWhatsApp


@dataclass(frozen=True, slots=True)
class Providers:
    """The ways in, by the route they are knocked on, and the numbers, by their key."""

    doors: Mapping[str, Door]
    senders: Mapping[str, Sender]


def connect(settings: Settings, contents: ContentBook) -> Providers:
    """Return the adapters of every provider that has an account in the settings."""
    doors: dict[str, Door] = {}
    senders: list[Sender] = []
    if settings.twilio_auth_token:
        _twilio(settings, contents, doors, senders)
    if settings.at_webhook_secret:
        _africastalking(settings, doors, senders)
    return Providers(doors, {sender.key: sender for sender in senders})


def _twilio(
    settings: Settings, contents: ContentBook, doors: dict[str, Door], senders: list[Sender]
) -> None:
    callback = f"{settings.public_base_url}/webhooks/twilio/status"
    if settings.twilio_whatsapp_from:
        whatsapp = TwilioWhatsApp(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            number=settings.twilio_whatsapp_from,
            contents=contents,
            status_callback=callback,
            api_base=settings.twilio_api_base,
            rate=settings.whatsapp_rate,
        )
        doors["twilio/whatsapp"] = doors["twilio/status"] = whatsapp
        senders.append(whatsapp)
    if settings.twilio_sms_from:
        sms = TwilioSms(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            number=settings.twilio_sms_from,
            status_callback=callback,
            api_base=settings.twilio_api_base,
            rate=settings.sms_rate,
        )
        doors["twilio/sms"] = doors["twilio/status"] = sms
        senders.append(sms)


def _africastalking(settings: Settings, doors: dict[str, Door], senders: list[Sender]) -> None:
    ussd = AfricasTalkingUssd(
        secret=settings.at_webhook_secret,
        signing_key=settings.secret_key,
        allowed=settings.at_allowed,
    )
    doors["africastalking/ussd"] = doors["africastalking/ussd-end"] = ussd
    if settings.at_api_key:
        sms = AfricasTalkingSms(
            username=settings.at_username,
            api_key=settings.at_api_key,
            sender=settings.at_sender,
            shortcode=settings.at_shortcode,
            secret=settings.at_webhook_secret,
            api_base=settings.at_api_base,
            allowed=settings.at_allowed,
            rate=settings.sms_rate,
        )
        for kind in ("sms", "delivery", "optout"):
            doors[f"africastalking/{kind}"] = sms
        senders.append(sms)
