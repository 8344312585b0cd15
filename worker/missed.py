"""The sweep for messages of customers that Twilio took and could not bring to us.

Twilio tries a webhook once, and once more when it cannot connect; then the message is lost to us,
though not to its list. So the list is read and what was never heard is heard now, as if it had come
to the door: the inbox keeps out whatever did come.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from twilio.rest import Client

from bot import hub
from bot.house import House
from channels.message import Channel, Hook, Inbound, Sender, SendFailed
from channels.twilio_api import connect, told
from core.crm import sweeps

PROVIDER = "twilio"
MOST_LISTED = 500
GRACE = timedelta(seconds=30)
"""How long a webhook may still be under way."""
OVERLAP = timedelta(minutes=2)
FARTHEST = timedelta(hours=24)
FIRST = timedelta(minutes=15)
"""How far back the very first sweep looks."""
PREFIX: dict[Channel, str] = {"whatsapp": "whatsapp:", "sms": ""}

log = structlog.get_logger()


def sweep(house: House) -> int:
    """Hear what Twilio lists and never reached us; return how many messages that were."""
    settings = house.settings
    client = connect(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        api_base=settings.twilio_api_base,
    )
    numbers = [one for one in house.providers.senders.values() if one.provider == PROVIDER]
    return sum(_sweep(house, client, one) for one in numbers)


def _sweep(house: House, client: Client, number: Sender) -> int:
    name = f"missed {number.key}"
    now = house.now()
    with house.unit() as unit:
        since = (sweeps.swept_until(unit, name) or now - FIRST) - OVERLAP
    since = max(since, now - FARTHEST)
    try:
        listed = _listed(client, number, since=since)
    except SendFailed as failed:
        log.warning("messages not listed", sender=number.key, code=failed.code)
        return 0
    told_in_time = {one.sid: one for one in listed if _is_late(one, now=now)}
    with house.unit() as unit:
        lost = sweeps.never_heard(unit, provider=PROVIDER, ids=told_in_time)
    # Oldest first: the order in which the customer wrote.
    for sid in sorted(lost, key=lambda sid: told_in_time[sid].date_created):
        _hear(house, number, told_in_time[sid])
    with house.unit() as unit:
        sweeps.note_swept(unit, name, now - GRACE)
    return len(lost)


def _listed(client: Client, number: Sender, *, since: datetime) -> list[Any]:
    with told():
        found = client.messages.list(
            to=f"{PREFIX[number.channel]}{number.number}",
            date_sent_after=since,
            limit=MOST_LISTED,
            page_size=100,
        )
    return [one for one in found if str(one.direction) == "inbound" and one.date_created]


def _is_late(message: Any, *, now: datetime) -> bool:  # noqa: ANN401 - the client's own type
    created: datetime = message.date_created
    return GRACE < now - created < FARTHEST


def _hear(house: House, number: Sender, message: Any) -> None:  # noqa: ANN401 - as above
    """Hear a listed message through the door it should have come by."""
    form = {
        "MessageSid": (str(message.sid),),
        "From": (str(message.from_),),
        "To": (str(message.to),),
        "Body": (str(message.body or ""),),
    }
    door = house.door(f"{PROVIDER}/{number.channel}")
    for heard in door.read(Hook(url="", form=form)) if door else ():
        if isinstance(heard, Inbound):
            log.warning("message heard late", channel=heard.channel, provider_id=heard.id)
            hub.hear(house, heard)
