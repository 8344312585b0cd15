"""The counter for cards: had, shown, opened, paused, reported, replaced and closed.

How they are used is asked at `bank_card_use`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from core.bank_card_use import MOST_LISTED, CardUseCounter
from core.cards import (
    address,
    cards,
    delivery,
    elsewhere,
    holding,
    issuing,
    pin,
    products,
    reveal,
)
from core.cards.address import Address
from core.cards.cards import Card, Status
from core.cards.cards import Type as CardType
from core.cards.delivery import Tracking
from core.cards.holding import Missing as CardMissing
from core.cards.issuing import Requested
from core.cards.products import Offer, Product
from core.fees.schedule import NoTariff
from core.wallets import wallets
from core.wallets.wallets import OwnWallet

CardDoing = Literal[
    "look", "show", "activate", "set_pin", "freeze", "unfreeze", "report", "replace", "close",
    "limit", "recall",
]  # fmt: skip
"""What may be asked of a card."""
OPEN_TO: Mapping[CardDoing, frozenset[Status]] = {
    "look": frozenset(cards.LIVING),
    "show": reveal.SHOWABLE,
    "activate": frozenset({"produced", "shipped"}),
    "set_pin": frozenset({"produced", "shipped", "active", "paused", "blocked"}),
    "freeze": frozenset({"active"}),
    "unfreeze": frozenset({"paused"}),
    "report": frozenset({"produced", "shipped", "active", "paused", "blocked"}),
    "replace": issuing.REPLACEABLE,
    "close": frozenset({"produced", "shipped", "active", "paused"}),
    "limit": frozenset({"produced", "shipped", "active", "paused"}),
    "recall": frozenset({"active", "paused", "blocked", "lost", "stolen", "closed", "replaced"}),
}
"""How a card stands of which it may be asked."""


@dataclass(frozen=True, slots=True)
class CardNow:
    """A card as its customer may see it."""

    card: Card
    tracking: Tracking | None
    """How far a physical one has come."""
    has_pin: bool


class CardsCounter(CardUseCounter):
    """What is asked at the counter about cards."""

    @property
    def opens_links(self) -> bool:
        """Whether a page can be opened from where they are."""
        return self.channel == "whatsapp"

    def card_products(self) -> list[Offer]:
        """Return the cards that can be had for the customer's home currency, with their prices.

        One that has no price yet is left out.
        """
        found = products.offered(self._unit, country=self.country, currency=self.currency)
        return [offer for one in found if (offer := self._priced(one)) is not None]

    def card_wallets(self) -> list[OwnWallet]:
        """Return the wallets that a card may pay from: those in the home currency."""
        own = wallets.own_wallets(self._unit, self._me)
        return [one for one in own if one.currency == self.currency]

    def card_offer(self, kind: CardType, wallet: str) -> Offer:
        """Return what a first card of a kind costs, having refused what could not be had.

        :raises WalletGone: if the wallet is not theirs
        :raises Refusal: as ``core.cards.products.offer`` does
        """
        return products.offer(
            self._unit, customer=self._me, wallet=self._own_wallet(wallet), type=kind
        )

    def read_address(self, text: str) -> Address:
        """Return where a card goes, in the customer's country: all up to the last comma, the town.

        :raises CardAddressInvalid: if a letter could not be sent there
        """
        line, _, town = text.rpartition(",")
        return address.read(line=line, town=town, country=self.country)

    def request_card(
        self, kind: CardType, *, wallet: str, line: str, town: str, effect_id: UUID
    ) -> Requested:
        """Ask for a first card of a kind, once however often the effect is asked for.

        ``line`` and ``town`` are where a physical one goes, as they were read. Raises what
        ``core.cards.issuing.request`` does.
        """
        return issuing.request(
            self._unit,
            id=effect_id,
            customer=self._me,
            wallet=self._own_wallet(wallet),
            type=kind,
            channel=self.channel,
            to=self._address(line, town),
        )

    def cards_to(self, doing: CardDoing) -> list[Card]:
        """Return the customer's cards of which that may be asked now, newest first, at most eight.

        One in whose place another is on its way is not replaced again.
        """
        own = cards.own_cards(self._unit, self._me, ended=True)
        followed = {one.replaces for one in own if one.keeps_its_place}
        found = [one for one in own if one.status in OPEN_TO[doing]]
        if doing == "activate":
            found = [one for one in found if one.type == "physical"]
        if doing == "replace":
            found = [one for one in found if one.id not in followed]
        return found[:MOST_LISTED]

    def card_to(self, doing: CardDoing, said: str) -> Card:
        """Return one of them by its id or its last four digits.

        :raises UnknownCard: if it is none of them
        """
        wanted = said.strip()
        for one in self.cards_to(doing):
            if wanted and wanted in {str(one.id), one.last4}:
                return one
        raise cards.UnknownCard

    def card_now(self, card: str) -> CardNow:
        """Return how a card of theirs stands, which they picked before.

        :raises KeyError: if they have none of that id
        """
        found = self._own_card(card)
        return CardNow(
            card=found,
            tracking=delivery.tracking(self._unit, found.id),
            has_pin=pin.state(self._unit, found.id).is_set,
        )

    def send_card_link(self, card: str) -> None:
        """Send a link to this address that shows a card's number once, within five minutes.

        Raises what ``core.cards.reveal.send_link`` does.
        """
        reveal.send_link(self._unit, customer=self._me, card=UUID(card), **self._here)

    def send_card_code(self, card: str) -> None:
        """Send a code by SMS for a member of staff, who reads the card's number to the customer.

        Raises what ``core.cards.reveal.send_code`` does.
        """
        reveal.send_code(self._unit, customer=self._me, card=UUID(card))

    def activate_card(self, card: str, digits: str) -> None:
        """Open a card that has arrived, for who reads its last four digits from it.

        Raises what ``core.cards.holding.activate`` does.
        """
        holding.activate(self._unit, customer=self._me, card=UUID(card), digits=digits)

    def set_card_pin(self, card: str, pin_hash: str) -> None:
        """Make this a card's PIN. Raises what ``core.cards.pin.set_pin`` does."""
        pin.set_pin(self._unit, customer=self._me, card=UUID(card), pin_hash=pin_hash)

    def freeze_card(self, card: str) -> None:
        """Let a card pay nothing for now. Raises what ``core.cards.holding.pause`` does."""
        holding.pause(self._unit, customer=self._me, card=UUID(card))

    def unfreeze_card(self, card: str) -> None:
        """Let a card pay again. Raises what ``core.cards.holding.resume`` does."""
        holding.resume(self._unit, customer=self._me, card=UUID(card))

    def report_card(self, card: str, missing: CardMissing) -> None:
        """End a card that is lost or was stolen. Raises what ``core.cards.holding.report`` does."""
        holding.report(self._unit, customer=self._me, card=UUID(card), missing=missing)

    def block_cards_of(self, *, account: str, born: date) -> None:
        """Block all cards of the account with this number and birth date, from any phone.

        Raises what ``core.cards.elsewhere.block_all`` does.
        """
        elsewhere.block_all(self._unit, account_no=account, born=born, **self._here)

    def replacement_offer(self, card: str) -> Offer:
        """Return what a card in another's place costs, having refused what could not be had.

        Raises what ``core.cards.issuing.look_replacement`` does.
        """
        return issuing.look_replacement(self._unit, self._me, UUID(card))

    def card_goes_to(self, card: str) -> str:
        """Return the town a card was sent to; empty for a virtual one, or when it is forgotten."""
        known = delivery.address_of(self._unit, UUID(card))
        return "" if known is None else known.town

    def replace_card(self, card: str, *, line: str, town: str, effect_id: UUID) -> Requested:
        """Ask for a card in another's place, once however often the effect is asked for.

        A physical one goes where the last went unless a ``line`` is told. Raises what
        ``core.cards.issuing.replace`` does.
        """
        return issuing.replace(
            self._unit,
            id=effect_id,
            customer=self._me,
            card=UUID(card),
            channel=self.channel,
            to=self._address(line, town),
        )

    def close_card(self, card: str) -> None:
        """Close a card for good. Raises what ``core.cards.holding.close`` does."""
        holding.close(self._unit, customer=self._me, card=UUID(card))

    def _priced(self, product: Product) -> Offer | None:
        try:
            return Offer(product, products.fee_of(self._unit, product, "first"))
        except NoTariff:
            return None

    def _address(self, line: str, town: str) -> Address | None:
        return address.read(line=line, town=town, country=self.country) if line else None

    def _own_wallet(self, wallet: str) -> UUID:
        for one in wallets.own_wallets(self._unit, self._me):
            if str(one.id) == wallet:
                return one.id
        raise wallets.WalletGone


__all__ = [
    "Card",
    "CardDoing",
    "CardMissing",
    "CardNow",
    "CardType",
    "CardsCounter",
    "Offer",
    "Requested",
]
