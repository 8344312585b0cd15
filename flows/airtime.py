"""Airtime: for which phone, how much or which bundle, read back, proved, bought."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from core.money import Money
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, PROVING, refused
from flows.payment_proof import PROOF, PaymentProof, proving
from flows.picking import Listed
from flows.story import GIVEN, Ask, Become, Choose, End, Flow, Moved, Prove

if TYPE_CHECKING:
    from core.bank import Bundle

MOST_BUNDLES = 6
GIGABYTE = 1024


class Airtime(PaymentProof, Flow):
    """Buy airtime or data for one's own phone or another; it is on its way when this ends."""

    name = "airtime"
    judged_as = "airtime"

    steps = (
        Prove("unlock"),
        Choose("whom", options=("mine", "other")),
        Ask("phone", entity="person", slot="mobile"),
        Ask("amount", entity="amount", lists="bundles"),
        Choose("review", options=("yes", "change", "another", "no"), mints=True),
        *PROOF,
        End("bought"),
        End("cancelled"),
        End("referred"),
        Become("reset_pin"),
    )

    paths = (
        # when               at           go to        if              unless first do
        ("open",              "start",     "unlock",    None,           "trusted"),
        ("open",              "start",     "phone",     "has_phone"),
        ("open",              "start",     "whom",      "has_own"),
        ("open",              "start",     "phone"),
        ("proven",            "unlock",    "phone",     "has_phone"),
        ("proven",            "unlock",    "whom",      "has_own"),
        ("proven",            "unlock",    "phone"),
        ("mine",              "whom",      "amount",    None,           None, "note_mine"),
        ("other",             "whom",      "phone"),
        ("answer",            "phone",     "review",    "has_amount",   None, "note_phone"),
        ("answer",            "phone",     "amount",    None,           None, "note_phone"),
        ("answer",            "amount",    "review",    None,           None, "note_amount"),
        ("change",            "review",    "amount"),
        ("another",           "review",    "phone"),
        ("yes",               "review",    "pin"),
        ("no",                "review",    "cancelled"),
        *proving(),
        ("proven",            PROVING,     "bought",    None,           None, "buy"),

        # What the bank may refuse leads to where it can be mended.
        ("airtime_not_sold",  "whom",      "phone"),
        *refused("amount", "airtime_amount", *ANOTHER_AMOUNT_HELPS, "too_little_left"),
        *refused("cancelled", "airtime_not_sold", *NOTHING_HELPS, "no_tariff", "period_closed"),
        ("pin_locked",        ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = PaymentProof.writes | {"buy"}
    moves_money = frozenset({"buy"})

    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(same_effect=True)}

    widest: ClassVar[Mapping[str, object]] = {
        "phone": "+255 7** *** 003",
        "amount": "TZS 99999999.99",
        "size": "10 GB",
        "validity": "Month",
        "price": "TZS 100000.00",
        "bundles": {
            str(n): {"size": "10 GB", "validity": "Month", "price": f"TZS {n}00000.00"}
            for n in range(1, MOST_BUNDLES + 1)
        },
        "currency": "TZS",
        "reference": "WK9Q8P7R6T5W",
        "balance": "TZS 99999999.99",
        **PaymentProof.widest,
    }

    @property
    def has_own(self) -> bool:
        """Whether the customer has a number of their own to buy for."""
        return bool(self.bank.own_airtime_phone)

    @property
    def has_phone(self) -> bool:
        """Whether it was said whose phone it is for."""
        return f"{GIVEN}phone" in self.slots

    @property
    def has_amount(self) -> bool:
        """Whether the amount is known, so that only the phone was asked anew."""
        return "amount" in self.slots and not self.slots.get("bundle")

    def facts(self) -> Mapping[str, object]:
        """Add what only a bundle has."""
        return {"size": "", "validity": "", **super().facts()}

    def bundles(self) -> Listed:
        """Return the bundles of data there are for that phone."""
        found = self.bank.airtime_bundles(self.slots["mobile"])
        return {one.id: {**_size(one), "price": str(one.price)} for one in found}

    def note_mine(self, _: str) -> None:
        """Buy for the customer's own phone."""
        self.note_phone(self.bank.own_airtime_phone)

    def note_phone(self, said: str) -> None:
        """Remember which phone it is for."""
        found = self.bank.airtime_phone(self.bank.number_of(said))
        self.slots |= {"to": found.id, "mobile": found.number, "phone": found.shown}

    def note_amount(self, said: str) -> None:
        """Remember how much, or which bundle, if it could be bought now."""
        known = {one.id: one for one in self.bank.airtime_bundles(self.slots["mobile"])}
        picked = known.get(said)
        for slot in ("bundle", "size", "validity"):
            self.slots.pop(slot, None)
        if picked is not None:
            self.bank.check_bought(picked.price, bill=False)
            self.slots |= {"bundle": picked.id, "amount": str(picked.price), **_size(picked)}
            return
        amount = Money.parse(said, self.bank.currency)
        self.bank.check_airtime(self.slots["mobile"], amount)
        self.slots["amount"] = str(amount)

    def buy(self, _: str) -> None:
        """Buy it, once, however often this is asked."""
        bought = self.bank.top_up(
            to=self.slots["to"],
            number=self.slots["mobile"],
            amount=Money.load(self.slots["amount"]),
            bundle=self.slots.get("bundle"),
            effect_id=self.agreed_id,
        )
        self.slots |= {"reference": bought.reference, "balance": str(bought.balance)}


def _size(one: "Bundle") -> dict[str, str]:
    """Return what a bundle holds and for how long, as the words want it."""
    whole, rest = divmod(one.megabytes, GIGABYTE)
    size = f"{whole} GB" if whole and not rest else f"{one.megabytes} MB"
    return {"size": size, "validity": one.validity}
