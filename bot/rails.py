"""The rails that are set up, and who answers whose an account at another bank is."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.settings import Settings
from core.iso.messages import Party
from core.partners.partner import Partner
from core.partners.questions import Answerers
from core.partners.rails.eft import Eft
from core.partners.rails.enquiry import AccountDirectory, AccountEnquiry
from core.partners.rails.http import HttpReach
from core.partners.rails.papss import Papss
from core.partners.rails.pesalink import PesaLink
from core.partners.rails.rail import Rail
from core.partners.rails.rtgs import Rtgs
from core.partners.wire import Wire

RAILS: tuple[type[Rail], ...] = (PesaLink, Rtgs, Eft, Papss)
ASKED = (PesaLink.name, Papss.name)
"""Rails that say whose an account is, the first to be asked first."""


def connect(settings: Settings, *, clock: Callable[[], datetime]) -> list[Partner]:
    """Return a client for each address in ``RAIL_BASES``."""
    us = Party("Wekeza Bank", settings.settlement_account, settings.bank_bic)
    found: list[Partner] = []
    for rail in RAILS:
        base = settings.rail_bases.get(rail.name)
        if base is None:
            continue
        secret = settings.rail_secrets.get(rail.name, "")
        reach = HttpReach(Wire(base), secret=secret, clock=clock)
        found.append(rail(reach, us=us, secret=secret, clock=clock))
    return found


def answerers(settings: Settings, partners: Mapping[str, Partner]) -> Answerers:  # noqa: ARG001
    """Return who answers an `AccountEnquiry`: the rails that can."""
    known = [partners.get(name) for name in ASKED]
    return {AccountEnquiry: AccountDirectory([one for one in known if isinstance(one, Rail)])}
