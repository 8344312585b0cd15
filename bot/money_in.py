"""The partners that bring money in and pay it out to phones: M-Pesa, other mobile money, cards."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import redis

from bot.mailbox import RedisMailbox
from bot.settings import Settings
from core.partners.cards import Cards, CardsAccount
from core.partners.momo import Momo, MomoAccount
from core.partners.mpesa import Mpesa, MpesaAccount
from core.partners.partner import Partner
from core.store.keyring import Keyring


def connect(
    settings: Settings, *, clock: Callable[[], datetime], keys: Keyring
) -> list[Partner | None]:
    """Return those that are set up, and None for each that is not."""
    return [_mpesa(settings, clock, keys), _momo(settings), _cards(settings, clock)]


def _mpesa(settings: Settings, clock: Callable[[], datetime], keys: Keyring) -> Mpesa | None:
    if not settings.mpesa_base:
        return None
    client = redis.Redis.from_url(
        settings.redis_url, socket_timeout=0.5, socket_connect_timeout=0.3
    )
    account = MpesaAccount(
        base=settings.mpesa_base,
        consumer_key=settings.mpesa_consumer_key,
        consumer_secret=settings.mpesa_consumer_secret,
        shortcode=settings.mpesa_shortcode,
        passkey=settings.mpesa_passkey,
        initiator=settings.mpesa_initiator,
        credential=settings.mpesa_credential,
        callback=f"{settings.public_base_url}/webhooks/payments/mpesa",
        secret=settings.payments_webhook_secret,
        allowed=settings.mpesa_allowed,
    )
    return Mpesa(account, mailbox=RedisMailbox(client, keys), clock=clock)


def _momo(settings: Settings) -> Momo | None:
    if not settings.momo_base:
        return None
    account = MomoAccount(
        base=settings.momo_base,
        api_key=settings.momo_api_key,
        organisation=settings.momo_organisation,
        callback=f"{settings.public_base_url}/webhooks/payments/momo",
        secret=settings.payments_webhook_secret,
    )
    return Momo(account)


def _cards(settings: Settings, clock: Callable[[], datetime]) -> Cards | None:
    if not settings.cards_base:
        return None
    account = CardsAccount(
        base=settings.cards_base,
        key=settings.cards_key,
        webhook_key=settings.cards_webhook_key,
        back=settings.public_base_url,
        mail=urlsplit(settings.public_base_url).hostname or "wekeza.test",
    )
    return Cards(account, clock=clock)
