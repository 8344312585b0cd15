"""A customer's WhatsApp as Meta carries it: what is said goes over its wire, both ways.

The hub hears what Meta's door makes of a signed call, and what the bank says is shown as Meta would
show it: from the very message that Meta would be handed, held to Meta's own limits.
"""

import re
from dataclasses import dataclass
from typing import Any

from bot import hub
from bot.simulator import meta_wire
from bot.simulator.meta_wire import MetaAccount, MetaWire
from bot.simulator.twin import meta_checks
from channels.message import Hook, Inbound, Outgoing, Reply
from channels.meta_whatsapp import MetaWhatsApp
from tests.support.town import Phone

TITLE = "..."
"""What is written on a button of an earlier message, which the phone need not know any more."""


class _Api:
    """Takes what is handed over, and keeps it."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}

    def post(self, path: str, said: dict[str, Any], *, within: float | None = None) -> Any:
        meta_checks.check(said)
        self.said = said
        return {"messages": [{"id": "wamid.OURS"}]}


class _NoBook:
    """Nothing is declared within the 24 hours."""

    def find(self, key: str) -> str | None:
        raise AssertionError(key)

    def keep(self, key: str, sid: str) -> None:
        raise AssertionError(key)


@dataclass
class MetaPhone(Phone):
    """A customer's phone, whose WhatsApp is carried by Meta."""

    def tap(self, key: str) -> str:
        """Tap an option of the last prompt; where it came as words, write its number."""
        assert self.last is not None
        offered = [option.key for option in self.last.options]
        if "interactive" not in self._shown(self.last):
            return self.say(str(offered.index(key) + 1))
        return super().tap(key)

    def inbox(self) -> list[str]:
        """Return every reply owed to this phone so far, as Meta would show it."""
        return [_read(self._shown(reply), reply) for reply in self.replies()]

    def _deliver(self, inbound: Inbound) -> str:
        settings = self.house.settings
        wire = MetaWire(
            MetaAccount(
                settings.public_base_url,
                settings.meta_app_secret,
                settings.meta_access_token,
                (settings.meta_phone_number_id,),
                (settings.meta_whatsapp_from,),
                settings.meta_business_account_id,
            )
        )
        at = inbound.sent_at or self.house.now()
        letter = wire.message(inbound.address, self._said(inbound), id=inbound.id, at=at)
        headers = {name.lower(): value for name, value in letter.headers.items()}
        door = self.house.door("meta/whatsapp")
        assert door is not None
        hook = Hook(letter.url, headers=headers, body=letter.body.encode())
        assert door.is_genuine(hook)
        [heard] = door.read(hook)
        assert isinstance(heard, Inbound)
        self.heard = inbound
        hub.hear(self.house, heard)
        replies = self.inbox()[self.seen :]
        self.seen += len(replies)
        return "\n".join(replies)

    def _said(self, inbound: Inbound) -> dict[str, Any]:
        if inbound.media:
            return meta_wire.picture("700800900", inbound.media[0].content_type, "")
        if not inbound.choice:
            return meta_wire.text(inbound.text)
        titles = {} if self.last is None else _titles(self.last)
        title = titles.get(inbound.choice, TITLE)
        many = len(titles) > meta_checks.MOST_BUTTONS
        return meta_wire.tap(inbound.choice, title, row=many, reply_to="wamid.OURS", sender="1")

    def _shown(self, reply: Reply) -> dict[str, Any]:
        """Return a reply as it is handed to Meta."""
        api = _Api()
        number = MetaWhatsApp(number="1", api=api, templates=_NoBook())  # type: ignore[arg-type]
        number.send(Outgoing("m1", self.address, reply))
        return api.said


def _titles(reply: Reply) -> dict[str, str]:
    return {f"{one.key}@{reply.turn}": one.label for one in reply.options}


def _read(said: dict[str, Any], reply: Reply) -> str:
    """Return a message of Meta's as a person reads it, but for the counts of equal options."""
    if said["type"] == "text":
        return str(said["text"]["body"])
    shown = said["interactive"]
    action = shown["action"]
    titles = [one["reply"]["title"] for one in action.get("buttons", ())]
    titles += [row["title"] for part in action.get("sections", ()) for row in part["rows"]]
    labels = [option.label for option in reply.options]
    for title, label in zip(titles, labels, strict=True):
        assert re.fullmatch(re.escape(label) + r"( \(\d\))?", title), "told in other words"
    lines = (f"{n}. {label}" for n, label in enumerate(labels, start=1))
    return "\n".join([shown["body"]["text"], *lines])
