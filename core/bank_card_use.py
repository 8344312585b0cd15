"""The counter for what a card may do and what it paid: limits, payments, disputes."""

from uuid import UUID

from core.cards import cards, dispute_store, disputes, own_limits, payments
from core.cards.cards import Card
from core.cards.dispute_store import Dispute
from core.cards.dispute_store import Reason as DisputeReason
from core.cards.own_limits import OwnLimits
from core.cards.own_limits import Per as CardPer
from core.cards.own_limits import Where as CardPlace
from core.cards.payments import CardPayment
from core.crm import case_words
from core.money import Money
from core.standing import Standing

MOST_LISTED = 8  # with the ways out they fit one list of WhatsApp


class CardUseCounter(Standing):
    """What is asked at the counter about how cards are used."""

    def card_limits(self, card: str) -> OwnLimits:
        """Return what a card of theirs may do, which they picked before.

        :raises KeyError: if they have none of that id
        """
        return own_limits.of(self._unit, self._own_card(card))

    def limit_card(self, card: str, *, per: CardPer, most: Money | None) -> None:
        """Limit what a card may spend; None is as much as any card may.

        Raises what ``core.cards.own_limits.set_most`` does.
        """
        own_limits.set_most(self._unit, customer=self._me, card=UUID(card), per=per, most=most)

    def allow_card(self, card: str, where: CardPlace, *, allowed: bool) -> None:
        """Let a card be used there, or not. Raises what ``core.cards.own_limits.allow`` does."""
        own_limits.allow(
            self._unit, customer=self._me, card=UUID(card), where=where, allowed=allowed
        )

    def card_payments(self, card: str) -> list[CardPayment]:
        """Return the last payments of a card of theirs, newest first, at most eight.

        Those that were declined are among them.
        """
        return payments.of_card(self._unit, UUID(card), most=MOST_LISTED)

    def card_payment(self, said: str) -> CardPayment:
        """Return a payment by card of theirs by its id.

        :raises UnknownCardPayment: if they have made no such payment
        """
        try:
            return payments.find(self._unit, self._me, UUID(said))
        except ValueError:
            raise payments.UnknownCardPayment from None

    def disputable_payments(self, card: str) -> list[CardPayment]:
        """Return those of them that took money and are not disputed yet."""
        return [
            one
            for one in self.card_payments(card)
            if one.kind != "refund"
            and (one.captured - one.refunded).minor > 0
            and dispute_store.of_payment(self._unit, one.id) is None
        ]

    def disputable_payment(self, card: str, said: str) -> CardPayment:
        """Return one of them by its id.

        :raises UnknownCardPayment: if it is none of them
        """
        for one in self.disputable_payments(card):
            if str(one.id) == said:
                return one
        raise payments.UnknownCardPayment

    def check_disputed(self, payment: str, amount: Money) -> None:
        """Refuse an amount early that the merchant did not take.

        :raises UnknownCardPayment: if they have made no such payment
        :raises DisputeAmount: if it is more than was taken
        """
        one = payments.find(self._unit, self._me, UUID(payment))
        taken = one.captured - one.refunded
        if amount > taken:
            raise disputes.DisputeAmount(limit=str(taken))

    def dispute_payment(
        self, payment: str, why: DisputeReason, *, words: str, amount: Money | None
    ) -> Dispute:
        """Dispute what a merchant took, and speak to its case: a picture of this turn goes there.

        Raises what ``core.cards.disputes.open_dispute`` does.
        """
        opened = disputes.open_dispute(
            self._unit,
            customer=self._me,
            payment=UUID(payment),
            reason=why,
            words=case_words.without_secrets(words),
            channel=self.channel,
            conversation=self._visitor.conversation,
            amount=amount,
        )
        self._visitor.case = opened.case
        return opened

    def _own_card(self, card: str) -> Card:
        """Return a card of theirs, which they picked before.

        :raises KeyError: if they have none of that id
        """
        own = cards.own_cards(self._unit, self._me, ended=True)
        return {str(one.id): one for one in own}[card]


__all__ = [
    "MOST_LISTED",
    "CardPayment",
    "CardPer",
    "CardPlace",
    "CardUseCounter",
    "Dispute",
    "DisputeReason",
    "OwnLimits",
]
