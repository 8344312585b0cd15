"""The oracle's answers about cards."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from core.bank_card_use import CardPer, CardPlace, Dispute, OwnLimits
from core.bank_card_use import DisputeReason as Why
from core.bank_cards import (
    OPEN_TO,
    CardDoing,
    CardMissing,
    CardNow,
    CardType,
    Offer,
    Requested,
)
from core.cards.address import Address
from core.cards.cards import Card, UnknownCard
from core.cards.delivery import Tracking
from core.cards.messages import Paid
from core.cards.own_limits import SCOPES
from core.cards.payments import CardPayment, UnknownCardPayment
from core.cards.products import Product
from core.money import Money
from core.wallets.wallets import OwnWallet

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle

AT = datetime(2026, 9, 28, 21, 59, tzinfo=UTC)
SOME = Money(50_000, "KES")
ANY = UUID(int=70)


@dataclass
class CardsOracle:
    """What stories ask about cards; it is part of the oracle."""

    @property
    def opens_links(self: "Oracle") -> bool:
        return self.channel == "whatsapp"

    def card_products(self: "Oracle") -> list[Offer]:
        return [] if self.asks_nobody else [_offer("virtual"), _offer("physical")]

    def card_wallets(self: "Oracle") -> list[OwnWallet]:
        return self.wallets()[: 2 if self.has_second_way else 1]

    def card_offer(self: "Oracle", kind: CardType, wallet: str) -> Offer:
        self._may_refuse("card_offer")
        return _offer(kind)

    def read_address(self: "Oracle", text: str) -> Address:
        self._may_refuse("read_address")
        return Address("Moi Avenue 12", "Nairobi", "", "KE")

    def request_card(
        self: "Oracle", kind: CardType, *, wallet: str, line: str, town: str, effect_id: UUID
    ) -> Requested:
        self._may_refuse("request_card")
        return Requested(_card(0), SOME, SOME)

    def cards_to(self: "Oracle", doing: CardDoing) -> list[Card]:
        if self.asks_nobody:
            return []
        status = min(OPEN_TO[doing])
        return [_card(n, status=status) for n in range(2 if self.has_second_way else 1)]

    def card_to(self: "Oracle", doing: CardDoing, said: str) -> Card:
        for one in self.cards_to(doing):
            if said in (str(one.id), one.last4):
                return one
        raise UnknownCard

    def card_now(self: "Oracle", card: str) -> CardNow:
        return CardNow(_card(0), Tracking("EMS", "EE123456789", AT, AT), has_pin=True)

    def send_card_link(self: "Oracle", card: str) -> None:
        self._may_refuse("send_card_link")

    def send_card_code(self: "Oracle", card: str) -> None:
        self._may_refuse("send_card_code")

    def activate_card(self: "Oracle", card: str, digits: str) -> None:
        self._may_refuse("activate_card")

    def set_card_pin(self: "Oracle", card: str, pin_hash: str) -> None:
        self._may_refuse("set_card_pin")

    def freeze_card(self: "Oracle", card: str) -> None:
        self._may_refuse("freeze_card")

    def unfreeze_card(self: "Oracle", card: str) -> None:
        self._may_refuse("unfreeze_card")

    def report_card(self: "Oracle", card: str, missing: CardMissing) -> None:
        self._may_refuse("report_card")

    def block_cards_of(self: "Oracle", *, account: str, born: date) -> None:
        self._may_refuse("block_cards_of")

    def replacement_offer(self: "Oracle", card: str) -> Offer:
        self._may_refuse("replacement_offer")
        return _offer("physical")

    def card_goes_to(self: "Oracle", card: str) -> str:
        return "Nairobi" if self.has_next_way else ""

    def replace_card(
        self: "Oracle", card: str, *, line: str, town: str, effect_id: UUID
    ) -> Requested:
        self._may_refuse("replace_card")
        return Requested(_card(0), SOME, SOME)

    def close_card(self: "Oracle", card: str) -> None:
        self._may_refuse("close_card")

    def card_limits(self: "Oracle", card: str) -> OwnLimits:
        return OwnLimits(transaction=SOME, day=None, month=SOME, allowed=frozenset(SCOPES))

    def limit_card(self: "Oracle", card: str, *, per: CardPer, most: Money | None) -> None:
        self._may_refuse("limit_card")

    def allow_card(self: "Oracle", card: str, where: CardPlace, *, allowed: bool) -> None:
        self._may_refuse("allow_card")

    def card_payments(self: "Oracle", card: str) -> list[CardPayment]:
        return [] if self.late else [_payment(0, "captured"), _payment(1, "declined")]

    def card_payment(self: "Oracle", said: str) -> CardPayment:
        self._may_refuse("card_payment")
        for one in self.card_payments(""):
            if said == str(one.id):
                return one
        raise UnknownCardPayment

    def disputable_payments(self: "Oracle", card: str) -> list[CardPayment]:
        return self.card_payments(card)[:1]

    def disputable_payment(self: "Oracle", card: str, said: str) -> CardPayment:
        return self.card_payment(said)

    def check_disputed(self: "Oracle", payment: str, amount: Money) -> None:
        self._may_refuse("check_disputed")

    def dispute_payment(
        self: "Oracle", payment: str, why: Why, *, words: str, amount: Money | None
    ) -> Dispute:
        self._may_refuse("dispute_payment")
        return Dispute(
            id=ANY, reference="WK9Q8P7R6T5W", payment=ANY, card=ANY, customer=ANY, wallet=ANY,
            case=ANY, reason=why, amount=SOME, status="opened", credited=why == "fraud", bearer="",
            credit_due=AT, answer_due=AT, opened_at=AT, ended_at=None, merchant="DUKA",
            last4="4440",
        )  # fmt: skip


def _offer(kind: CardType) -> Offer:
    product = Product(
        id=f"ke-{kind}", country="KE", type=kind, currency="KES", bin="424242",
        least_balance=SOME, monthly_limit=SOME, valid_months=24, most=3,
    )  # fmt: skip
    return Offer(product, SOME)


def _card(n: int, *, status: str = "active") -> Card:
    return Card(
        id=UUID(int=70 + n), customer=ANY, wallet=ANY, product="ke-physical", type="physical",
        status=status, limit=SOME, replaces=None, occasion="first", order_id=ANY,  # type: ignore[arg-type]
        reference="WK9Q8P7R6T5W", channel="sms", status_by_kind="system", status_by=None,
        status_why="story", status_at=AT, created_at=AT, bin="555555", last4=f"444{n}",
        expires_on=AT.date() + timedelta(days=700), scheme_id=f"crd_{n}",
    )  # fmt: skip


def _payment(n: int, status: str) -> CardPayment:
    nothing = Money(0, "KES")
    return CardPayment(
        id=UUID(int=80 + n), card=ANY, customer=ANY, wallet=ANY, scheme="scheme", ref=f"R{n}",
        kind="purchase", amount=SOME, paid=Paid(50_000, "KES"), merchant="DUKA LETU",
        city="Nairobi", country="KE", mcc="5411", group="grocery", way="chip",
        status=status, code="00", reason="funds" if status == "declined" else "",  # type: ignore[arg-type]
        approval="123456", hold=None, held=nothing,
        captured=SOME if status == "captured" else nothing, refunded=nothing, forced=False,
        expires_at=None, events=1, at=AT,
    )  # fmt: skip
