"""Send abroad: money is changed on its way to somebody who has it in another currency."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.corridor import Corridor, named
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, PROVING, refused
from flows.naming import Naming
from flows.noting import Noting
from flows.payment_proof import PROOF, PaymentProof, proving
from flows.quoted import QUOTING, Quoted
from flows.story import GIVEN, Ask, Become, Call, Choose, End, Flow, Moved, Prove
from flows.trade import NotExchanged, NotOfThePair

_WHO = ("recipient", "which")


class SendAbroad(Naming, Noting, Corridor, Quoted, PaymentProof, Flow):
    """Send money to somebody who does not take the payer's currency, or in one that was named.

    Sending money turns into this story, and this one turns back where nothing has to be changed.
    """

    name = "send_abroad"
    judged_as = "abroad"
    takes_words = "note"
    abroad = True

    steps = (
        Prove("unlock"),
        Ask("recipient", entity="person", slot="to", lists="people"),
        Ask("which", lists="called"),
        Ask("amount", entity="amount"),
        Call("pricing", asks="prices"),
        Choose("no_price", options=("retry", "another_amount", "stop")),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Choose("renewed", options=("yes", "change", "no"), mints=True),
        Choose("change", options=("note", "amount", "recipient")),
        Ask("note", free=True, options=("no_note",)),
        *PROOF,
        End("sent"),
        End("cancelled"),
        End("referred"),
        Become("send_money"),
        Become("reset_pin"),
    )

    paths = (
        # when               at           go to        if             unless first do
        ("open",              "start",     "unlock",    None,          "trusted"),
        ("open",              "start",     "recipient"),
        ("proven",            "unlock",    "recipient"),
        ("answer",            _WHO,        "amount",    None,          None, "find_recipient"),
        ("ambiguous_person",  _WHO,        "which",     None,          None, "note_called"),
        ("unknown_recipient", _WHO,        "send_money", None,         None, "look_elsewhere"),

        ("answer",            "amount",    "send_money", "is_plain",   None, "hand_back"),
        ("answer",            "amount",    "pricing",   None,          None, "note_trade"),
        *QUOTING,
        ("no_wallet",         "pricing",   "amount"),
        ("another_amount",    "no_price",  "amount"),
        ("note",              "change",    "note"),
        ("amount",            "change",    "amount"),
        ("recipient",         "change",    "recipient"),
        ("answer",            "note",      "review",    None,          None, "note_words"),
        ("no_note",           "note",      "review",    None,          None, "forget_note"),

        *proving(),
        ("proven",            PROVING,     "sent",      None,          None, "send"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        *refused("recipient", "other_currency"),
        *refused("amount", *ANOTHER_AMOUNT_HELPS),
        *refused("cancelled", *NOTHING_HELPS, "period_closed"),
        ("pin_locked",  ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = PaymentProof.writes | {"take_quote", "send"}
    moves_money = frozenset({"send"})
    quiet = frozenset({"unknown_recipient", "ambiguous_person", "quote_expired"})

    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(same_effect=True)}

    widest: ClassVar[Mapping[str, object]] = {
        **Quoted.widest,
        **Naming.widest,
        **Noting.widest,
        "currency": "TZS",
        "theirs": "UGX",
        "reference": "WK9Q8P7R6T5W",
        "balance": "TZS 99999999.99",
        **PaymentProof.widest,
    }

    def facts(self) -> Mapping[str, object]:
        """Add what not every payment has, and the clock as it stands when it is told."""
        return {"label": "", "note": "", "theirs": "", **super().facts(), **self.clock()}

    def is_plain(self, said: str) -> bool:
        """Return whether nothing has to be changed after all."""
        own = named(said) in ("", self.bank.currency) and not self.slots["theirs"]
        return own or self.is_direct(said)

    def find_recipient(self, said: str) -> None:
        """Remember who the money is for, and the currency they can have."""
        found = self.bank.find_anywhere(said)
        takes = self.bank.takes(found.id)
        offered = self.bank.convertible().buy
        theirs = ""
        if self.bank.currency not in takes:
            theirs = next((code for code in takes if code in offered), "")
            if not theirs:
                raise NotExchanged(typed=", ".join(takes)[:20])
        self._forget_quote()
        self.slots |= {"to": found.id, "name": found.name, "phone": found.phone}
        self.slots |= {"label": found.label, "theirs": theirs, "found_by": said}
        self.note_purpose(said)

    def look_elsewhere(self, _: str) -> None:
        """Leave somebody whom nobody here knows to the story that looks at the other banks."""
        if self.refusal is not None:
            self.slots[f"{GIVEN}recipient"] = self.refusal.facts["phone"]

    def hand_back(self, said: str) -> None:
        """Leave it to the story that sends money as it is."""
        self.slots[f"{GIVEN}recipient"] = self.slots["found_by"]
        self.slots[f"{GIVEN}amount"] = said

    def note_trade(self, said: str) -> None:
        """Remember how much, and what it is changed from and into."""
        trade = self._trade(named(said))
        if trade is None:
            home = self.bank.currency
            raise NotOfThePair(source=home, target=self.slots["theirs"] or home)
        asked = Money.parse(said, trade.sell if trade.side == "sell" else trade.buy)
        self._ask(sell=trade.sell, buy=trade.buy, side=trade.side, asked=asked)

    def send(self, _: str) -> None:
        """Change it and send it, once, however often this is asked."""
        sent = self.bank.send_abroad(
            to=self.slots["to"],
            quote=self.slots["quote"],
            effect_id=self.agreed_id,
            note=self.slots.get("note", ""),
        )
        self.slots |= {"reference": sent.reference, "balance": str(sent.balance)}
