"""Showing customers on WhatsApp that they were read, and that an answer is being written.

What is to be shown goes by Redis to the drain of the number that was written to, which tells the
provider before it sends the answer. Nothing waits for it and nothing depends on it: while Redis is
away, or a drain is late, nothing is shown.
"""

from uuid import UUID

from bot.house import House
from bot.wake import Mark
from channels.message import Inbound, Marker, Sender
from core.crm import case_marks
from core.crm.conversations import Talk
from core.store import contacts
from core.store.unit import Unit

TYPING_SECONDS = 20
"""How often a person's typing is shown at most; the provider shows it a little longer."""


def heard_on(house: House, unit: Unit, talk: Talk, inbound: Inbound) -> None:
    """Note which number of ours a customer wrote to, and that they may be shown it was read.

    The number is kept only where there is more than one on the channel.
    """
    key = f"{inbound.provider}:{inbound.channel}:{inbound.to}"
    number = house.providers.senders.get(key)
    if number is not None and len(house.providers.pool(inbound.channel)) > 1:
        talk.sender = key
    if inbound.channel != "whatsapp":
        return
    number = number or _first(house, inbound.provider)
    if number is not None and _shows(house, number):
        token = contacts.token(unit, inbound.address)
        unit.heard.append(Mark(number.key, inbound.id, token, unit.now.timestamp()))
        unit.wakes.add(number.key)


def show_typing(house: House, case: UUID) -> bool:
    """Show the customer of a case that somebody writes to them; return whether that was passed on.

    Only where they stand in a conversation about it on WhatsApp, and at most once in 20 seconds.
    """
    if not house.settings.whatsapp_typing:
        return False
    with house.unit() as unit:
        last = case_marks.last_heard(unit, case)
    if last is None:
        return False
    number = house.providers.senders.get(last.sender or "") or _first(house, last.provider)
    if number is None or not _shows(house, number):
        return False
    if not house.waker.once(f"typing:{case}", TYPING_SECONDS):
        return False
    mark = Mark(number.key, last.provider_id, last.contact, house.now().timestamp())
    passed = house.waker.note_heard([mark])
    house.wake({number.key})
    return passed


def _first(house: House, provider: str) -> Sender | None:
    pool = house.providers.pool("whatsapp")
    return next((one for one in pool if one.provider == provider), None)


def _shows(house: House, number: Sender) -> bool:
    return house.settings.whatsapp_typing and isinstance(number, Marker)
