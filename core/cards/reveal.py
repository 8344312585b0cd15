"""Showing a card's number once: by a link to its customer, or by a code that staff enter with them.

A link's token is derived from the chance's id when the message leaves, a code's digits as those of
other codes are (`core.access.codes`); neither stands anywhere. What the scheme adds (the three
digits of the back) is asked for at that moment, outside any transaction, and kept nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.cards import cards, reveal_store, telling, vault
from core.cards.cards import Card, Status
from core.cards.reveal_store import Missed, Taken
from core.crm import customers
from core.errors import Refusal
from core.partners.scheme import CardSecrets
from core.store.keyring import Keyring
from core.store.outbox import CARD_CODE, CARD_LINK, queue_notice
from core.store.unit import Unit

LINK_GOOD_FOR, CODE_GOOD_FOR = timedelta(minutes=5), timedelta(minutes=10)
SHOWABLE: frozenset[Status] = frozenset({"active", "paused"})


class CardNotShown(Refusal):
    """The number of a card is shown only while it can pay or is paused. Fact: ``status``."""

    code = "card_not_shown"


@dataclass(frozen=True, slots=True)
class Opened:
    """A chance that was used, and the number it opened."""

    id: UUID
    card: Card
    pan: str = field(repr=False)

    @property
    def question(self) -> CardSecrets:
        """What the scheme is asked for this showing, once."""
        return CardSecrets(self.card.scheme_id, self.id.hex)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What stands on a card, for one page."""

    pan: str = field(repr=False)
    expiry: str
    """Month and year as a card has them: ``11/28``."""
    cvv: str = field(repr=False)

    @property
    def in_fours(self) -> str:
        """The number as it is printed: digits in fours."""
        return " ".join(self.pan[at : at + 4] for at in range(0, len(self.pan), 4))


def token_of(keys: Keyring, reveal: UUID) -> str:
    """Return the token in a link, the same each time; nobody without our keys can make it."""
    return keys.token(str(reveal), kind="card link")


def send_link(
    unit: Unit,
    *,
    customer: UUID,
    card: UUID,
    channel: str | None = None,
    address: str | None = None,
) -> Card:
    """Send a customer a link that shows a card's number once, within five minutes.

    It goes to the address given, else where their notices go. A link sent before ends.

    :raises UnknownCard: if the customer has no such card
    :raises CardNotShown: if it cannot pay
    :raises TooManyReveals: if they asked too often
    """
    found, id_ = _showable(unit, customer, card), unit.new_id()
    reveal_store.add(
        unit, id_, card=card, customer=customer, way="link", good_for=LINK_GOOD_FOR,
        token=token_of(unit.keys, id_),
    )  # fmt: skip
    facts = {"reveal_id": str(id_), "card": found.last4}
    queue_notice(
        unit, customer_id=customer, alert=CARD_LINK, facts=facts, channel=channel, address=address
    )
    return found


def send_code(unit: Unit, *, customer: UUID, card: UUID) -> Card:
    """Send a customer a code by SMS for whoever reads them a card's number, good ten minutes.

    Raises what `send_link` does.
    """
    found, id_ = _showable(unit, customer, card), unit.new_id()
    reveal_store.add(unit, id_, card=card, customer=customer, way="code", good_for=CODE_GOOD_FOR)
    facts = {"code_id": str(id_), "card": found.last4}
    queue_notice(unit, customer_id=customer, alert=CARD_CODE, facts=facts, channel="sms")
    return found


def open_link(unit: Unit, token: str) -> Opened | None:
    """Use a link up and return the number; None when it is none of ours, used, or too late."""
    taken = reveal_store.take_link(unit, token)
    return None if taken is None else _opened(unit, taken, audit.customer(unit, taken.customer))


def open_code(
    unit: Unit, actor: Actor, *, customer: UUID, right: bool, code: UUID | None
) -> Opened | Missed:
    """Use up a code whose digits a customer told a member of staff, or count a wrong try.

    :raises Forbidden: if they may not see a card's number
    """
    actor.require("cards.reveal")
    if code is not None and reveal_store.code_of(unit, customer) != code:
        code = None  # another customer's, or an earlier one
    taken = reveal_store.take_code(unit, code, right=right, by=actor.id)
    if isinstance(taken, Missed):
        audit.note(
            unit,
            actor,
            "card.code_wrong",
            subject="customer",
            subject_id=customer,
            customer=customer,
            after={"left": taken.left},
        )
        return taken
    return _opened(unit, taken, actor) or Missed(0)


def read(opened: Opened, told: Mapping[str, str]) -> Secrets | None:
    """Return what a page may show; None where the scheme speaks of another number."""
    if told.get("pan") != opened.pan:
        return None
    year, _, month = told["expiry"].partition("-")
    return Secrets(opened.pan, f"{month}/{year[-2:]}", told["cvv"])


def note_shown(unit: Unit, opened: Opened) -> None:
    """Write down that it was shown, and warn the card's customer."""
    reveal_store.note_shown(unit, opened.id)
    telling.number_shown(unit, opened.card)


def _showable(unit: Unit, customer: UUID, card: UUID) -> Card:
    customers.lock(unit, customer)
    found = cards.locked(unit, card)
    if found.customer != customer:
        raise cards.UnknownCard
    if found.status not in SHOWABLE:
        raise CardNotShown(status=found.status)
    return found


def _opened(unit: Unit, taken: Taken, by: audit.Doer) -> Opened | None:
    card = cards.by_id(unit, taken.card)
    pan = vault.open_pan(unit, taken.card)
    if card is None or pan is None or card.status not in SHOWABLE:
        return None
    audit.note(
        unit,
        by,
        "card.shown",
        subject="card",
        subject_id=card.id,
        customer=card.customer,
        fields=["pan", "expiry", "cvv"],
    )
    return Opened(taken.id, card, pan)
