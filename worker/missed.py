"""The sweep for messages of customers that Twilio took and could not bring to us.

Twilio tries a webhook once, and once more when it cannot connect; then the message is lost to us,
though not to its list. So the list is read and what was never heard is heard now, as if it had come
to the door: the inbox keeps out whatever did come.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot import hub, parking
from bot.house import House
from channels.message import Inbound, Sender, SendFailed
from channels.twilio_list import Listed, TwilioList
from core.crm import sweeps

PROVIDER = "twilio"
GRACE = timedelta(seconds=30)
"""How long a webhook may still be under way."""
OVERLAP = timedelta(minutes=2)
FARTHEST = timedelta(hours=24)

log = structlog.get_logger()


def sweep(house: House) -> int:
    """Hear what Twilio lists and never reached us; return how many messages that were."""
    settings = house.settings
    numbers = [one for one in house.providers.senders.values() if one.provider == PROVIDER]
    if not numbers:
        return 0
    account = TwilioList(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        api_base=settings.twilio_api_base,
    )
    return sum(_sweep(house, account, one) for one in numbers)


def _sweep(house: House, account: TwilioList, number: Sender) -> int:
    name, now = f"missed {number.key}", house.now()
    with house.unit() as unit:
        until = sweeps.swept_until(unit, name)
        if until is None:
            # What was written before this bank opened is not for it: a database that begins anew
            # must not hear old messages again. The overlap is added for the next sweep to take off.
            sweeps.note_swept(unit, name, now + OVERLAP)
            return 0
        since = max(until - OVERLAP, now - FARTHEST)
    try:
        received = account.received(channel=number.channel, number=number.number, since=since)
    except SendFailed as failed:
        log.warning("messages not listed", sender=number.key, code=failed.code)
        return 0
    late = [one for one in received if since <= one.at < now - GRACE]
    with house.unit() as unit:
        if sweeps.swept_until(unit, name) != until:
            # The bank began anew while Twilio was asked: nothing of what it lists was for this one.
            return 0
        lost = sweeps.never_heard(unit, provider=PROVIDER, ids=[one.id for one in late])
    waiting = _hear_all(house, number, [one for one in late if one.id in lost])
    if not waiting:
        with house.unit() as unit:
            sweeps.go_on(unit, name, now - GRACE)
    return len(lost)


def _hear_all(house: House, number: Sender, lost: Sequence[Listed]) -> set[str]:
    """Hear messages in their order; return the contacts who have to wait for the next sweep."""
    waiting: set[str] = set()
    for one in lost:
        contact = one.hook.get("From")
        if contact in waiting or not _hear(house, number, one):
            waiting.add(contact)
    return waiting


def _hear(house: House, number: Sender, listed: Listed) -> bool:
    """Hear a listed message through the door it should have come by; False when it must be again.

    One that cannot be heard keeps none of the others waiting.
    """
    door = house.door(f"{PROVIDER}/{number.channel}")
    try:
        for heard in door.read(listed.hook) if door else ():
            if isinstance(heard, Inbound):
                log.warning("message heard late", channel=heard.channel, provider_id=heard.id)
                hub.hear(house, heard)
    except hub.NotHeard as lost:
        log.warning("message not heard yet", provider_id=listed.id, reason=str(lost))
        return False
    except Exception as error:
        log.exception("listed message unreadable", provider_id=listed.id)
        parking.park(house, "job", f"{PROVIDER} {listed.id}", error, facts={"job": "missed"})
    return True
