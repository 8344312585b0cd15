"""The providers of liquidity that are set up, and who answers what currencies cost."""

from collections.abc import Mapping

from bot.settings import Settings
from core.partners.liquidity import FxEnquiry, Liquidity
from core.partners.liquidity_provider import LiquidityProvider
from core.partners.partner import Partner
from core.partners.questions import Answerers
from core.partners.wire import Wire


def providers(settings: Settings) -> list[Partner]:
    """Return a client for each address in ``LIQUIDITY_BASES``."""
    secrets = settings.liquidity_secrets
    return [
        LiquidityProvider(name, Wire(base), secret=secrets.get(name, ""))
        for name, base in settings.liquidity_bases.items()
    ]


def answerers(settings: Settings, partners: Mapping[str, Partner]) -> Answerers:
    """Return who answers an `FxEnquiry`: all providers, asked at once."""
    known = [partners.get(name) for name in settings.liquidity_bases]
    return {FxEnquiry: Liquidity([one for one in known if isinstance(one, LiquidityProvider)])}
