"""What becomes of money that came and is held: the checker's part. `core.deposits.held` asks."""

from datetime import timedelta

from core.access.approvals import Kind
from core.deposits import held
from core.screening.hits import PERMISSION

KIND = Kind(
    name=held.KIND,
    make=PERMISSION,
    approve=PERMISSION,
    mfa=True,
    expires=timedelta(days=7),
    effect=held.take_effect,
    confidential=True,
)
"""Facts: ``payment``, ``outcome``, ``amount``, ``reference``; no customer."""
