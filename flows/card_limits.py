"""A card's limits: how much at once, a day and a month, and where it may be used."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from core.bank import CardPer, CardPlace
from core.money import Money
from flows.own_cards import OwnCards, after_pin
from flows.picking import AMOUNT
from flows.story import Ask, Become, Choose, End, Flow, Prove

if TYPE_CHECKING:
    from core.bank import CardDoing

AMOUNTS: Mapping[str, CardPer] = {"transaction": "transaction", "day": "day", "month": "month"}
PLACES: Mapping[str, CardPlace] = {"online": "online", "abroad": "abroad", "atm": "atm"}
SWITCHES: Mapping[str, str] = {"on": "yes", "off": ""}


class CardLimits(OwnCards, Flow):
    """Tell what a card may do, and change one thing after the other."""

    name = "card_limits"
    doing: ClassVar["CardDoing"] = "limit"

    steps = (
        Prove("pin"),
        Ask("card", lists="cards"),
        Choose("limits", options=(*AMOUNTS, *PLACES, "done")),
        Ask("amount", entity="amount", options=("no_limit",)),
        Choose("place", options=tuple(SWITCHES)),
        End("set"),
        End("none", offers=("card_status",)),
        Become("reset_pin"),
    )

    paths = (
        # when                  at        go to     if    unless first do
        *after_pin("limits"),
        *((per, "limits", "amount", None, None, "note_per") for per in AMOUNTS),
        *((place, "limits", "place", None, None, "note_place") for place in PLACES),
        ("answer",               "amount", "limits", None, None, "set_most"),
        ("no_limit",             "amount", "limits", None, None, "set_none"),
        *((switch, "place", "limits", None, None, "turn") for switch in SWITCHES),
        ("too_many_rules",       "place",  "limits"),
        ("done",                 "limits", "set"),
    )  # fmt: skip

    writes = frozenset({"set_most", "set_none", "turn"})
    long = OwnCards.long | {"limits"}
    widest: ClassVar[Mapping[str, object]] = {
        **OwnCards.widest,
        "per": "transaction",
        "where": "online",
        "transaction": AMOUNT,
        "day": AMOUNT,
        "month": AMOUNT,
        "online": "yes",
        "abroad": "yes",
        "atm": "yes",
        "currency": "TZS",
    }

    def facts(self) -> Mapping[str, object]:
        """Give the steps that tell them the limits as they are now; they are never kept."""
        known = {**self.slots, "currency": self.bank.currency}
        if self.state not in ("limits", "place", "amount"):
            return known
        now = self.bank.card_limits(self.slots["card"])
        return {
            **known,
            "transaction": "" if now.transaction is None else str(now.transaction),
            "day": "" if now.day is None else str(now.day),
            "month": str(now.month),
            **{place: "yes" if place in now.allowed else "" for place in PLACES},
        }

    def note_per(self, said: str) -> None:
        """Remember which amount is to be set."""
        self.slots["per"] = said

    def note_place(self, said: str) -> None:
        """Remember where it may be used, or not."""
        self.slots["where"] = said

    def set_most(self, said: str) -> None:
        """Set the amount."""
        most = Money.parse(said, self.bank.currency)
        self.bank.limit_card(self.slots["card"], per=AMOUNTS[self.slots["per"]], most=most)

    def set_none(self, _: str) -> None:
        """Let it spend as much as any card may."""
        self.bank.limit_card(self.slots["card"], per=AMOUNTS[self.slots["per"]], most=None)

    def turn(self, said: str) -> None:
        """Let it be used there, or not."""
        self.bank.allow_card(
            self.slots["card"], PLACES[self.slots["where"]], allowed=bool(SWITCHES[said])
        )
