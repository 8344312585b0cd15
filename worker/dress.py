"""How a row of the outbox becomes a message: its words are found, and codes derived, at last."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from bot.house import House
from bot.masks import load_reply
from channels.message import Notice, Outgoing, Reply
from core.access import codes
from core.cards import reveal
from core.crm.broadcasts import NAME
from core.documents import links
from core.store.delivery import Parcel
from core.store.outbox import CARD_LINK, CODES, NOT_SAID
from worker.notices import notice_of

WAITS = "_waits"
"""The end of the block that says where a file is to be had which cannot go along."""


@dataclass(frozen=True, slots=True)
class Dressed:
    """A message ready to be handed over, and what the log keeps of its words."""

    outgoing: Outgoing
    content: str


def dress(house: House, parcel: Parcel) -> Dressed:
    """Return the message of a row: a reply as it was said, or a notice in the customer's language.

    The digits of a one-time code, and the link to a card's number, exist from here until the
    provider has them, and nowhere else.
    """
    kept = parcel.payload.get("reply")
    if kept is not None:
        reply = load_reply(kept)
        return Dressed(_outgoing(parcel, reply), reply.text)
    if "broadcast" in parcel.payload:
        return _broadcast(house, parcel)
    alert, facts = parcel.payload["alert"], parcel.payload["facts"]
    voice = house.words(parcel.language or "en", parcel.channel)
    if alert in CODES:
        digits = codes.reveal(house.settings.pin_pepper, facts["code_id"])
        text = voice.say("alerts", alert, {**facts, "code": digits})
        content = voice.say("alerts", alert, {**facts, "code": NOT_SAID})
        return Dressed(_outgoing(parcel, Reply(text)), content)
    if alert == CARD_LINK:
        text = voice.say("alerts", alert, {**facts, "link": _card_link(house, facts)})
        content = voice.say("alerts", alert, {**facts, "link": NOT_SAID})
        return Dressed(_outgoing(parcel, Reply(text)), content)
    document = parcel.payload.get("document")
    takes_files = parcel.channel == "whatsapp" and _free(parcel)
    if document is not None and not takes_files:
        alert = f"{alert}{WAITS}"
    text = voice.say("alerts", alert, facts)
    needed = parcel.channel == "whatsapp" and not _free(parcel)
    notice = notice_of(voice, alert, facts, text) if needed else None
    outgoing = _outgoing(parcel, Reply(text), notice)
    if document is not None and takes_files:
        outgoing = replace(outgoing, media=_link(house, UUID(document)))
    return Dressed(outgoing, text)


def _broadcast(house: House, parcel: Parcel) -> Dressed:
    """Return what many are told, with one's own name in it, and how to hear no more."""
    voice = house.words(parcel.language or "en", parcel.channel)
    words, name = parcel.payload["words"], parcel.payload["facts"]["name"]
    text = voice.say("alerts", "broadcast", {"words": words.replace(NAME, name)})
    if parcel.channel != "whatsapp" or _free(parcel):
        return Dressed(_outgoing(parcel, Reply(text)), text)
    body = voice.say("alerts", "broadcast", {"words": words.replace(NAME, "{{1}}")})
    title = f"broadcast_{parcel.payload['broadcast'].replace('-', '')[:20]}"
    notice = Notice(title, voice.language, body, (name,) if NAME in words else ())
    return Dressed(_outgoing(parcel, Reply(text), notice), text)


def _link(house: House, document: UUID) -> str:
    """Return where the provider finds a document; the link exists from here on, for a day."""
    signature = links.sign(document, secret_key=house.settings.secret_key, now=house.now())
    return f"{house.settings.public_base_url}/documents/{document}/{signature}"


def _card_link(house: House, facts: Mapping[str, str]) -> str:
    """Return where a card's number is shown once."""
    token = reveal.token_of(house.keys, UUID(facts["reveal_id"]))
    return f"{house.settings.public_base_url}/reveal/{token}"


def _outgoing(parcel: Parcel, reply: Reply, notice: Notice | None = None) -> Outgoing:
    return Outgoing(
        id=str(parcel.message_id),
        to=parcel.contact,
        reply=reply,
        notice=notice,
        in_window=_free(parcel),
    )


def _free(parcel: Parcel) -> bool:
    """Whether free words are allowed: within the window, and not refused already."""
    return parcel.in_window and not parcel.as_template
