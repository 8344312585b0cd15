"""Which provider stands behind which door and number: settings turned into adapters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot import ussd_gateways
from bot.settings import Settings, numbers
from channels.africastalking_sms import AfricasTalkingSms
from channels.africastalking_ussd import AfricasTalkingUssd
from channels.message import Door, Sender
from channels.meta_api import MetaApi
from channels.meta_hook import MetaDoor
from channels.meta_whatsapp import MetaWhatsApp
from channels.twilio_sms import TwilioSms
from channels.twilio_whatsapp import TwilioWhatsApp
from channels.ussd_gateway import Presses
from channels.whatsapp import ContentBook
from core import phone

Books = Callable[[str], ContentBook]
"""What remembers the templates a provider has of ours, by the provider's name."""


@dataclass(frozen=True, slots=True)
class Providers:
    """The ways in, by the route they are knocked on, and the numbers, by their key."""

    doors: Mapping[str, Door]
    senders: Mapping[str, Sender]
    homes: Mapping[str, str] = field(default_factory=dict)
    """The country that each number of a pool is in, by its key: whom it is the first choice for."""

    def pool(self, channel: str) -> list[Sender]:
        """Return every number of ours on a channel, the default provider's first."""
        return [one for one in self.senders.values() if one.channel == channel]


def connect(settings: Settings, books: Books, presses: Presses) -> Providers:
    """Return the adapters of every provider that has an account in the settings.

    The first number of a channel decides which provider speaks there by default.
    """
    doors: dict[str, Door] = {}
    senders: list[Sender] = []
    homes: dict[str, str] = {}
    if settings.twilio_auth_token:
        _twilio(settings, books("twilio"), doors, senders)
        whatsapp = numbers(settings.twilio_whatsapp_from)
        homes |= _homes({f"twilio:whatsapp:{number}": number for number in whatsapp})
    if settings.meta_access_token:
        _meta(settings, books("meta"), doors, senders)
        shown = numbers(settings.meta_whatsapp_from)
        ids = numbers(settings.meta_phone_number_id)
        homes |= _homes({f"meta:whatsapp:{i}": n for i, n in zip(ids, shown, strict=False)})
    if settings.at_webhook_secret:
        _africastalking(settings, doors, senders)
    doors |= ussd_gateways.connect(settings, presses)
    chosen = settings.whatsapp_provider
    if chosen:
        senders.sort(key=lambda one: one.channel == "whatsapp" and one.provider != chosen)
    return Providers(doors, {sender.key: sender for sender in senders}, homes)


def _homes(pool: Mapping[str, str]) -> dict[str, str]:
    """Return the country of each number of a pool; one number alone is everybody's."""
    if len(pool) < 2:
        return {}
    found = {key: phone.country_of(number, "") for key, number in pool.items()}
    return {key: country for key, country in found.items() if country}


def _twilio(
    settings: Settings, contents: ContentBook, doors: dict[str, Door], senders: list[Sender]
) -> None:
    callback = f"{settings.public_base_url}/webhooks/twilio/status"
    for number in numbers(settings.twilio_whatsapp_from):
        whatsapp = TwilioWhatsApp(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            number=number,
            contents=contents,
            status_callback=callback,
            api_base=settings.twilio_api_base,
            rate=settings.whatsapp_rate,
        )
        doors["twilio/whatsapp"] = doors["twilio/status"] = whatsapp
        senders.append(whatsapp)
    for number in numbers(settings.twilio_sms_from):
        sms = TwilioSms(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            number=number,
            status_callback=callback,
            api_base=settings.twilio_api_base,
            rate=settings.sms_rate,
        )
        doors["twilio/sms"] = doors["twilio/status"] = sms
        senders.append(sms)


def _meta(
    settings: Settings, templates: ContentBook, doors: dict[str, Door], senders: list[Sender]
) -> None:
    ids = numbers(settings.meta_phone_number_id)
    api = MetaApi(access_token=settings.meta_access_token, api_base=settings.meta_api_base)
    doors["meta/whatsapp"] = MetaDoor(
        app_secret=settings.meta_app_secret,
        verify_token=settings.meta_verify_token,
        numbers=ids,
        api=api.base,
    )
    senders.extend(
        MetaWhatsApp(
            number=number,
            api=api,
            templates=templates,
            account=settings.meta_business_account_id,
            rate=settings.whatsapp_rate,
            burst=settings.whatsapp_pair_burst,
        )
        for number in ids
    )


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
