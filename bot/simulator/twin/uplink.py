"""From a phone to the bank: messages, taps and pictures become signed webhook calls."""

import hashlib
from collections.abc import Mapping
from typing import Any

from bot.simulator import meta_wire
from bot.simulator.twin.exchange import (
    AT_TRIES,
    META_TRIES,
    TWILIO_TRIES,
    Exchange,
    Logged,
    may_be_secret,
)
from bot.simulator.twin.phones import Bubble, Choice
from bot.simulator.twin.photo import Photo
from bot.simulator.twin.post import Errand, Outcome, Then
from bot.simulator.wire import Letter, sms_provider

INSISTS = {"africastalking/sms": AT_TRIES, "meta/whatsapp": META_TRIES}
"""What is delivered until it is taken, and the pauses between the tries."""
STOPS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "QUIT"})
STARTS = frozenset({"START", "UNSTOP"})
UNSUBSCRIBED = (
    "You have successfully been unsubscribed. You will not receive any more messages from "
    "this number. Reply START to resubscribe."
)
RESUBSCRIBED = (
    "You have successfully been re-subscribed to messages from this number. "
    "Reply HELP for help. Reply STOP to unsubscribe."
)


class Uplink:
    """The way from the handsets to the bank's webhooks."""

    def __init__(self, exchange: Exchange) -> None:
        self._ex = exchange

    def say(
        self,
        address: str,
        channel: str,
        text: str,
        *,
        twice: bool = False,
        forged: bool = False,
        then: Then | None = None,
    ) -> str:
        """Write a message on a phone and carry it to the bank. Returns its id."""
        ident = self._ident(address, channel)
        hidden = may_be_secret(text)
        self._ex.phones.add(
            address, Bubble(ident, channel, text, self._ex.clock(), mine=True, hidden=hidden)
        )
        letter = self._letter(address, channel, text, ident)
        self._carry(address, channel, letter, twice=twice, forged=forged, then=then)
        return ident

    def tap(self, address: str, message: str, payload: str, *, then: Then | None = None) -> str:
        """Tap a button or a list row under one of the bank's messages. Returns the tap's id.

        :raises LookupError: if the phone has no such message or choice
        """
        tapped, choice = self._tapped(address, message, payload)
        if tapped.provider == "meta":
            said = meta_wire.tap(
                payload,
                choice.title,
                row=bool(tapped.button),
                reply_to=message,
                sender=tapped.sender,
            )
            return self._meta(address, said, choice.title, to=tapped.sender, then=then)
        accounts = self._ex.wire.accounts
        extra = {
            "OriginalRepliedMessageSid": message,
            "OriginalRepliedMessageSender": f"whatsapp:{accounts.whatsapp}",
        }
        if tapped.button:
            extra |= {"ListId": payload, "ListTitle": choice.title, "MessageType": "interactive"}
        else:
            extra |= {"ButtonPayload": payload, "ButtonText": choice.title, "MessageType": "button"}
        return self._whatsapp(address, choice.title, extra, then=then)

    def photograph(self, address: str, url: str, *, sid: str, content_type: str) -> str:
        """Send a picture that the bank can fetch at ``url``. Returns the message's id."""
        extra = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": content_type}
        return self._whatsapp(address, "", extra | {"MessageType": "image"}, sid=sid)

    def photograph_by_meta(self, address: str, media: str, photo: Photo) -> str:
        """Send a picture that Meta keeps under an id. Returns the message's id."""
        sha256 = hashlib.sha256(photo.content).hexdigest()
        said = meta_wire.picture(media, photo.content_type, sha256)
        return self._meta(address, said, "", media=f"/media/{media}")

    def carrier(self, address: str) -> str:
        """Return who carries a phone's WhatsApp: ``twilio`` or ``meta``."""
        with self._ex.phones.at(address) as phone:
            return phone.provider or self._ex.wire.accounts.whatsapp_provider

    def change_carrier(self, address: str, provider: str) -> None:
        """Have a phone write to the bank's number at another company from now on.

        :raises ValueError: if the bank has none there
        """
        meta = self._ex.wire.meta.account
        known = {"twilio": bool(self._ex.wire.accounts.whatsapp), "meta": bool(meta.numbers)}
        if not known.get(provider):
            raise ValueError("provider is twilio or meta")
        with self._ex.phones.at(address) as phone:
            phone.provider = provider

    def again(
        self, address: str, channel: str, *, forged: bool = False, then: Then | None = None
    ) -> bool:
        """Deliver a phone's last message once more, or as an impostor would. False if none."""
        with self._ex.phones.at(address) as phone:
            letter = phone.last.get(channel)
        if letter is None:
            return False
        self._post(address, channel, letter, then, forged=forged, note="second delivery")
        return True

    def close_window(self, address: str) -> None:
        """Let the phone's last WhatsApp message be older than a day."""
        with self._ex.phones.at(address) as phone:
            phone.wrote_at = None

    def opt_out(self, address: str) -> None:
        """Block the bank's sender at Africa's Talking, which tells the bank."""
        with self._ex.phones.at(address) as phone:
            phone.opted_out.add("africastalking:sms")
        letter = self._ex.wire.at_opt_out(address, id=self._ex.new_id())
        self._ex.postman.send(Errand(letter, address, waits=AT_TRIES, on_refusal=True))

    def swap_sim(self, address: str) -> None:
        """Put another SIM behind the number; its network tells the bank."""
        letter = self._ex.wire.sim_swapped(
            address, id=self._ex.new_id(), at=self._ex.clock().isoformat()
        )
        self._ex.postman.send(Errand(letter, address, waits=AT_TRIES, on_refusal=True))

    def _whatsapp(
        self,
        address: str,
        text: str,
        extra: Mapping[str, str],
        *,
        sid: str = "",
        then: Then | None = None,
    ) -> str:
        ident = sid or f"SM{self._ex.new_id()}"
        bubble = Bubble(ident, "whatsapp", text, self._ex.clock(), mine=True)
        bubble.media = extra.get("MediaUrl0", "")
        self._ex.phones.add(address, bubble)
        letter = self._ex.wire.whatsapp(address, text, id=ident, extra=extra)
        self._carry(address, "whatsapp", letter, then=then)
        return ident

    def _meta(
        self,
        address: str,
        said: Mapping[str, Any],
        text: str,
        *,
        to: str = "",
        media: str = "",
        then: Then | None = None,
    ) -> str:
        ident = f"wamid.{self._ex.new_id().upper()}"
        bubble = Bubble(ident, "whatsapp", text, self._ex.clock(), mine=True)
        bubble.media = media
        self._ex.phones.add(address, bubble)
        letter = self._ex.wire.meta.message(address, said, id=ident, at=self._ex.clock(), to=to)
        self._carry(address, "whatsapp", letter, then=then)
        return ident

    def _carry(
        self,
        address: str,
        channel: str,
        letter: Letter,
        *,
        twice: bool = False,
        forged: bool = False,
        then: Then | None = None,
    ) -> None:
        with self._ex.phones.at(address) as phone:
            phone.last[channel] = letter
            if channel == "whatsapp":
                phone.wrote_at = self._ex.clock()
        self._list(letter)
        if self._ex.faults.is_down(letter.route.partition("/")[0]):
            # The company took it and will never deliver it; its list of messages knows it.
            self._ex.tell_call(address, channel, letter, Outcome(0, "", 0.0), "provider down")
            return
        self._post(address, channel, letter, then, forged=forged)
        if twice or self._ex.faults.twice():
            self._post(address, channel, letter, None, note="second delivery")

    def _post(
        self,
        address: str,
        channel: str,
        letter: Letter,
        then: Then | None,
        *,
        forged: bool = False,
        note: str = "",
    ) -> None:
        note = "forged" if forged else note

        def done(posted: Letter, outcome: Outcome) -> None:
            self._ex.tell_call(address, channel, posted, outcome, note)
            if not note:
                self._tick(address, posted.id, "delivered" if outcome.taken else "failed")
            if then:
                then(posted, outcome)

        # Meta and Africa's Talking repeat a message until it is taken; nobody repeats a USSD hop.
        until_taken = letter.route in INSISTS
        waits = INSISTS.get(letter.route, TWILIO_TRIES if letter.signature else ())
        errand = Errand(
            letter.forged() if forged else letter, address, done, waits, on_refusal=until_taken
        )
        self._ex.postman.send(errand, after=self._ex.faults.hold())

    def _tick(self, address: str, ident: str, status: str) -> None:
        with self._ex.phones.at(address) as phone:
            bubble = phone.find(ident)
            if bubble is not None and bubble.climb(status):
                self._ex.phones.show(address, bubble)

    def _ident(self, address: str, channel: str) -> str:
        """Return an id as the company that carries the message writes them."""
        ident = self._ex.new_id()
        if channel == "whatsapp":
            by_meta = self.carrier(address) == "meta"
            return f"wamid.{ident.upper()}" if by_meta else f"SM{ident}"
        provider = sms_provider(address, self._ex.wire.accounts.sms_routes)
        return ident if provider == "africastalking" else f"SM{ident}"

    def _letter(self, address: str, channel: str, text: str, ident: str) -> Letter:
        if ident.startswith("wamid."):
            said, at = meta_wire.text(text), self._ex.clock()
            return self._ex.wire.meta.message(address, said, id=ident, at=at)
        if channel == "whatsapp":
            return self._ex.wire.whatsapp(address, text, id=ident)
        if not ident.startswith("SM"):
            sent_at = self._ex.clock().strftime("%Y-%m-%d %H:%M:%S")
            return self._ex.wire.at_sms(address, text, id=ident, sent_at=sent_at)
        return self._ex.wire.twilio_sms(address, text, id=ident, opt=self._manners(address, text))

    def _manners(self, address: str, text: str) -> str:
        """Act on STOP and START as Twilio does for numbers, and answer in the bank's place."""
        word = text.strip().upper()
        opt = "STOP" if word in STOPS else "START" if word in STARTS else ""
        with self._ex.phones.at(address) as phone:
            if opt == "STOP":
                phone.opted_out.add("twilio:sms")
            elif opt and "twilio:sms" in phone.opted_out:
                phone.opted_out.discard("twilio:sms")
            else:
                return ""
        words = UNSUBSCRIBED if opt == "STOP" else RESUBSCRIBED
        self._ex.phones.add(
            address,
            Bubble(f"SM{self._ex.new_id()}", "sms", words, self._ex.clock(), status="delivered"),
        )
        return opt

    def _tapped(self, address: str, message: str, payload: str) -> tuple[Bubble, Choice]:
        with self._ex.phones.at(address) as phone:
            tapped = phone.find(message)
            for choice in tapped.choices if tapped else ():
                if tapped and choice.payload == payload:
                    return tapped, choice
        raise LookupError("no such button on this phone")

    def _list(self, letter: Letter) -> None:
        form = letter.form
        if "MessageSid" not in form:
            return
        self._ex.note(
            Logged(
                sid=letter.id,
                at=self._ex.clock(),
                sender=form["From"],
                to=form["To"],
                text=form["Body"],
                inbound=True,
                media=int(form["NumMedia"]),
            )
        )
