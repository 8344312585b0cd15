"""Which partners there are: settings turned into the clients of firms outside.

One function for each, which returns nothing when its settings are not given. To add one see
``docs/guides/partners.md``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot import liquidity, money_in, rails
from bot.settings import Settings
from core.kyc import pages
from core.partners.airtime import AirtimeWholesaler
from core.partners.billers import BillEnquiry, BillerSwitch
from core.partners.partner import Partner
from core.partners.questions import Answerer, Answerers
from core.partners.scheme import CardSecrets, Scheme
from core.partners.verification import Verification
from core.store.files import Files
from core.store.keyring import Keyring

Partners = Mapping[str, Partner]


def _airtime(settings: Settings) -> Partner | None:
    if not settings.airtime_base:
        return None
    return AirtimeWholesaler(
        settings.airtime_base,
        username=settings.at_username,
        api_key=settings.at_api_key,
        secret=settings.payments_webhook_secret,
    )


def _billers(settings: Settings) -> Partner | None:
    if not settings.billers_base:
        return None
    return BillerSwitch(settings.billers_base, secret=settings.billers_secret)


def _scheme(settings: Settings) -> Partner | None:
    if not settings.scheme_base:
        return None
    return Scheme(
        settings.scheme_base, key=settings.scheme_key, webhook_key=settings.scheme_webhook_key
    )


def _verification(settings: Settings, keys: Keyring) -> Partner | None:
    if not settings.verification_base:
        return None
    return Verification(
        settings.verification_base,
        key=settings.verification_key,
        open_page=Files(settings.data_dir, pages.FOLDER, keys).read,
    )


def _bill_answerers(_: Settings, partners: Partners) -> Answerers:
    """Return who says whose an account at a biller is."""
    switch = partners.get(BillerSwitch.name)
    return {BillEnquiry: switch} if isinstance(switch, BillerSwitch) else {}


def _scheme_answerers(_: Settings, partners: Partners) -> Answerers:
    """Return who says what stands on a card."""
    scheme = partners.get(Scheme.name)
    return {CardSecrets: scheme} if isinstance(scheme, Scheme) else {}


BUILDERS: tuple[Callable[[Settings], Partner | None], ...] = (
    _airtime,
    _billers,
    _scheme,
)
"""What makes each partner, one line each."""
ANSWERERS: tuple[Callable[[Settings, Partners], Answerers], ...] = (
    _bill_answerers,
    _scheme_answerers,
    liquidity.answerers,
    rails.answerers,
)
"""What says who answers the questions of *call* steps, one line for each who answers some."""


def connect(settings: Settings, *, clock: Callable[[], datetime], keys: Keyring) -> Partners:
    """Return the partners that are set up, by name.

    What they sign is signed by ``clock``; what they leave for one another is sealed by ``keys``.
    """
    built = [
        *(build(settings) for build in BUILDERS),
        _verification(settings, keys),
        *liquidity.providers(settings),
        *money_in.connect(settings, clock=clock, keys=keys),
        *rails.connect(settings, clock=clock),
    ]
    return {partner.name: partner for partner in built if partner is not None}


def answerers(settings: Settings, partners: Partners) -> Answerers:
    """Return who answers the questions of *call* steps, by the question's type."""
    known: dict[type, Answerer] = {}
    for build in ANSWERERS:
        known |= build(settings, partners)
    return known
