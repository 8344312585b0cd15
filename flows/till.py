"""Till: what an agent of the bank does: cash in, cash out, and the float that both pass through."""

from collections.abc import Mapping
from typing import ClassVar

from core.money import Money
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, refused
from flows.story import Ask, Become, Choose, Code, End, Flow, Prove

_PINS = ("pin", "pin_out", "pin_more")


class Till(Flow):
    """Serve a customer who brings cash or takes it, for agents of the bank alone.

    The customer's code comes before the agent's PIN: cash is paid to whoever shows it.
    """

    name = "till"

    steps = (
        Prove("unlock"),
        Choose("home", options=("cash_in", "cash_out", "shows_float", "top_up")),
        Ask("customer", free=True),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Prove("pin"),
        Ask("taker", free=True),
        Code("code"),
        Choose("review_out", options=("yes", "no"), mints=True),
        Prove("pin_out"),
        Ask("more", entity="amount"),
        Choose("review_more", options=("yes", "change", "no"), mints=True),
        Prove("pin_more"),
        End("taken_in"),
        End("paid_out"),
        End("float"),
        End("topped_up"),
        End("spent"),
        End("cancelled"),
        End("not_agent"),
        Become("reset_pin"),
    )

    paths = (
        # when               at            go to         if          unless first do
        ("open",              "start",      "not_agent",  None,       "is_agent"),
        ("open",              "start",      "unlock",     None,       "trusted"),
        ("open",              "start",      "home"),
        ("proven",            "unlock",     "home"),
        ("shows_float",       "home",       "float"),

        ("cash_in",           "home",       "customer"),
        ("answer",            "customer",   "amount",     None,       None, "find_customer"),
        ("answer",            "amount",     "review",     None,       None, "note_amount"),
        ("yes",               "review",     "pin"),
        ("change",            "review",     "amount"),
        ("proven",            "pin",        "taken_in",   None,       None, "cash_in"),

        ("cash_out",          "home",       "taker"),
        ("answer",            "taker",      "code",       None,       None, "find_taker"),
        ("proven",            "code",       "review_out"),
        ("yes",               "review_out", "pin_out"),
        ("proven",            "pin_out",    "paid_out",   None,       None, "pay_out"),
        ("code_spent",        "code",       "spent"),
        ("address_taken",     "code",       "cancelled"),
        *refused("spent", "no_cash_code", "capture_exceeds_hold", at="pin_out"),
        *refused("spent", "hold_expired", "hold_closed", "unknown_hold", at="pin_out"),

        ("top_up",            "home",       "more"),
        ("answer",            "more",       "review_more", None,      None, "note_more"),
        ("yes",               "review_more", "pin_more"),
        ("change",            "review_more", "more"),
        ("proven",            "pin_more",   "topped_up",  None,       None, "top_up"),

        ("no",                ("review", "review_out", "review_more"), "cancelled"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        *refused("amount", *ANOTHER_AMOUNT_HELPS, "too_little_left", "till_limit", at="pin"),
        *refused("more", *ANOTHER_AMOUNT_HELPS, "too_little_left", at="pin_more"),
        # The amount that is paid out is the taker's: the agent cannot choose another.
        *refused("cancelled", *ANOTHER_AMOUNT_HELPS, "too_little_left", at="pin_out"),
        *refused("cancelled", "till_limit", at="pin_out"),
        *refused("cancelled", "own_till", at=("pin", "pin_out")),
        *refused("cancelled", *NOTHING_HELPS, "period_closed", "not_an_agent", at=_PINS),
        ("pin_locked",        ("unlock", *_PINS), "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"cash_in", "find_taker", "pay_out", "top_up"})
    moves_money = frozenset({"cash_in", "pay_out", "top_up"})

    widest: ClassVar[Mapping[str, object]] = {
        "till": "100001",
        "name": "M***a N***a",
        "phone": "+255 7** *** 003",
        "amount": "TZS 99999999.99",
        "currency": "TZS",
        "earned": "TZS 999999.99",
        "float_left": "TZS 99999999.99",
        "reference": "WK9Q8P7R6T5W",
    }

    @property
    def is_agent(self) -> bool:
        """Whether the customer is an agent of the bank."""
        return self.bank.is_agent

    def facts(self) -> Mapping[str, object]:
        """Add the till and what its float holds."""
        if not self.is_agent:
            return self.slots
        own = {"till": self.bank.till_no, "currency": self.bank.till_currency}
        # Three amounts, each with a slot of its own: mending one must not touch another.
        amounts = (self.slots.get(name) for name in ("amount", "taken", "more"))
        amount = next((one for one in amounts if one), "")
        left = str(self.bank.float_left)
        return {**own, "float_left": left, **self.slots, "amount": amount}

    def find_customer(self, said: str) -> None:
        """Remember who brings cash."""
        found = self.bank.find_at_till(said)
        self.slots |= {"to": found.id, "wallet": found.wallet}
        self.slots |= {"name": found.name, "phone": found.phone}

    def note_amount(self, said: str) -> None:
        """Remember how much, if the till may take it in."""
        amount = Money.parse(said, self.bank.till_currency)
        self.bank.check_cash_in(wallet=self.slots["wallet"], amount=amount)
        self.slots["amount"] = str(amount)

    def cash_in(self, _: str) -> None:
        """Take it in, once, however often this is asked."""
        served = self.bank.cash_in(
            to=self.slots["to"],
            wallet=self.slots["wallet"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.agreed_id,
        )
        self.slots |= {"reference": served.reference, "earned": str(served.commission)}
        self.slots["float_left"] = str(served.float_left)

    def find_taker(self, said: str) -> None:
        """Find the code of whoever takes cash; they show it next."""
        found = self.bank.find_at_till(said)
        waiting = self.bank.present_code(found.id)
        self.slots |= {"cash": str(waiting.id), "taken": str(waiting.amount)}
        self.slots |= {"name": found.name, "phone": found.phone}

    def pay_out(self, _: str) -> None:
        """Pay it out, once, however often this is asked."""
        served = self.bank.pay_cash_out(code=self.slots["cash"], effect_id=self.agreed_id)
        self.slots |= {"reference": served.reference, "earned": str(served.commission)}
        self.slots["float_left"] = str(served.float_left)

    def note_more(self, said: str) -> None:
        """Remember how much goes into the float."""
        amount = Money.parse(said, self.bank.till_currency)
        self.bank.check_float_top_up(amount)
        self.slots["more"] = str(amount)

    def top_up(self, _: str) -> None:
        """Put it into the float, once, however often this is asked."""
        served = self.bank.top_up_float(Money.load(self.slots["more"]), effect_id=self.agreed_id)
        self.slots |= {"reference": served.reference, "float_left": str(served.float_left)}
