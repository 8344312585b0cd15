"""A customer's cards at the desk: blocked and closed for a reason, a number read out by code."""

from uuid import UUID

from flask import Response

from bot import card_secrets
from bot.console import customers, shell
from bot.console.approvals import told
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import codes
from core.approvals import card_unblock
from core.cards import desk, reveal, reveal_store
from core.cards.reveal_store import Missed
from core.errors import DeskRefusal, Refusal

LONGEST_CODE = 12


class CardCodeWrong(DeskRefusal):
    """That is not the code. Fact: ``left``, how many tries remain."""

    code = "card_code_wrong"


class CardCodeSpent(DeskRefusal):
    """The code was used, is too old, or was tried too often: the customer asks for another."""

    code = "card_code_spent"


class CardNotReached(DeskRefusal):
    """The scheme does not say what stands on the card just now."""

    code = "card_not_reached"


@console.post("/customers/<uuid:customer_id>/cards/<uuid:card_id>/block")
@guard("cards.block")
def block_card(customer_id: UUID, card_id: UUID) -> Response:
    """Block a card at once, for a reason that is kept."""
    return _act(desk.block, customer_id, card_id, done="card_blocked")


@console.post("/customers/<uuid:customer_id>/cards/<uuid:card_id>/close")
@guard("cards.block")
def close_card(customer_id: UUID, card_id: UUID) -> Response:
    """Close a card for good, for a reason that is kept."""
    return _act(desk.close, customer_id, card_id, done="card_closed")


@console.post("/customers/<uuid:customer_id>/cards/<uuid:card_id>/unblock")
@guard("cards.block")
def unblock_card(customer_id: UUID, card_id: UUID) -> Response:
    """Ask that a blocked card may pay again; somebody else decides."""
    with shell.house().unit() as unit:
        asked = card_unblock.request(
            unit, actor(), customer=customer_id, card=card_id, reason=shell.field("reason")
        )
    return told(asked)


@console.post("/customers/<uuid:customer_id>/cards/reveal")
@guard("cards.reveal")
def reveal_card(customer_id: UUID) -> Response:
    """Show a card's number, in this one answer, to who enters the code its customer was sent."""
    house, digits = shell.house(), shell.field("code", most=LONGEST_CODE)
    with house.unit() as unit:
        code = reveal_store.code_of(unit, customer_id)
        right = code is not None and codes.is_right(house.settings.pin_pepper, code, digits)
        opened = reveal.open_code(unit, actor(), customer=customer_id, code=code, right=right)
    if isinstance(opened, Missed):
        wrong = CardCodeWrong(left=str(opened.left)) if opened.left else CardCodeSpent()
        return customers.page(customer_id, wrong)
    secrets = card_secrets.fetch(house, opened)
    if secrets is None:
        return customers.page(customer_id, CardNotReached())
    return customers.page(customer_id, secrets=secrets)


def _act(act: desk.Act, customer_id: UUID, card_id: UUID, *, done: str) -> Response:
    try:
        with shell.house().unit() as unit:
            act(
                unit,
                actor(),
                customer=customer_id,
                card=card_id,
                why=shell.field("why", most=40),
                reason=shell.field("reason"),
            )
    except Refusal as refusal:
        return customers.page(customer_id, refusal)
    return shell.go("console.customer", customer_id=customer_id, done=done)
