"""What stands on a card, fetched for one showing: the vault's number and what the scheme adds.

The chance is used up before the scheme is asked, so that nobody gets two answers out of one. Where
the scheme is silent nothing is shown, and another chance is asked for.
"""

import structlog

from bot.house import House
from core.cards import reveal
from core.cards.reveal import Opened, Secrets
from core.partners.scheme import CardSecrets

SECONDS = 6.0
"""How long the scheme may take while somebody looks at an empty page."""

log = structlog.get_logger()


def fetch(house: House, opened: Opened) -> Secrets | None:
    """Return what stands on a card, and write down that it is shown; None when it cannot be.

    Called outside any transaction.
    """
    if CardSecrets not in house.answerers:
        return None
    told = house.ask(opened.question, seconds=SECONDS)
    if isinstance(told, str) or told.trigger != "answered":
        log.warning("card not shown", card=str(opened.card.id))
        return None
    found = reveal.read(opened, told.facts)
    if found is None:
        log.error("the scheme tells of another card", card=str(opened.card.id))
        return None
    with house.unit() as unit:
        reveal.note_shown(unit, opened)
    return found
