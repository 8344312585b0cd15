"""The USSD gateways beside Africa's Talking, each by the name it has in its path."""

from collections.abc import Mapping

from bot.settings import Settings
from channels.message import Door
from channels.ussd_arkesel import ArkeselUssd
from channels.ussd_beem import BeemUssd
from channels.ussd_gateway import Presses, UssdGateway
from channels.ussd_generic import GenericUssd
from channels.ussd_hollatags import HollaTagsUssd
from channels.ussd_hubtel import HubtelUssd
from channels.ussd_infobip import InfobipUssd
from channels.ussd_mtn import MtnUssd
from channels.ussd_nalo import NaloUssd

GATEWAYS: Mapping[str, type[UssdGateway]] = {
    one.provider: one
    for one in (
        ArkeselUssd, BeemUssd, HollaTagsUssd, HubtelUssd, InfobipUssd, MtnUssd, NaloUssd,
    )
}  # fmt: skip


def connect(settings: Settings, presses: Presses) -> dict[str, Door]:
    """Return the doors of every gateway, by their routes; none without ``USSD_WEBHOOK_SECRET``.

    Which gateways a bank has an account with is nothing the settings need to say: whoever does not
    know the secret is not heard. Of one name that both have, the one told by settings is taken.
    """
    if not settings.ussd_webhook_secret:
        return {}
    known: dict[str, Door] = {
        f"ussd/{name}": gateway(
            secret=settings.ussd_webhook_secret,
            signing_key=settings.secret_key,
            presses=presses,
            allowed=settings.ussd_allowed.get(name, ()),
        )
        for name, gateway in GATEWAYS.items()
    }
    told: dict[str, Door] = {
        f"ussd/{name}": GenericUssd(
            name=name,
            wire=wire,
            secret=settings.ussd_webhook_secret,
            signing_key=settings.secret_key,
            presses=presses,
            allowed=settings.ussd_allowed.get(name, ()),
        )
        for name, wire in settings.ussd_generic.items()
    }
    return known | told
