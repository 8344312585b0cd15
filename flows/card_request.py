"""Request a card: virtual or physical, what it costs, where it goes, read back, proved, ordered."""

from collections.abc import Mapping
from typing import ClassVar

from core.bank import CardType
from core.errors import Refusal
from flows import picking
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, refused
from flows.picking import AMOUNT, Listed
from flows.story import Ask, Become, Choose, End, Flow, Prove

KINDS: Mapping[str, CardType] = {"virtual": "virtual", "physical": "physical"}
MOST_WALLETS = 10
NO_CARD = (
    "card_not_offered", "too_many_cards", "card_balance_too_low", "no_tariff", "wallet_gone",
)  # fmt: skip
"""Refusals of what was possible when it was read back; nothing but beginning anew mends them."""
WIDEST_ADDRESS: Mapping[str, object] = {"line": "W" * 80, "town": "W" * 40}


class NotACardKind(Refusal):
    """What the customer wrote is no kind of card."""

    code = "not_a_card_kind"


class CardRequest(Flow):
    """Ask for a first card of a kind, for a wallet in the home currency."""

    name = "card_request"

    steps = (
        Prove("unlock"),
        Ask("kind", entity="card_kind", lists="kinds"),
        Ask("wallet", free=True, lists="wallets"),
        Ask("address", free=True),
        Choose("review", options=("yes", "no"), mints=True),
        Prove("pin"),
        End("ordered", offers=("card_status",)),
        End("cancelled"),
        End("none"),
        Become("reset_pin"),
    )

    paths = (
        # when         at         go to        if             unless first do
        ("open",        "start",   "unlock",    None,          "trusted"),
        ("open",        "start",   "kind",      "has_kinds"),
        ("open",        "start",   "none"),
        ("proven",      "unlock",  "kind",      "has_kinds"),
        ("proven",      "unlock",  "none"),
        ("answer",      "kind",    "wallet",    "has_choice",  None, "note_kind"),
        ("answer",      "kind",    "address",   "is_physical", None, "note_only"),
        ("answer",      "kind",    "review",    None,          None, "note_only"),
        ("answer",      "wallet",  "address",   "goes_by_post", None, "note_wallet"),
        ("answer",      "wallet",  "review",    None,          None, "note_wallet"),
        ("answer",      "address", "review",    None,          None, "note_address"),
        ("yes",         "review",  "pin"),
        ("no",          "review",  "cancelled"),
        ("proven",      "pin",     "ordered",   None,          None, "order"),
        *refused("cancelled", *NO_CARD, *NOTHING_HELPS, *ANOTHER_AMOUNT_HELPS, at="pin"),
        *refused("cancelled", "too_little_left", "period_closed", at="pin"),
        *refused("address", "card_address_needed", "card_address_invalid", at="pin"),
        ("pin_locked",  ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = moves_money = frozenset({"order"})
    long = frozenset({"wallet"})
    widest: ClassVar[Mapping[str, object]] = {
        **WIDEST_ADDRESS,
        "kinds": {kind: {"kind": kind, "fee": "TZS 12500.00"} for kind in KINDS},
        "wallets": picking.widest_wallets(MOST_WALLETS),
        "kind": "physical",
        "wallet_name": "W" * 20,
        "fee": "TZS 12500.00",
        "least": "TZS 12500.00",
        "limit": AMOUNT,
        "balance": AMOUNT,
        "reference": "WK9Q8P7R6T5W",
    }

    @property
    def has_kinds(self) -> bool:
        """Whether any card can be had where the customer lives."""
        return bool(self.kinds())

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one wallet it may pay from."""
        return len(self.bank.card_wallets()) > 1

    @property
    def goes_by_post(self) -> bool:
        """Whether a physical card was asked for."""
        return self.slots.get("kind") == "physical"

    def is_physical(self, said: str) -> bool:
        """Return whether a physical card is asked for now."""
        return KINDS.get(said) == "physical"

    def kinds(self) -> Listed:
        """Return the kinds of cards that can be had, each with its fee."""
        found = self.bank.card_products()
        return {one.product.type: {"kind": one.product.type, "fee": str(one.fee)} for one in found}

    def wallets(self) -> Listed:
        """Return the wallets it may pay from."""
        return picking.wallets(self.bank.card_wallets())

    def note_kind(self, said: str) -> None:
        """Remember which kind is asked for."""
        if said not in KINDS:
            raise NotACardKind
        self.slots["kind"] = said

    def note_only(self, said: str) -> None:
        """Remember the kind, for the only wallet there is, if it can be had."""
        self.note_kind(said)
        self._offer(str(self.bank.card_wallets()[0].id))

    def note_wallet(self, said: str) -> None:
        """Remember which wallet it pays from, if it can be had."""
        self._offer(str(self.bank.find_wallet(said).id))

    def note_address(self, said: str) -> None:
        """Remember where it goes."""
        to = self.bank.read_address(said)
        self.slots |= {"line": to.line, "town": to.town}

    def order(self, _: str) -> None:
        """Have it made, once, however often this is asked."""
        asked = self.bank.request_card(
            KINDS[self.slots["kind"]],
            wallet=self.slots["wallet"],
            line=self.slots.get("line", ""),
            town=self.slots.get("town", ""),
            effect_id=self.agreed_id,
        )
        self.slots |= {"reference": asked.card.reference, "balance": str(asked.balance)}

    def facts(self) -> Mapping[str, object]:
        """Add what only a physical card has."""
        return {"line": "", "town": "", **self.slots}

    def _offer(self, wallet: str) -> None:
        offer = self.bank.card_offer(KINDS[self.slots["kind"]], wallet)
        name = next(one.name for one in self.bank.card_wallets() if str(one.id) == wallet)
        self.slots |= {"wallet": wallet, "wallet_name": name, "fee": str(offer.fee)}
        self.slots |= {
            "least": str(offer.product.least_balance),
            "limit": str(offer.product.monthly_limit),
        }
