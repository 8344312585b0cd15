"""Freezing every wallet of a customer, and releasing them again.

A freeze stops what is new: nothing leaves and nothing arrives. Money that was set aside before
still settles. A wallet that is frozen already, for whatever reason, is left as it stands.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.approvals.telling import tell_approved
from core.ledger import book
from core.ledger.book import WalletBalance
from core.store.unit import Unit

FROZEN = "frozen"
DECIDED_WITHIN = timedelta(hours=24)


def _freeze(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    changed = 0
    for wallet in book.balances(unit, asked.whose):
        if wallet.status != FROZEN:
            _set(unit, asked, by, wallet=wallet.account_id, status=FROZEN)
            changed += 1
    return {"wallets": str(changed)}


def _unfreeze(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    changed = 0
    for wallet in book.balances(unit, asked.whose):
        if wallet.status == FROZEN:
            # As it was before: a wallet that only could not give is not given more by a freeze.
            before = book.status_history(unit, wallet.account_id)[0].before
            _set(unit, asked, by, wallet=wallet.account_id, status=before)
            changed += 1
    return {"wallets": str(changed)}


def _set(unit: Unit, asked: Approval, by: Actor, *, wallet: UUID, status: str) -> None:
    # The ledger keeps this for ever: ids alone, whose words can be erased elsewhere.
    reason = book.Reason(by=f"staff {by.id}", why=f"approval {asked.id}")
    book.set_status(unit, id=unit.new_id(), account=wallet, status=status, reason=reason)


FREEZE = Kind(
    name="freeze",
    make="freezes.request",
    approve="freezes.approve",
    mfa=True,
    expires=DECIDED_WITHIN,
    effect=_freeze,
    tell=tell_approved("wallets_frozen"),
)
UNFREEZE = Kind(
    name="unfreeze",
    make="freezes.request",
    approve="freezes.approve",
    mfa=True,
    expires=DECIDED_WITHIN,
    effect=_unfreeze,
    tell=tell_approved("wallets_released"),
)
"""Neither has facts: the customer is enough."""


def possible(wallets: Iterable[WalletBalance]) -> list[str]:
    """Return the kinds, by name, that would change any of a customer's wallets."""
    frozen = [wallet.status == FROZEN for wallet in wallets]
    would = {FREEZE.name: not all(frozen), UNFREEZE.name: any(frozen)}
    return [kind for kind, changes in would.items() if changes]
