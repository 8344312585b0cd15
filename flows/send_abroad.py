"""Send abroad: money is changed on its way to somebody who has it in another currency."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows import picking, quoted
from flows.corridor import Corridor, named
from flows.naming import MOST_PEOPLE, Naming
from flows.payment_proof import PaymentProof
from flows.quoted import NO_PRICE, TOO_MUCH, Quoted
from flows.story import GIVEN, Ask, Become, Call, Choose, Code, End, Flow, Prove
from flows.trade import NotExchanged, NotOfThePair

_WHO = ("recipient", "which")
_READ = ("review", "renewed")
_PRICED = ("pin", "code")


class SendAbroad(Naming, Corridor, Quoted, PaymentProof, Flow):
    """Send money to somebody who does not take the payer's currency, or in one that was named.

    Sending money turns into this story, and this one turns back where nothing has to be changed.
    """

    name = "send_abroad"

    steps = (
        Prove("unlock"),
        Ask("recipient", entity="phone", slot="to", lists="people"),
        Ask("which", lists="called"),
        Ask("amount", entity="amount"),
        Call("pricing", asks="prices"),
        Choose("no_price", options=("retry", "another_amount", "stop")),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Choose("renewed", options=("yes", "change", "no"), mints=True),
        Choose("change", options=("note", "amount", "recipient")),
        Ask("note", free=True, options=("no_note",)),
        Prove("pin"),
        Code("code", options=("resend", "other")),
        Choose("person", options=("ask", "stop")),
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

        # The providers are asked outside; what they say becomes a quote with a clock.
        ("answer",            "amount",    "send_money", "is_plain",   None, "hand_back"),
        ("answer",            "amount",    "pricing",   None,          None, "note_trade"),
        ("answered",          "pricing",   "renewed",   "has_lapsed",  None, "take_quote"),
        ("answered",          "pricing",   "review",    None,          None, "take_quote"),
        *((refused, "pricing", "no_price") for refused in NO_PRICE),
        *((refused, "pricing", "amount") for refused in TOO_MUCH),
        ("no_wallet",         "pricing",   "amount"),
        ("account_frozen",    "pricing",   "cancelled"),
        ("retry",             "no_price",  "pricing"),
        ("another_amount",    "no_price",  "amount"),
        ("stop",              "no_price",  "cancelled"),

        ("yes",               _READ,       "pricing",   "ran_out",     None, "note_lapsed"),
        ("yes",               _READ,       "pin"),
        ("change",            _READ,       "change"),
        ("no",                _READ,       "cancelled"),
        ("note",              "change",    "note"),
        ("amount",            "change",    "amount"),
        ("recipient",         "change",    "recipient"),
        ("answer",            "note",      "review",    None,          None, "note_words"),
        ("no_note",           "note",      "review",    None,          None, "forget_note"),

        ("proven",            "pin",       "pricing",   "ran_out",     None, "note_lapsed"),
        ("proven",            "pin",       "person",    "needs_person"),
        ("proven",            "pin",       "code",      "needs_code",  None, "send_code"),
        ("proven",            "pin",       "sent",      None,          None, "send"),
        ("proven",            "code",      "pricing",   "ran_out",     None, "note_lapsed"),
        ("proven",            "code",      "sent",      None,          None, "send"),
        ("resend",            "code",      "code",      None,          None, "send_code"),
        ("other",             "code",      "code",      "has_next_way", None, "send_onward"),
        ("other",             "code",      "person"),
        ("ask",               "person",    "referred",  None,          None, "ask_person"),
        ("stop",              "person",    "cancelled"),
        ("too_many_codes",    _PRICED,     "cancelled"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        ("quote_expired",      _PRICED,    "pricing",   None,          None, "note_lapsed"),
        ("quote_used",         _PRICED,    "cancelled"),
        ("unknown_quote",      _PRICED,    "cancelled"),
        ("other_currency",     _PRICED,    "recipient"),
        ("insufficient_funds", _PRICED,    "amount"),
        ("limit_exceeded",     _PRICED,    "amount"),
        ("balance_ceiling",    _PRICED,    "amount"),
        ("account_frozen",     _PRICED,    "cancelled"),
        ("no_rate",            _PRICED,    "cancelled"),
        ("id_reused",          _PRICED,    "cancelled"),
        ("period_closed",      _PRICED,    "cancelled"),
        ("account_moved",      _PRICED,    "cancelled"),
        ("pin_locked",  ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"take_quote", "send", "send_code", "send_onward", "ask_person"})
    moves_money = frozenset({"send"})
    quiet = frozenset({"unknown_recipient", "ambiguous_person", "quote_expired"})

    widest: ClassVar[Mapping[str, object]] = {
        **quoted.WIDEST,
        "people": picking.widest_people(MOST_PEOPLE),
        "called": picking.widest_people(MOST_PEOPLE),
        "said": "W" * 20,
        "name": "M***a N***a",
        "label": "W" * 20,
        "note": "n" * 140,
        "phone": "+255 7** *** 003",
        "currency": "TZS",
        "theirs": "UGX",
        "sell": "TZS",
        "buy": "UGX",
        "reference": "WK9Q8P7R6T5W",
        "balance": "TZS 99999999.99",
        "way": "whatsapp",
        "where": "+255 7** *** 003",
        "number": "C-104-283-7",
    }

    def facts(self) -> Mapping[str, object]:
        """Add what not every payment has, and the clock as it stands when it is told."""
        went = self.bank.code_went() if self.state == "code" else {}
        none = {"currency": self.bank.currency, "label": "", "note": "", "theirs": ""}
        return {**none, **went, **self.slots, **self.clock()}

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

    def note_words(self, said: str) -> None:
        """Remember the words that go with the money, as they will be shown."""
        self.slots["note"] = self.bank.clean_note(said)

    def forget_note(self, _: str) -> None:
        """Let the money go without words."""
        self.slots.pop("note", None)

    def take_quote(self, _: str) -> None:
        """Have the bank make a quote of what the providers said."""
        self._take_quote(abroad=True)

    def send(self, _: str) -> None:
        """Change it and send it, once, however often this is asked."""
        if self.effect_id is None:
            raise LookupError("money is sent only after it was read back")
        sent = self.bank.send_abroad(
            to=self.slots["to"],
            quote=self.slots["quote"],
            effect_id=self.effect_id,
            note=self.slots.get("note", ""),
        )
        self.slots |= {"reference": sent.reference, "balance": str(sent.balance)}
