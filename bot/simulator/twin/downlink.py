"""From the bank to a phone: messages land on the handset, and receipts go back."""

from dataclasses import dataclass

from bot.simulator.twin.exchange import (
    AT_TRIES,
    META_TRIES,
    TWILIO_TRIES,
    WINDOW,
    Exchange,
    Logged,
)
from bot.simulator.twin.phones import Bubble
from bot.simulator.twin.post import Errand, Outcome
from bot.simulator.twin.tried import Tried
from bot.simulator.wire import Letter

TRIES = {"africastalking": AT_TRIES, "meta": META_TRIES}
AT_WORDS = {"sent": "Sent", "delivered": "Success"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message the company has accepted. ``fault`` is the code it will fail with later, if any."""

    address: str
    bubble: Bubble
    callback: str = ""
    fault: str = ""
    ours: str = ""
    """What the bank wants to have back with every receipt."""


class Downlink:
    """The way from the companies' API to the handsets."""

    def __init__(self, exchange: Exchange, tried: Tried) -> None:
        self._ex = exchange
        self._tried = tried

    def accept(self, parcel: Parcel) -> None:
        """Put a message on a phone and report how it fares, step by step."""
        bubble = parcel.bubble
        bubble.code = parcel.fault
        self._ex.note(
            Logged(
                sid=bubble.id,
                at=bubble.at,
                sender=bubble.sender,
                to=parcel.address,
                text=bubble.text,
                inbound=False,
            )
        )
        self._ex.phones.add(parcel.address, bubble)
        late = self._ex.faults.plan.late_receipts
        for status, after in self._shuffled(self._steps(bubble)):
            if not self._ex.faults.receipt_is_lost():
                self._report(parcel, status, after + late)

    def refuses(self, address: str, sender: str) -> bool:
        """Return whether a phone has blocked a sender (``twilio:sms``, ``africastalking:sms``)."""
        with self._ex.phones.at(address) as phone:
            return sender in phone.opted_out

    def in_window(self, address: str) -> bool:
        """Return whether free words reach this phone on WhatsApp."""
        with self._ex.phones.at(address) as phone:
            return phone.wrote_at is not None and self._ex.clock() - phone.wrote_at < WINDOW

    def mark(self, message: str, *, typing: bool) -> bool:
        """Show a phone that the bank has read a message; False when it never sent it."""
        phones = self._ex.phones
        address = phones.whose(message)
        if address is None:
            return False
        with phones.at(address) as phone:
            bubble = phone.find(message)
            if bubble is not None:
                bubble.status = "read"
                phones.show(address, bubble)
            phone.typing += typing
        if typing:
            phones.tell(address, "typing")
        return True

    def _steps(self, bubble: Bubble) -> list[tuple[str, float]]:
        pace = self._ex.pace
        if bubble.code:
            return [("failed", pace.sent)]
        steps = [("sent", pace.sent), ("delivered", pace.delivered)]
        if bubble.channel == "whatsapp" and pace.read is not None:
            steps.append(("read", pace.read))
        return steps

    def _shuffled(self, steps: list[tuple[str, float]]) -> list[tuple[str, float]]:
        """Let some of them change places with the next, as they do on the way to the bank."""
        for first in range(len(steps) - 1):
            if self._ex.faults.receipt_is_swapped():
                (early, soon), (late, later) = steps[first : first + 2]
                steps[first : first + 2] = [(late, soon), (early, later)]
        return steps

    def _report(self, parcel: Parcel, status: str, after: float) -> None:
        bubble = parcel.bubble

        def done(_: Letter, __: Outcome) -> None:
            with self._ex.phones.at(parcel.address):
                if bubble.climb(status):
                    self._ex.phones.show(parcel.address, bubble)
            if status == "read":
                self._tried.tick("read")

        insists = bubble.provider in {"africastalking", "meta"}
        # Receipts travel beside the messages, so that a slow turn does not hold them up.
        errand = Errand(
            self._receipt(parcel, status),
            lane=f"receipts {bubble.id}",
            then=done,
            waits=TRIES.get(bubble.provider, TWILIO_TRIES),
            on_refusal=insists,
        )
        self._ex.postman.send(errand, after=after)

    def _receipt(self, parcel: Parcel, status: str) -> Letter:
        bubble = parcel.bubble
        if bubble.provider == "africastalking":
            word = bubble.code if status == "failed" else AT_WORDS[status]
            reason = "UserNotReachable" if status == "failed" else ""
            return self._ex.wire.at_delivery(parcel.address, word, id=bubble.id, reason=reason)
        if bubble.provider == "meta":
            return self._ex.wire.meta.receipt(
                parcel.address,
                status,
                id=bubble.id,
                at=self._ex.clock(),
                to=bubble.sender,
                code=bubble.code if status == "failed" else "",
                ours=parcel.ours,
            )
        on_whatsapp = bubble.channel == "whatsapp"
        return self._ex.wire.twilio_receipt(
            f"whatsapp:{parcel.address}" if on_whatsapp else parcel.address,
            status if on_whatsapp or status != "failed" else "undelivered",
            id=bubble.id,
            sender=bubble.sender,
            code=bubble.code,
            callback=parcel.callback,
        )
