"""Erasing what is known of a customer who has left and asks for it."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.cards import desk
from core.crm.erasure import erase
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    desk.close_all(unit, by, asked.whose)
    return erase(unit, asked.whose)


KIND = Kind(
    name="erasure",
    make="erasures.request",
    approve="erasures.approve",
    mfa=True,
    expires=timedelta(days=30),
    effect=_effect,
)
"""No facts: the customer is enough. Nobody is told afterwards: there is no address any more."""
