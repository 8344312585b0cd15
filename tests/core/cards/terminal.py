"""What merchants and the scheme say of a card, for tests: one line for each message."""

from core.access.pins import Proof
from core.cards import answering, vault
from core.cards.cards import Card
from core.cards.messages import Answer, Merchant, Paid, Request
from core.money import Money
from core.store.unit import Unit

NAIVAS = Merchant("NAIVAS WESTLANDS", "NAIVAS000000001", "NAIROBI", "KE", "5411")
SHELL = Merchant("SHELL NGONG RD", "SHELL0000000001", "NAIROBI", "KE", "5541")
JAVA = Merchant("JAVA HOUSE", "JAVA00000000001", "NAIROBI", "KE", "5812")
HOTEL = Merchant("SAROVA STANLEY", "SAROVA000000001", "NAIROBI", "KE", "7011")
BOOKS = Merchant("BOOKS ONLINE", "BOOKS0000000001", "LONDON", "GB", "5942")
BETS = Merchant("LUCKY BETS", "BETS00000000001", "NAIROBI", "KE", "7995")
MACHINE = Merchant("ATM MOI AVENUE", "ATM000000000001", "NAIROBI", "KE", "6011")


class Terminal:
    """One card at merchants; each message gets an id of its own unless one is given."""

    def __init__(self, unit: Unit, card: Card, currency: str = "KES") -> None:
        self.unit, self.card, self._currency = unit, card, currency
        self.pan = vault.open_pan(unit, card.id) or ""
        self._count = 0

    def money(self, amount: str) -> Money:
        return Money.load(f"{self._currency} {amount}")

    def request(self, kind: str, amount: str, ref: str, **facts: object) -> Request:
        self._count += 1
        whole = self.money(amount)
        given: dict[str, object] = {
            "scheme": "scheme", "told": f"{self.card.id.hex[-6:]}-{self._count}", "kind": kind,
            "ref": ref, "pan": self.pan, "what": "purchase", "amount": whole,
            "paid": Paid(whole.minor, whole.currency), "merchant": NAIVAS, "way": "chip",
        }  # fmt: skip
        return Request(**(given | facts))  # type: ignore[arg-type]

    def say(self, request: Request) -> Answer:
        return answering.answer(self.unit, request)

    def pay(self, amount: str, ref: str = "R1", **facts: object) -> Answer:
        return self.say(self.request("authorise", amount, ref, **facts))

    def cash(self, amount: str, ref: str = "R1", *, right: bool = True, **facts: object) -> Answer:
        version = self.unit.value(
            "select version from card_pins where card_id = %(id)s", id=self.card.id
        )
        given = {
            "what": "cash", "way": "atm", "merchant": MACHINE,
            "pin": Proof("pin", ok=right, version=version or 0),
        }  # fmt: skip
        return self.pay(amount, ref, **(given | facts))

    def take(self, amount: str, ref: str = "R1", **facts: object) -> Answer:
        return self.say(self.request("clear", amount, ref, **facts))

    def back(self, amount: str, ref: str = "R1", **facts: object) -> Answer:
        return self.say(self.request("clear", amount, ref, what="refund", **facts))

    def undo(self, ref: str = "R1", stays: str = "0", **facts: object) -> Answer:
        return self.say(self.request("reverse", stays, ref, **facts))

    def advise(self, amount: str, ref: str = "R1", decided: str = "00", **facts: object) -> Answer:
        return self.say(self.request("advise", amount, ref, decided=decided, **facts))
